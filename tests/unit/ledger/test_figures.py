from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.errors import LedgerUnavailable
from gateway.ledger.figures import Figures
from gateway.ledger.memory import MemoryLedger
from gateway.ledger.task import NewTask, Status
from gateway.message.ids import new_id


class SlowLedger(MemoryLedger):
    """Counts for as long as it is told to."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds
        self.now = 100.0
        self.times = 0

    def counts(self) -> dict[Status, int]:
        self.times += 1
        self.now += self.seconds
        return super().counts()

    def accept_one(self) -> None:
        self.accept(NewTask(id=new_id(), caller="shop", kind="sum", pool="cpu", payload={}, request_id="r-1"))


def pending(figures: Figures) -> tuple[int, int]:
    counted = figures.counted()
    return counted.tasks[Status.PENDING], sum(pool.pending for pool in counted.pools)


def test_a_count_is_told_again_for_ten_times_as_long_as_it_took():
    ledger = SlowLedger(0.5)
    figures = Figures(ledger, steady=lambda: ledger.now)
    told = [pending(figures)]
    ledger.accept_one()

    for later in (0.0, 4.9, 0.2):
        ledger.now += later
        told.append(pending(figures))

    assert told == [(0, 0), (0, 0), (0, 0), (1, 1)]


def test_a_count_that_takes_long_is_told_for_a_minute_at_most():
    ledger = SlowLedger(20.0)
    figures = Figures(ledger, steady=lambda: ledger.now)
    figures.counted()
    ledger.accept_one()

    ledger.now += 60

    assert pending(figures) == (1, 1)


def test_many_who_ask_at_once_share_one_count():
    ledger = SlowLedger(1.0)
    figures = Figures(ledger, steady=lambda: ledger.now)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: figures.counted(), range(32)))

    assert ledger.times == 1


def test_what_could_not_be_counted_is_counted_when_asked_again():
    ledger = SlowLedger(0.0)
    figures = Figures(ledger, steady=lambda: ledger.now)
    ledger._closed = True
    with pytest.raises(LedgerUnavailable):
        figures.counted()
    ledger._closed = False

    assert pending(figures) == (0, 0)


def test_what_takes_too_long_to_count_is_not_tried_by_one_after_the_other():
    class NeverDone(SlowLedger):
        def counts(self) -> dict[Status, int]:
            super().counts()
            raise LedgerUnavailable

    ledger = NeverDone(5.0)
    figures = Figures(ledger, steady=lambda: ledger.now)

    for _ in range(8):
        with pytest.raises(LedgerUnavailable):
            figures.counted()
    assert ledger.times == 1

    ledger.now += 51
    with pytest.raises(LedgerUnavailable):
        figures.counted()
    assert ledger.times == 2
