"""What becomes of what a worker process held, once that is gone or about to go."""

import time

import pytest

from gateway.journal import Journal
from gateway.ledger.alert import AlertType
from gateway.ledger.task import Status
from gateway.message.ids import new_id
from gateway.processing.limits import Limit
from gateway.processing.recovery import Recovery
from gateway.processing.retry import RetryPolicy
from gateway.processing.scribe import Scribe

LEASE = 60_000


def recovery(works, *, limits: dict[str, Limit] | None = None, max_attempts: int = 3) -> Recovery:
    return Recovery(
        works.ledger,
        queue=works.queue,
        scribe=Scribe(works.ledger, alarm=works.alarm, journal=Journal()),
        journal=Journal(),
        retry=RetryPolicy(max_attempts=max_attempts),
        limits=limits or {},
    )


def claimed(works, *, owner: str = "gone", number: int = 1) -> list[str]:
    ids = [works.task() for _ in range(number)]
    works.ledger.claim(ids, owner=owner, lease_ms=LEASE)
    return ids


def test_what_a_worker_that_stops_holds_is_given_to_others(works):
    ids = claimed(works)

    recovery(works).hand_back(ids, owner="gone")

    assert (works[ids[0]].status, works[ids[0]].failures) == (Status.PENDING, 0)
    assert works.ledger.events(ids[0])[-1].remark == "handed back: its worker stopped"
    assert works.queue.take("io") == ids


def test_what_waited_in_a_worker_that_stops_is_published_again(works):
    waiting = works.task()

    recovery(works).hand_back([waiting], owner="gone")

    assert works.queue.take("io") == [waiting]


def test_what_another_worker_holds_is_left_alone(works):
    ids = claimed(works, owner="alive")

    recovery(works).lost(ids, owner="gone", at=time.time())

    assert (works[ids[0]].status, works[ids[0]].owner) == (Status.PROCESSING, "alive")
    assert works.queue.launched == []


def test_what_has_ended_or_is_not_known_is_left_alone(works):
    done = works.task()
    works.runner().run([done])

    recovery(works).lost([done, new_id()], owner="gone", at=time.time())

    assert works[done].status is Status.COMPLETED
    assert works.queue.launched == []


def test_a_process_that_died_counts_as_a_failure_of_what_it_had_begun(works):
    ids = claimed(works)

    recovery(works).lost(ids, owner="gone", at=time.time())

    assert (works[ids[0]].status, works[ids[0]].failures) == (Status.PENDING, 1)
    assert works.ledger.events(ids[0])[-1].remark == "worker lost"
    assert works.queue.take("io") == ids


def test_it_does_not_count_for_what_had_not_begun(works):
    ids = claimed(works, number=3)

    recovery(works, max_attempts=1).lost(ids, owner="gone", at=time.time())

    assert [(works[task_id].status, works[task_id].failures) for task_id in ids] == [(Status.PENDING, 0)] * 3
    assert works.queue.take("io") == ids


@pytest.mark.parametrize(("limits", "max_attempts"), [({}, 2), ({"probe": Limit(attempts=2)}, 9)])
def test_a_task_whose_processes_die_too_often_has_failed_with_an_alert(works, limits, max_attempts: int):
    (task_id,) = claimed(works)
    undertaker = recovery(works, limits=limits, max_attempts=max_attempts)

    undertaker.lost([task_id], owner="gone", at=time.time())
    works.ledger.claim([task_id], owner="gone", lease_ms=LEASE)
    undertaker.lost([task_id], owner="gone", at=time.time())

    assert (works[task_id].status, works[task_id].error) == (Status.FAILED, "WorkerLost")
    assert [(alert.type, alert.subject) for alert in works.ledger.alerts()] == [(AlertType.TASK_FAILED, task_id)]


def test_a_process_that_was_killed_by_its_time_limit_is_told_so(works, clock, monkeypatch):
    monkeypatch.setattr("gateway.processing.recovery.time.time", lambda: clock.now / 1000)
    (task_id,) = claimed(works)
    clock.later(seconds=6)

    recovery(works, limits={"probe": Limit(seconds=5, attempts=1)}).lost([task_id], owner="gone", at=time.time())

    assert (works[task_id].status, works[task_id].error) == (Status.FAILED, "TimeLimitExceeded: time_limit")


def test_without_a_ledger_it_is_left_to_the_monitor(works):
    ids = claimed(works)
    works.ledger.close()

    recovery(works).lost(ids, owner="gone", at=time.time())

    assert works.queue.launched == []
