from collections.abc import Collection
from dataclasses import replace
from itertools import pairwise

import pytest
from harness.fakes import FakeQueue
from harness.journal import Lines

from gateway.errors import BrokerUnavailable
from gateway.journal import Journal
from gateway.ledger.alert import AlertType
from gateway.ledger.task import Priority, Status
from gateway.processing.calm import Calm
from gateway.processing.duties import Duties
from gateway.processing.monitor import Monitor
from gateway.processing.repairs import Repairs

GRACE_S = 2.1
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


def repairs_of(works, queue: FakeQueue) -> Repairs:
    clock = works.clock
    return Repairs(works.ledger, queue, alarm=works.alarm, journal=Journal(), steady=lambda: clock.now / 1000)


@pytest.fixture
def repairs(works, queue: FakeQueue) -> Repairs:
    return repairs_of(works, queue)


def test_a_backlog_leaves_no_trace_and_makes_no_doubles(works, repairs: Repairs, queue: FakeQueue, clock):
    waiting = [works.task() for _ in range(50)]
    for task_id in waiting:
        queue.launch(task_id, pool="io")

    for _ in range(120):
        clock.later(seconds=1)
        assert repairs.put_right(replace(DUTIES, wait_ms=10**9)) == []

    assert queue.take("io") == waiting
    assert {works[task_id].launches for task_id in waiting} == {0}
    assert {len(works.ledger.events(task_id)) for task_id in waiting} == {1}


def test_of_a_backlog_only_what_the_broker_lost_is_launched_again(works, repairs: Repairs, queue: FakeQueue, clock):
    held, lost = works.task(), works.task()
    queue.launch(held, pool="io")
    clock.later(seconds=GRACE_S)

    relaunched = repairs.put_right(DUTIES)

    assert [relaunch.task.id for relaunch in relaunched] == [lost]
    assert queue.take("io") == [held, lost]


def test_a_message_that_is_lost_after_the_first_look_is_missed_within_12_seconds(
    works, repairs: Repairs, queue: FakeQueue, clock
):
    task_id = works.task()
    queue.launch(task_id, pool="io")
    clock.later(seconds=GRACE_S)
    repairs.put_right(DUTIES)

    queue.take("io")
    seconds = 0
    while not queue.take("io"):
        clock.later(seconds=1)
        seconds += 1
        repairs.put_right(DUTIES)

    assert seconds <= 12


def test_a_message_that_is_lost_again_and_again_is_missed_in_time_each_time(
    works, repairs: Repairs, queue: FakeQueue, clock
):
    works.task()

    lost = 0
    for _ in range(120):
        clock.later(seconds=1)
        repairs.put_right(DUTIES)
        lost += len(queue.take("io"))

    assert lost >= 120 // 12


def test_while_the_broker_is_down_nothing_is_written_about_what_waits(
    works, repairs: Repairs, queue: FakeQueue, clock, lines: Lines
):
    task_id = works.task()
    queue.down = True

    for _ in range(300):
        clock.later(seconds=1)
        repairs.put_right(DUTIES)
    queue.down = False
    clock.later(seconds=1)
    repairs.put_right(DUTIES)

    assert queue.take("io") == [task_id]
    assert (works[task_id].launches, len(works.ledger.events(task_id))) == (1, 2)
    assert (len(lines.of("broker.unavailable")), len(lines.of("broker.back"))) == (1, 1)


def test_a_broker_that_answers_and_takes_nothing_gets_one_try_every_5_seconds(works, clock, lines: Lines):
    class Full(FakeQueue):
        tried = 0
        full = True

        def launch(self, task_id: str, *, pool: str, priority: int = Priority.NORMAL) -> None:
            self.tried += 1
            if self.full:
                raise BrokerUnavailable
            super().launch(task_id, pool=pool, priority=priority)

    queue = Full()
    repairs = repairs_of(works, queue)
    ids = {works.task() for _ in range(5)}

    for _ in range(60):
        clock.later(seconds=1)
        repairs.put_right(DUTIES)
    tried = queue.tried
    queue.full = False
    for _ in range(6):
        clock.later(seconds=1)
        repairs.put_right(DUTIES)

    assert tried <= 60 / 5
    assert set(queue.take("io")) == ids
    assert len(lines.of("broker.unavailable")) == 1


def test_a_lost_workers_task_is_taken_back_while_the_broker_is_down(works, repairs: Repairs, queue: FakeQueue, clock):
    task_id = works.task()
    works.ledger.claim([task_id], owner="lost", lease_ms=10_000)
    queue.down = True
    clock.later(seconds=11)

    repairs.put_right(DUTIES)
    taken_back = works[task_id].status
    queue.down = False
    clock.later(seconds=6)
    repairs.put_right(DUTIES)

    assert taken_back is Status.PENDING
    assert queue.take("io") == [task_id]


def test_what_the_broker_cannot_tell_of_backs_off(works, clock):
    class Mute(FakeQueue):
        def holds(self, pool: str, task_ids: Collection[str]) -> None:
            super().holds(pool, task_ids)

    queue = Mute()
    repairs = repairs_of(works, queue)
    works.task()

    launched = []
    for second in range(300):
        clock.later(seconds=1)
        repairs.put_right(DUTIES)
        launched += [second] * len(queue.take("io"))

    assert [later - earlier for earlier, later in pairwise(launched)] == [10, 20, 40, 80]


def test_a_slow_answer_of_the_broker_takes_a_tenth_of_the_time_at_most(works, clock):
    class Slow(FakeQueue):
        asked = 0

        def holds(self, _pool: str, task_ids: Collection[str]) -> set[str]:
            self.asked += 1
            clock.later(seconds=0.6)
            return set(task_ids)

    queue = Slow()
    repairs = repairs_of(works, queue)
    for _ in range(40):
        works.task()
        clock.later(seconds=1)
        repairs.put_right(DUTIES)

    assert 5 <= queue.asked <= 8


def test_a_retry_is_launched_within_a_second_of_its_time(works, repairs: Repairs, queue: FakeQueue, clock):
    task_id = works.task(not_before=clock.now + 30_000)

    seconds = 0
    while not queue.take("io"):
        clock.later(seconds=1)
        seconds += 1
        repairs.put_right(DUTIES)

    assert seconds == 30
    assert [event.remark for event in works.ledger.events(task_id)] == [None, "retry due"]


NARROW = replace(DUTIES, at_once={"probe": 1}, wait_ms=10**9)


def second_by_second(works, repairs: Repairs, queue: FakeQueue, *, seconds: int, task) -> list[str]:
    """Have the monitor and a worker do their work while *task* runs, and return what was launched."""
    launched = []
    for _ in range(seconds):
        works.clock.later(seconds=1)
        works.ledger.beat([task.claim], lease_ms=10_000)
        repairs.put_right(NARROW)
        launched += (messages := queue.take("io"))
        for task_id in messages:
            works.ledger.claim([task_id], owner="worker", lease_ms=10_000, at_once=NARROW.at_once)
    return launched


def test_what_waits_for_a_place_is_not_launched_and_leaves_no_trace(works, repairs: Repairs, queue: FakeQueue):
    ids = [works.task() for _ in range(6)]
    (running,) = works.ledger.claim(ids, owner="worker", lease_ms=10_000, at_once=NARROW.at_once)

    launched = second_by_second(works, repairs, queue, seconds=3600, task=running)

    assert launched == []
    assert [(works[id_].launches, len(works.ledger.events(id_))) for id_ in ids[1:]] == [(0, 1)] * 5


def test_a_place_that_nobody_gave_on_is_taken_within_a_minute(works, repairs: Repairs, queue: FakeQueue, clock):
    ids = [works.task() for _ in range(6)]
    (running,) = works.ledger.claim(ids, owner="worker", lease_ms=10_000, at_once=NARROW.at_once)
    second_by_second(works, repairs, queue, seconds=3600, task=running)

    works.ledger.cancel(running.id, by="shop")
    seconds = 0
    while not (launched := queue.take("io")):
        clock.later(seconds=1)
        seconds += 1
        repairs.put_right(NARROW)

    assert seconds <= 61
    assert len(launched) == 1
    assert works.ledger.claim(launched, owner="worker", lease_ms=10_000, at_once=NARROW.at_once)


def test_a_kind_of_its_own_attempts_is_given_up_by_them(works, repairs: Repairs, clock):
    task_id = works.task("once")
    works.ledger.claim([task_id], owner="lost", lease_ms=10_000)
    clock.later(seconds=11)

    repairs.put_right(replace(DUTIES, attempts_by_kind={"once": 1}))

    assert works[task_id].status is Status.FAILED


def test_an_alert_that_a_crash_kept_from_being_told_is_told_by_its_report(works, queue: FakeQueue, clock, tmp_path):
    task_id = works.task()
    works.ledger.claim([task_id], owner="lost", lease_ms=10_000)
    clock.later(seconds=11)
    works.ledger.sweep(max_attempts=1)  # and then the monitor is killed
    clock.later(seconds=2)

    a_monitor(works, queue, tmp_path).write_reports()

    (report,) = works.reports.rglob("*task_failed*.txt")
    assert "WorkerLost" in report.read_text()


def test_what_waits_too_long_is_told_once_for_its_kind_and_pool(works, repairs: Repairs, clock, lines: Lines):
    waiting = [works.task() for _ in range(20)]
    clock.later(seconds=61)

    told = repairs.tell_silence(DUTIES)
    clock.later(seconds=11)

    assert (told, repairs.tell_silence(DUTIES)) == (20, 0)
    (alert,) = works.ledger.alerts()
    assert (alert.type, alert.count) == (AlertType.SILENT_FAILURE, 20)
    assert "waits longer than it should" in [event.remark for event in works.ledger.events(waiting[0])]
    assert len(lines.of("alert.raised")) == 1
    (report,) = works.reports.rglob("*silent_failure*.txt")
    assert "count:       20" in report.read_text()


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
