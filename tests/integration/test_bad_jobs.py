"""Jobs that do not stop, that kill, that eat: what becomes of them, of their neighbours and of their worker."""

import os
from collections.abc import Iterator, Sequence

import pytest
from harness.broker import Broker
from harness.eventually import eventually
from harness.workers import Site, Worker, a_site, a_worker, listening

from gateway.delivery.celery_queue import CeleryQueue
from gateway.kinds import Pool
from gateway.ledger.alert import AlertType
from gateway.ledger.task import LIVE, NewTask, Status, Task
from gateway.message.ids import new_id
from gateway.wiring import build_monitor

TOML = """
[processing.processors]
hold = "harness.jobs:hold"
sleep = "harness.jobs:sleep"
die = "harness.jobs:die"
eat = "harness.jobs:eat"
quick = "harness.jobs:quick"
[processing.limits.hold]
seconds = 0.5
attempts = 1
[processing.limits.sleep]
seconds = 0.5
attempts = 1
[processing.limits.eat]
attempts = 1
[processing.limits.die]
attempts = 2
"""
LEASE_S = "60"  # so long that nothing here is put right by waiting for it


@pytest.fixture(scope="module")
def site(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    settings = {"LEASE_S": LEASE_S, "DRAIN_S": "2", "WORKERS_CPU": "2", "WORKERS_IO": "4"}
    with a_site(tmp_path_factory.mktemp("home"), broker, toml=TOML, **settings) as site:
        yield site


@pytest.fixture(scope="module", params=list(Pool))
def pool(request: pytest.FixtureRequest) -> Pool:
    return request.param


@pytest.fixture
def worker(site: Site, pool: Pool) -> Iterator[Worker]:
    with a_worker(site, pool) as worker:
        listening(site, 1)
        yield worker


def accept(site: Site, pool: Pool, *kinds: str, **args: object) -> list[Task]:
    payload = {"args": args}
    tasks = [
        NewTask(id=new_id(), caller="shop", kind=kind, pool=pool, payload=payload, request_id="0" * 32)
        for kind in kinds
    ]
    return site.ledger.accept_all(tasks)


def launch(queue: CeleryQueue, tasks: Sequence[Task]) -> None:
    """Have them launched together, and wait until the broker has taken them."""
    told: list[bool] = []
    queue.launch_all(tasks, told.append)
    assert eventually(lambda: told) == [True]


def ended(site: Site, *tasks: Task) -> list[Task]:
    """Wait for their ends; a monitor publishes anew what a worker that was just stopping took with it."""
    monitor = build_monitor(site.settings)

    def have_ended() -> bool:
        monitor.put_right()
        return all(site.ledger.get(task.id).status not in LIVE for task in tasks)

    eventually(have_ended, within_s=180, every_s=0.1)  # each new process loads all that screening needs
    return [site.ledger.get(task.id) for task in tasks]


def test_what_runs_longer_than_its_kind_may_has_failed_and_its_worker_goes_on(
    site: Site, pool: Pool, worker: Worker, queue: CeleryQueue
):
    slow = accept(site, pool, "sleep")
    launch(queue, slow)

    (failed,) = ended(site, *slow)
    quick = accept(site, pool, "quick")
    launch(queue, quick)
    (done,) = ended(site, *quick)

    assert (failed.status, failed.error) == (Status.FAILED, "TimeLimitExceeded: time_limit")
    assert (failed.result, failed.attempt) == (None, 1)
    assert (done.status, worker.runs) == (Status.COMPLETED, True)
    eventually(
        lambda: AlertType.TASK_FAILED in {alert.type for alert in site.ledger.alerts() if alert.subject == failed.id}
    )


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("pool", [Pool.CPU], indirect=True)
def test_code_that_lets_go_of_nothing_is_killed_and_what_came_with_it_runs_elsewhere(
    site: Site, pool: Pool, queue: CeleryQueue
):
    tasks = accept(site, pool, "hold", "quick", "quick", "quick")
    launch(queue, tasks)

    held, *others = ended(site, *tasks)

    assert (held.status, held.error) == (Status.FAILED, "TimeLimitExceeded: time_limit")
    assert [(task.status, task.failures) for task in others] == [(Status.COMPLETED, 0)] * 3


@pytest.mark.parametrize("pool", [Pool.CPU], indirect=True)
def test_a_task_that_kills_its_process_fails_after_its_attempts_and_harms_no_other(
    site: Site, pool: Pool, worker: Worker, queue: CeleryQueue
):
    tasks = accept(site, pool, "quick", "die", "quick", "quick")
    launch(queue, tasks)

    before, poison, *others = ended(site, *tasks)

    # Where the lease tells of the last death, and not the process's parent, that one is counted in `failures`, too.
    assert (poison.status, poison.error) == (Status.FAILED, "WorkerLost")
    assert [(task.status, task.failures) for task in (before, *others)] == [(Status.COMPLETED, 0)] * 3
    assert worker.runs


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("pool", [Pool.CPU], indirect=True)
def test_a_task_that_wants_too_much_memory_fails_alone(site: Site, pool: Pool, queue: CeleryQueue):
    tasks = accept(site, pool, "eat", "quick")
    launch(queue, tasks)

    eaten, done = ended(site, *tasks)

    assert (eaten.status, eaten.error) == (Status.FAILED, "MemoryError")
    assert done.status is Status.COMPLETED


def test_a_worker_that_stops_hands_back_what_takes_too_long(site: Site, pool: Pool, worker: Worker, queue: CeleryQueue):
    (task,) = accept(site, pool, "wait_and_return", seconds=50, value=1)
    launch(queue, [task])
    eventually(lambda: site.ledger.get(task.id).status is Status.PROCESSING)

    code = worker.stop()

    back = site.ledger.get(task.id)
    assert (code, back.status, back.failures) == (0, Status.PENDING, 0)
    assert site.ledger.events(task.id)[-1].remark == "handed back: its worker stopped"
    assert queue.holds(pool, [task.id]) == {task.id}
    site.ledger.cancel(task.id, by="shop")


@pytest.mark.parametrize("pool", [Pool.IO], indirect=True)
def test_threads_that_are_lost_have_their_process_replaced(site: Site, pool: Pool, worker: Worker, queue: CeleryQueue):
    tasks = accept(site, pool, "sleep", "sleep")
    for task in tasks:
        queue.launch(task.id, pool=pool)

    ended(site, *tasks)

    eventually(lambda: not worker.runs)
    assert worker.stop() == 0


def test_a_worker_leaves_no_process_behind(site: Site, pool: Pool, queue: CeleryQueue):
    with a_worker(site, pool) as worker:
        listening(site, 1)
        (task,) = accept(site, pool, "wait_and_return", seconds=50)
        launch(queue, [task])
        eventually(lambda: site.ledger.get(task.id).status is Status.PROCESSING)
        group = worker.group
        worker.stop()

    def is_gone() -> bool:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        return False

    eventually(is_gone)
    site.ledger.cancel(task.id, by="shop")
