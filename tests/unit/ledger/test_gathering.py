import pytest

from gateway.ledger.gathering import Company


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def company(clock):
    return Company(wait_s=0.002, clock=clock)


def test_nobody_is_waited_for_who_was_never_there(company, clock):
    assert company.patience_s({1}, since=clock.now) == 0


def test_who_was_answered_a_moment_ago_is_waited_for_but_not_for_long(company, clock):
    company.answered([1, 2, 3, 4])

    assert company.patience_s({1}, since=clock.now) == pytest.approx(0.002)
    assert company.patience_s({1}, since=clock.now - 0.0015) == pytest.approx(0.0005)
    assert company.patience_s({1}, since=clock.now - 0.002) == 0


def test_nobody_waits_once_all_are_there(company, clock):
    company.answered([1, 2, 3, 4])

    assert company.patience_s({4, 3, 2, 1}, since=clock.now) == 0


def test_a_thread_that_comes_now_and_then_is_not_waited_for(company, clock):
    company.answered([1, 2, 3, 4])
    clock.now += 0.02

    assert company.patience_s({1}, since=clock.now) == 0


def test_few_wait_for_nobody(company, clock):
    company.answered([1, 2, 3])

    assert company.patience_s({1}, since=clock.now) == 0
