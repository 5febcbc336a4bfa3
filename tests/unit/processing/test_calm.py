import pytest

from gateway.processing.calm import Calm


class Clocks:
    def __init__(self) -> None:
        self.steady = 100.0
        self.wall = 1_800_000_000.0
        self.calm = Calm(steady=lambda: self.steady, wall=lambda: self.wall)

    def later(self, seconds: float, *, step: float = 0.0) -> float:
        self.steady += seconds
        self.wall += seconds + step
        return self.calm.look()


def test_passes_that_follow_each_other_are_calm():
    clocks = Clocks()

    assert [clocks.later(1.0) for _ in range(5)] == [0.0] * 5
    assert clocks.calm.is_calm
    assert not clocks.calm.stepped_within(3600)


def test_after_a_stall_it_takes_a_while_until_it_is_calm():
    clocks = Clocks()

    step = clocks.later(10.0)
    at_once = clocks.calm.is_calm
    clocks.later(2.0)
    soon = clocks.calm.is_calm
    clocks.later(1.5)

    assert (step, at_once, soon, clocks.calm.is_calm) == (0.0, False, False, True)


@pytest.mark.parametrize("step", [3600.0, -3600.0, 2.0, -2.0])
def test_a_step_of_the_clock_is_seen_and_is_no_calm(step: float):
    clocks = Clocks()
    clocks.later(1.0)

    assert clocks.later(1.0, step=step) == pytest.approx(step)
    assert not clocks.calm.is_calm
    assert clocks.calm.stepped_within(60)
    for _ in range(4):
        assert clocks.later(1.0) == 0.0
    assert clocks.calm.is_calm


def test_a_clock_that_is_slewed_is_no_step():
    clocks = Clocks()

    assert [clocks.later(1.0, step=0.0005) for _ in range(5)] == [0.0] * 5
    assert clocks.calm.is_calm
