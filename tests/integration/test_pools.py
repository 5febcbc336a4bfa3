"""From the queue through a real worker into the ledger, for both pools."""

import pytest
from harness.eventually import eventually
from harness.samples import WITH_EMAIL
from harness.workers import Site

from gateway.delivery.celery_queue import CeleryQueue
from gateway.kinds import Pool
from gateway.ledger.task import LIVE, Status

JOBS = [
    ("sum", Pool.CPU, {"args": {"n": 1000}}, 500_500),
    ("sum", Pool.IO, {"args": {"n": 10}}, 55),
    ("wait_and_return", Pool.IO, {"args": {"seconds": 0.1, "value": {"a": [1]}}}, {"a": [1]}),
    ("chat", Pool.CPU, {"content": "Two  words."}, None),
]


def ended(site: Site, task_id: str) -> bool:
    return site.ledger.get(task_id).status not in LIVE


@pytest.mark.parametrize(("kind", "pool", "payload", "result"), JOBS)
def test_a_task_goes_through_the_queue_and_a_worker_into_the_ledger(
    workers: Site, queue: CeleryQueue, accepted, *, kind: str, pool: Pool, payload: dict[str, object], result: object
):
    task = accepted(kind, pool, **payload)

    queue.launch(task.id, pool=pool)
    eventually(lambda: ended(workers, task.id))

    done = workers.ledger.get(task.id)
    assert (done.status, done.attempt, done.error) == (Status.COMPLETED, 1, None)
    assert done.result == (result if result is not None else {**done.result, "id": task.id, "text": "Two words."})
    eventually(lambda: f"task.completed request_id={'0' * 32} task_id={task.id}" in workers.log(pool))


def test_a_task_that_is_launched_many_times_runs_once(workers: Site, queue: CeleryQueue, accepted):
    task, last = accepted("sum", Pool.CPU, args={"n": 3}), accepted("sum", Pool.CPU, args={"n": 4})

    for _ in range(5):
        queue.launch(task.id, pool=Pool.CPU)
    queue.launch(last.id, pool=Pool.CPU)
    eventually(lambda: ended(workers, task.id) and ended(workers, last.id))

    assert workers.ledger.get(task.id).attempt == 1
    assert [str(event.to_status) for event in workers.ledger.events(task.id)] == ["pending", "processing", "completed"]


@pytest.mark.parametrize(
    ("kind", "pool", "args"),
    [("sum", Pool.CPU, {"n": 100_000_000}), ("wait_and_return", Pool.IO, {"seconds": 60, "value": 1})],
)
def test_a_task_is_canceled_on_the_way(
    workers: Site, queue: CeleryQueue, accepted, *, kind: str, pool: Pool, args: dict[str, object]
):
    task = accepted(kind, pool, args=args)
    queue.launch(task.id, pool=pool)
    eventually(lambda: workers.ledger.get(task.id).progress)

    workers.ledger.cancel(task.id, by="shop")
    eventually(lambda: f"task.discarded request_id={'0' * 32} task_id={task.id}" in workers.log(pool))

    canceled = workers.ledger.get(task.id)
    assert (canceled.status, canceled.result) == (Status.CANCELED, None)


def test_a_long_task_keeps_its_claim_beyond_its_lease(workers: Site, queue: CeleryQueue, accepted):
    task = accepted("wait_and_return", Pool.IO, args={"seconds": 3, "value": "done"})

    queue.launch(task.id, pool=Pool.IO)
    swept = []
    while not ended(workers, task.id):
        swept += [r for r in workers.ledger.sweep(max_attempts=3) if r.task.id == task.id and r.reason == "worker_lost"]

    assert (workers.ledger.get(task.id).result, workers.ledger.get(task.id).attempt) == ("done", 1)
    assert swept == []


def test_a_result_is_screened_before_it_is_stored(workers: Site, queue: CeleryQueue, accepted):
    task = accepted("wait_and_return", Pool.IO, args={"seconds": 0, "value": WITH_EMAIL})  # as if let through

    queue.launch(task.id, pool=Pool.IO)
    eventually(lambda: ended(workers, task.id))

    assert workers.ledger.get(task.id).result == "Please write to <EMAIL_ADDRESS> soon."


def test_a_task_that_fails_leaves_class_and_no_text(workers: Site, queue: CeleryQueue, accepted):
    task = accepted("sum", Pool.CPU, args={"n": WITH_EMAIL})

    queue.launch(task.id, pool=Pool.CPU)
    eventually(lambda: workers.ledger.get(task.id).finished_at)

    ended = workers.ledger.get(task.id)
    assert (ended.status, ended.error) == (Status.FAILED, "PermanentFailure: permanent_failure")
    assert WITH_EMAIL not in workers.log(Pool.CPU) + repr(workers.ledger.events(task.id))
