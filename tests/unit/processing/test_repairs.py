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
from gateway.processing import repairs as repairs_module
from gateway.processing.duties import Duties
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


def test_a_retry_is_launched_within_a_second_of_its_time_behind_however_long_a_backlog(works, clock):
    class Slow(FakeQueue):
        def holds(self, _pool: str, task_ids: Collection[str]) -> set[str]:
            clock.later(seconds=6)
            return set(task_ids)

    queue = Slow()
    repairs = repairs_of(works, queue)
    for _ in range(repairs_module._LOOK_LIMIT):
        works.task(pool="cpu")
    clock.later(seconds=GRACE_S)
    repairs.put_right(DUTIES)  # from now on there is a pause
    own = works.task(not_before=clock.now + 3_000)
    launched = []
    for _ in range(3):
        clock.later(seconds=1)
        repairs.put_right(DUTIES)
        launched.append(queue.take("io"))

    assert launched == [[], [], [own]]
    assert works.ledger.events(own)[-1].remark == "retry due"


def test_a_retry_is_launched_in_its_time_again_once_the_broker_is_back_with_its_messages(works, clock):
    class Restarted(FakeQueue):
        def holds(self, pool: str, task_ids: Collection[str]) -> set[str]:
            return set(task_ids) if super().holds(pool, task_ids) is not None else set()

    queue = Restarted()
    repairs = repairs_of(works, queue)
    works.task(pool="cpu")
    clock.later(seconds=GRACE_S)
    queue.down = True
    repairs.put_right(DUTIES)
    queue.down = False
    own = works.task(not_before=clock.now + 10_000)
    launched = []
    for _ in range(11):
        clock.later(seconds=1)
        repairs.put_right(DUTIES)
        launched += queue.take("io")

    assert launched == [own]


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
