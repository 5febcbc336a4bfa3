"""The monitor where the clock is set, and where time is lost: what lives is not taken back, what is lost is."""

import pytest
from harness.fakes import FakeQueue

from gateway.errors import LedgerUnavailable
from gateway.journal import Journal
from gateway.ledger.task import Status
from gateway.processing.calm import Calm
from gateway.processing.duties import Duties
from gateway.processing.monitor import Monitor

DUTIES = Duties(
    max_attempts=3,
    wait_ms=60_000,
    log_max_bytes=10_000,
    report_retention_days=90,
    content_retention_days=30,
    task_retention_days=90,
)


@pytest.fixture
def queue() -> FakeQueue:
    return FakeQueue()


class Clocks:
    """The clock that never jumps, and the ledger's."""

    def __init__(self, clock) -> None:
        self.steady = 0.0
        self._clock = clock

    def later(self, seconds: float, *, step: float = 0.0) -> None:
        self.steady += seconds
        self._clock.later(seconds=seconds + step)

    @property
    def calm(self) -> Calm:
        return Calm(steady=lambda: self.steady, wall=lambda: self._clock.now / 1000)


def a_monitor(works, queue: FakeQueue, logs, **given) -> Monitor:
    return Monitor(
        works.ledger,
        queue,
        alarm=works.alarm,
        reports=None,
        logs=logs,
        journal=Journal(),
        holder="monitor-1",
        duties=DUTIES,
        **given,
    )


@pytest.mark.parametrize("step", [3600.0, 60.0, -3600.0])
def test_a_step_of_the_clock_loses_no_worker_that_beats(works, queue: FakeQueue, clock, tmp_path, step: float):
    clocks = Clocks(clock)
    monitor = a_monitor(works, queue, tmp_path, calm=clocks.calm)
    (task,) = works.ledger.claim([works.task()], owner="alive", lease_ms=10_000)

    clocks.later(1, step=step)
    relaunched = [monitor.put_right()]
    for _ in range(10):
        works.ledger.beat([task.claim], lease_ms=10_000)
        clocks.later(1)
        relaunched.append(monitor.put_right())

    assert [reason for each in relaunched for reason in each] == []
    assert works[task.id].status is Status.PROCESSING


@pytest.mark.parametrize("step", [3600.0, -3600.0])
def test_a_worker_that_is_lost_while_the_clock_is_set_is_missed_in_time(
    works, queue: FakeQueue, clock, tmp_path, step: float
):
    clocks = Clocks(clock)
    monitor = a_monitor(works, queue, tmp_path, calm=clocks.calm)
    works.ledger.claim([works.task()], owner="lost", lease_ms=10_000)

    clocks.later(1, step=step)
    monitor.put_right()
    seconds = 0
    while not queue.take("io"):
        clocks.later(1)
        seconds += 1
        monitor.put_right()

    assert seconds <= 15


def slowed(monkeypatch, ledger, clocks: Clocks, seconds: dict[str, list[float]]) -> None:
    """Have calls of the ledger take so long, one time after the other, the last time again and again."""
    for name, each in seconds.items():
        call, left = getattr(ledger, name), list(each)

        def slow(*args, call=call, left=left, **given):
            clocks.later(left.pop(0) if len(left) > 1 else left[0])
            return call(*args, **given)

        monkeypatch.setattr(ledger, name, slow)


def test_a_monitor_whose_passes_take_long_takes_back_what_is_lost(
    works, queue: FakeQueue, clock, tmp_path, monkeypatch
):
    clocks = Clocks(clock)
    monitor = a_monitor(works, queue, tmp_path, calm=clocks.calm)
    task_id = works.task()
    works.ledger.claim([task_id], owner="lost", lease_ms=10_000)
    slowed(monkeypatch, works.ledger, clocks, {name: [0.8] for name in ("lead", "schedules", "unreported_alerts")})

    passes: list[float] = []
    monitor.run(until=lambda: len(passes) == 8, wait=lambda s: (clocks.later(s), passes.append(s)))

    assert works[task_id].status is Status.PENDING


def test_a_ledger_that_stalls_within_a_pass_loses_no_worker_that_beats(
    works, queue: FakeQueue, clock, tmp_path, monkeypatch
):
    clocks = Clocks(clock)
    monitor = a_monitor(works, queue, tmp_path, calm=clocks.calm)
    (task,) = works.ledger.claim([works.task()], owner="alive", lease_ms=10_000)
    slowed(monkeypatch, works.ledger, clocks, {"lead": [0.1, 60.0, 0.1], "unreported_alerts": [0.1] * 4 + [60.0, 0.1]})
    passes: list[float] = []

    def wait(seconds: float) -> None:
        clocks.later(seconds)
        works.ledger.beat([task.claim], lease_ms=10_000)
        passes.append(seconds)

    monitor.run(until=lambda: len(passes) == 12, wait=wait)

    assert (works[task.id].status, works[task.id].attempt) == (Status.PROCESSING, 1)


def test_an_outage_of_the_ledger_that_is_told_at_once_loses_no_worker_that_beats(
    works, queue: FakeQueue, clock, tmp_path, monkeypatch
):
    clocks = Clocks(clock)
    monitor = a_monitor(works, queue, tmp_path, calm=clocks.calm)
    (task,) = works.ledger.claim([works.task()], owner="alive", lease_ms=10_000)
    passes: list[float] = []
    lead, sweep = works.ledger.lead, works.ledger.sweep

    def refused(call):
        def ask(*args, **given):
            if 3 <= len(passes) < 18:
                raise LedgerUnavailable
            return call(*args, **given)

        return ask

    monkeypatch.setattr(works.ledger, "lead", refused(lead))
    monkeypatch.setattr(works.ledger, "sweep", refused(sweep))

    def wait(seconds: float) -> None:
        clocks.later(seconds)
        passes.append(seconds)
        if not 3 <= len(passes) <= 18:  # the worker's next beat is a second later than the monitor's next pass
            works.ledger.beat([task.claim], lease_ms=10_000)

    monitor.run(until=lambda: len(passes) == 30, wait=wait)

    assert (works[task.id].status, works[task.id].attempt) == (Status.PROCESSING, 1)


def test_the_clock_that_is_set_forward_makes_no_silence(works, queue: FakeQueue, clock, tmp_path):
    clocks = Clocks(clock)
    monitor = a_monitor(works, queue, tmp_path, calm=clocks.calm)
    works.task()

    clocks.later(1, step=3600.0)
    for _ in range(20):
        monitor.put_right()
        monitor._tell_silence()
        clocks.later(1)

    assert works.ledger.alerts() == []
