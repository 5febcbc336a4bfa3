import threading

import pytest
from harness.eventually import eventually

from gateway.delivery.backlog import Backlog
from gateway.errors import BacklogFull, LedgerUnavailable


class Counted:
    """As much of a ledger as a backlog asks."""

    def __init__(self, waiting: int = 0) -> None:
        self.numbers = {"io": waiting, "cpu": 0}
        self.asked: list[str] = []
        self.away = False

    def backlog(self, pool: str, *, at_most: int) -> int:
        self.asked.append(pool)
        if self.away:
            raise LedgerUnavailable
        return min(at_most, self.numbers[pool])


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger() -> Counted:
    return Counted()


@pytest.fixture
def backlog(ledger: Counted, clock: Clock) -> Backlog:
    return Backlog(ledger, limit=10, clock=clock)


def refused(backlog: Backlog, pool: str = "io") -> int:
    """Return the wait that is told."""
    with pytest.raises(BacklogFull) as caught:
        backlog.admit(pool)
    return caught.value.retry_after_s


def is_refused(backlog: Backlog) -> bool:
    try:
        backlog.admit("io")
    except BacklogFull:
        return True
    return False


def test_a_pool_with_room_takes_more(backlog: Backlog, ledger: Counted):
    ledger.numbers["io"] = 9
    backlog.refresh("io")

    backlog.admit("io")


def test_a_full_pool_is_refused_and_the_other_is_not(backlog: Backlog, ledger: Counted):
    ledger.numbers["io"] = 10
    for pool in ("io", "cpu"):
        backlog.refresh(pool)

    assert refused(backlog) >= 1
    backlog.admit("cpu")


def test_what_was_admitted_since_the_last_count_counts(backlog: Backlog, ledger: Counted):
    ledger.numbers["io"] = 7
    backlog.refresh("io")

    for _ in range(3):
        backlog.admit("io")

    assert refused(backlog) >= 1


def test_what_was_admitted_while_the_ledger_counted_is_not_lost(backlog: Backlog, ledger: Counted):
    backlog.refresh("io")
    count = ledger.backlog

    def slowly(pool: str, *, at_most: int) -> int:
        counted = count(pool, at_most=at_most)
        for _ in range(4):
            backlog.admit(pool)
        return counted

    ledger.backlog, ledger.numbers["io"] = slowly, 6
    backlog.refresh("io")

    assert refused(backlog) >= 1


def test_nobody_waits_for_the_ledger_and_it_is_asked_now_and_then(backlog: Backlog, ledger: Counted, clock: Clock):
    go_on = threading.Event()
    count = ledger.backlog

    def slowly(pool: str, *, at_most: int) -> int:
        counted = count(pool, at_most=at_most)
        assert go_on.wait(30)
        return counted

    ledger.backlog, ledger.numbers["io"] = slowly, 10
    for _ in range(50):
        backlog.admit("io")
    go_on.set()
    eventually(lambda: is_refused(backlog))
    for _ in range(50):
        refused(backlog)
    assert ledger.asked == ["io"]

    clock.now += 2
    refused(backlog)
    eventually(lambda: ledger.asked == ["io", "io"])


def test_a_figure_that_is_too_old_refuses_nobody(backlog: Backlog, ledger: Counted, clock: Clock):
    ledger.numbers["io"] = 10
    backlog.refresh("io")
    ledger.away = True

    clock.now += 9
    refused(backlog)
    clock.now += 2
    backlog.admit("io")


def test_a_ledger_that_is_away_leaves_the_figure(backlog: Backlog, ledger: Counted):
    ledger.numbers["io"] = 10
    backlog.refresh("io")
    ledger.away = True

    with pytest.raises(LedgerUnavailable):
        backlog.refresh("io")

    refused(backlog)


@pytest.mark.parametrize(
    ("numbers", "wait_s"),
    [
        ([15], 10),  # not known yet
        ([18, 16], 4),  # 2 a second less, 7 too many
        ([18, 15, 12], 1),  # 3 a second less
        ([20, 14, 14], 2),  # 6, then 0: 3 a second on the whole
        ([14, 14], 300),  # nothing moves
        ([12, 12, 15], 300),
    ],
)
def test_the_wait_that_is_told_goes_by_how_fast_the_backlog_shrinks(
    backlog: Backlog, ledger: Counted, clock: Clock, numbers: list[int], wait_s: int
):
    for number in numbers:
        clock.now += 1
        ledger.numbers["io"] = number
        backlog.refresh("io")

    assert refused(backlog) == wait_s


def test_what_came_in_meanwhile_does_not_hide_how_much_was_done(backlog: Backlog, ledger: Counted, clock: Clock):
    ledger.numbers["io"] = 5
    backlog.refresh("io")
    for _ in range(5):
        backlog.admit("io")

    for number in (8, 20):  # 2 were done, then nothing: 1 a second on the whole
        clock.now += 1
        ledger.numbers["io"] = number
        backlog.refresh("io")

    assert refused(backlog) == 11
