import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Canceled
from gateway.processing.job import Job
from gateway.processing.processors.sum import add_up


def job(n: object, **fields) -> Job:
    return Job(id="1", kind="sum", attempt=1, content="", args={"n": n}, **fields)


@given(st.integers(0, 30_000))
def test_the_sum_is_gauss(n: int):
    assert add_up(job(n)) == n * (n + 1) // 2


@pytest.mark.parametrize("n", [999_999, 1_000_000, 1_000_001, 2_500_000])
def test_steps_are_joined_without_a_gap(n: int):
    assert add_up(job(n)) == n * (n + 1) // 2


def test_it_tells_its_progress_in_order():
    told: list[float] = []

    add_up(job(3_000_000, report=told.append))

    assert len(told) == 3
    assert told == sorted(told)
    assert all(0 <= done <= 1 for done in told)


def test_it_stops_on_the_way():
    told: list[float] = []

    with pytest.raises(Canceled):
        add_up(job(100_000_000, report=told.append, stopped=lambda: len(told) == 1))

    assert len(told) == 1
