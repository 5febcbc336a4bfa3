import pytest

from gateway.errors import TaskNotFound, TaskNotRetryable
from gateway.ledger.task import Ending, NewTask, Status
from gateway.message.ids import first_id

DAY = 86_400_000


def accepted_at(ledger, at: int):
    """Accept a task whose id tells the time of the test's clock, as it does with a real one."""
    new = NewTask(
        id=first_id(at), caller="shop", kind="process", pool="cpu", payload={"content": "x"}, request_id="0" * 32
    )
    return ledger.accept(new)


def test_what_ended_long_ago_is_emptied_and_its_row_stays(ledger, clock):
    task = accepted_at(ledger, clock.now)
    ledger.cancel(task.id, by="shop")
    clock.later(40 * DAY)

    wiped = ledger.wipe(contents_before=clock.now - 30 * DAY, tasks_before=clock.now - 90 * DAY)

    left = ledger.get(task.id)
    assert wiped == 1
    assert (left.payload, left.result, left.status) == ({}, None, Status.CANCELED)
    assert ledger.wipe(contents_before=clock.now - 30 * DAY, tasks_before=clock.now - 90 * DAY) == 0


def test_a_result_is_wiped_with_the_content(ledger, clock):
    task = accepted_at(ledger, clock.now)
    (running,) = ledger.claim([task.id], owner="worker", lease_ms=1000)
    ledger.end([Ending(claim=running.claim, status=Status.COMPLETED, result={"words": 1})])
    clock.later(DAY)

    ledger.wipe(contents_before=clock.now, tasks_before=0)

    assert (ledger.get(task.id).payload, ledger.get(task.id).result) == ({}, None)


def test_a_row_past_its_time_is_deleted_with_its_history(ledger, clock):
    task = accepted_at(ledger, clock.now)
    ledger.cancel(task.id, by="shop")
    clock.later(91 * DAY)

    assert ledger.wipe(contents_before=clock.now - 30 * DAY, tasks_before=clock.now - 90 * DAY) == 1

    with pytest.raises(TaskNotFound):
        ledger.get(task.id)
    assert ledger.events(task.id) == []


def test_what_has_not_ended_is_never_wiped(ledger, clock):
    task = accepted_at(ledger, clock.now)
    clock.later(400 * DAY)

    assert ledger.wipe(contents_before=clock.now, tasks_before=clock.now) == 0
    assert ledger.get(task.id).payload == {"content": "x"}


def test_a_task_whose_content_was_wiped_cannot_start_again(ledger, clock):
    task = accepted_at(ledger, clock.now)
    ledger.cancel(task.id, by="shop")
    clock.later(DAY)
    ledger.wipe(contents_before=clock.now, tasks_before=0)

    with pytest.raises(TaskNotRetryable):
        ledger.retry(task.id, by="desk")
