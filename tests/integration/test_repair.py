"""What is lost between broker, workers and ledger, and how a real monitor puts it right."""

import base64
from collections.abc import Callable

import orjson
import pytest
from harness.broker import running_broker
from harness.eventually import eventually
from harness.workers import Site, a_site, a_worker

from gateway.alerts.alarm import Alarm
from gateway.alerts.files import ReportFolder
from gateway.delivery.backlog import Backlog
from gateway.delivery.celery_queue import CeleryQueue, celery_app
from gateway.delivery.forwarder import Forwarder
from gateway.intake import Intake, Receipt
from gateway.journal import Journal
from gateway.kinds import Pool
from gateway.ledger.task import LIVE, NewTask, Status, Task
from gateway.message.ids import new_id
from gateway.processing.monitor import Monitor
from gateway.wiring import build_monitor, build_rules


@pytest.fixture
def site(tmp_path):
    with running_broker() as broker, a_site(tmp_path, broker, LEASE_S="1", WORKERS_CPU="1") as site:
        yield site


@pytest.fixture
def monitor(site: Site) -> Monitor:
    return build_monitor(site.settings)


def an_intake(site: Site, queue: CeleryQueue) -> Intake:
    return Intake(
        **build_rules(site.settings),
        ledger=site.ledger,
        queue=queue,
        forwarder=NobodyThere(),
        alarm=Alarm(site.ledger, ReportFolder(site.settings.reports), Journal()),
        journal=Journal(),
        backlog=Backlog(site.ledger, limit=site.settings.backlog),
    )


class NobodyThere(Forwarder):
    """No message is forwarded here."""


def a_sum(n: int = 1000, **fields) -> NewTask:
    usual = {"caller": "shop", "kind": "sum", "pool": "", "payload": {"args": {"n": n}}, "request_id": "0" * 32}
    return NewTask(id=new_id(), **{**usual, **fields})


def put_right(monitor: Monitor, site: Site, task: Task, *, until: Callable[[Task], bool]) -> list[str]:
    """Make passes until the task is as it should be, and return why it was relaunched on the way."""
    reasons: list[str] = []

    def a_pass() -> bool:
        reasons.extend(relaunch.reason for relaunch in monitor.put_right() if relaunch.task.id == task.id)
        return until(site.ledger.get(task.id))

    eventually(a_pass, every_s=0.2)
    return reasons


def test_what_was_accepted_while_the_broker_was_down_is_launched_by_the_monitor(site: Site, monitor: Monitor):
    site.broker.stop()
    with celery_app(site.broker.url, publisher=True) as app:
        task = an_intake(site, CeleryQueue(app)).receive_task(a_sum())
    site.broker.start()

    reasons = put_right(monitor, site, task, until=lambda task: task.launches > 0)
    with a_worker(site, Pool.CPU):
        eventually(lambda: site.ledger.get(task.id).status not in LIVE)

    assert not isinstance(task, Receipt)
    assert reasons == ["never_launched"]
    assert (site.ledger.get(task.id).status, site.ledger.get(task.id).result) == (Status.COMPLETED, 500_500)


def test_a_broker_that_forgot_everything_is_told_again(site: Site, monitor: Monitor):
    with celery_app(site.broker.url, publisher=True) as app:
        task = an_intake(site, CeleryQueue(app)).receive_task(a_sum())
        before = len(site.broker.waiting("cpu"))
        with site.broker.client() as client:
            client.flushall()

        put_right(monitor, site, task, until=lambda task: task.launches > 0)

    assert before == 1
    assert [task.id.encode() in raw for raw in site.broker.waiting("cpu")] == [True]


def test_what_the_broker_holds_is_not_told_again(site: Site, monitor: Monitor):
    with celery_app(site.broker.url, publisher=True) as app:
        task = an_intake(site, CeleryQueue(app)).receive_task(a_sum())

        reasons = put_right(monitor, site, task, until=lambda now: now.due_at != task.due_at)

    assert (reasons, site.ledger.get(task.id).launches) == ([], 0)
    assert len(site.ledger.events(task.id)) == 1
    assert len(site.broker.waiting("cpu")) == 1


def test_messages_of_the_broker_carry_ids_and_nothing_of_a_task(site: Site):
    payload = {"content": "The parcel arrives on Tuesday.", "args": {"note": "parcel"}}
    with celery_app(site.broker.url, publisher=True) as app:
        task = an_intake(site, CeleryQueue(app)).receive_task(a_sum(kind="chat", caller="shop-7", payload=payload))

    (raw,) = site.broker.waiting("cpu")
    envelope = orjson.loads(raw)
    arguments, keywords, _ = orjson.loads(base64.b64decode(envelope["body"]))
    assert (arguments, keywords) == ([[task.id]], {})
    assert envelope["headers"]["id"] == task.id
    for told in ("parcel", "Tuesday", "shop-7", "chat"):
        assert told not in raw.decode() + base64.b64decode(envelope["body"]).decode()


def test_nothing_of_a_task_is_anywhere_in_the_broker(site: Site):
    with celery_app(site.broker.url, publisher=True) as app, a_worker(site, Pool.IO):
        intake = an_intake(site, CeleryQueue(app))
        args = {"args": {"seconds": 2, "value": "parcel"}}
        task = intake.receive_task(a_sum(kind="wait_and_return", payload=args))
        eventually(lambda: site.ledger.get(task.id).status is Status.PROCESSING)

        with site.broker.client() as client:
            held = b"".join(client.dump(key) for key in client.scan_iter())
            names = b"".join(client.scan_iter())
        eventually(lambda: site.ledger.get(task.id).status not in LIVE)

    assert b"parcel" not in held + names
    assert site.ledger.get(task.id).result == "parcel"


@pytest.mark.parametrize(
    ("kind", "pool", "args", "result"),
    [
        ("wait_and_return", Pool.IO, {"seconds": 4, "value": "done"}, "done"),
        ("sum", Pool.CPU, {"n": 60_000_000}, 1_800_000_030_000_000),
    ],
    ids=["io", "cpu"],
)
def test_a_task_whose_worker_is_killed_is_done_by_another(
    site: Site, monitor: Monitor, *, kind: str, pool: Pool, args: dict[str, object], result: object
):
    with celery_app(site.broker.url, publisher=True) as app, a_worker(site, pool) as first:
        task = an_intake(site, CeleryQueue(app)).receive_task(a_sum(kind=kind, payload={"args": args}))
        eventually(lambda: site.ledger.get(task.id).progress)
        first.kill()

        reasons = put_right(monitor, site, task, until=lambda task: task.status is Status.PENDING)
        with a_worker(site, pool):
            eventually(lambda: site.ledger.get(task.id).status not in LIVE, within_s=90)

    done = site.ledger.get(task.id)
    assert reasons == ["worker_lost"]
    assert (done.status, done.result, done.attempt, done.failures) == (Status.COMPLETED, result, 2, 1)
    assert "worker lost" in [event.remark for event in site.ledger.events(task.id)]


def test_a_worker_that_is_told_to_stop_ends_what_it_has_begun(site: Site):
    with celery_app(site.broker.url, publisher=True) as app, a_worker(site, Pool.IO) as worker:
        args = {"seconds": 1.5, "value": "done"}
        task = an_intake(site, CeleryQueue(app)).receive_task(a_sum(kind="wait_and_return", payload={"args": args}))
        eventually(lambda: site.ledger.get(task.id).status is Status.PROCESSING)

        code = worker.stop()

    assert code == 0
    assert (site.ledger.get(task.id).status, site.ledger.get(task.id).result) == (Status.COMPLETED, "done")
