"""A task with a callback, from its end to the receiver."""

import base64
import json
import time

import pytest
from harness.receiver import running_receiver
from standardwebhooks.webhooks import Webhook

from gateway.delivery.callbacks import WebhookSender
from gateway.errors import PermanentFailure
from gateway.kinds import WEBHOOK
from gateway.ledger.task import Status
from gateway.processing.processors.webhook import deliverer
from gateway.telemetry.logs import rfc3339

SECRET = f"whsec_{base64.b64encode(b'k' * 32).decode()}"


@pytest.fixture
def receiver(tmp_path, monkeypatch):
    with running_receiver(tmp_path) as receiver:
        monkeypatch.setenv("SSL_CERT_FILE", str(receiver.certificate))
        yield receiver


@pytest.fixture
def deliver(works, receiver):
    """Run the delivery of one task's end, as often as it is due."""
    names = frozenset({receiver.name})
    sender = WebhookSender(secrets=[SECRET], allowed_hosts=names, private_hosts=names)
    runner = works.runner(processors={WEBHOOK: deliverer(sender)})

    def run():
        (delivery,) = works.ledger.tasks(kind=WEBHOOK)
        works.clock.now = max(works.clock.now, delivery.not_before or 0)
        runner.run([delivery.id])
        return works[delivery.id]

    return run


def fail(_job):
    raise PermanentFailure


@pytest.mark.parametrize(("processor", "status"), [(lambda _: {"words": 1}, "completed"), (fail, "failed")])
def test_who_asked_for_it_is_told_of_the_end_and_of_nothing_else(works, receiver, deliver, processor, status):
    task_id = works.task(callback_url=receiver.url, payload={"content": "hello from Ada"})
    works.runner(processor).run([task_id])

    delivery = deliver()

    (came,) = receiver.received
    told = Webhook(SECRET).verify(came.body, dict(came.headers))
    at = rfc3339(works[task_id].finished_at / 1000)
    assert told == {"type": f"task.{status}", "timestamp": at, "data": {"id": task_id, "status": status}}
    assert came.headers["webhook-id"] == delivery.id
    assert (delivery.status, delivery.result) == (Status.COMPLETED, {"answer": 204})


def test_a_canceled_task_is_told_of(works, receiver, deliver):
    task_id = works.task(callback_url=receiver.url)
    works.ledger.cancel(task_id, by="shop")

    deliver()

    assert [json.loads(came.body)["type"] for came in receiver.received] == ["task.canceled"]


def test_a_receiver_that_fails_gets_the_same_again_later(works, receiver, deliver):
    works.ledger.cancel(works.task(callback_url=receiver.url), by="shop")
    receiver.answers += [(503, {}), (302, {"Location": receiver.url})]

    delivery = [deliver() for _ in range(3)][-1]

    assert delivery.status is Status.COMPLETED
    assert len(receiver.received) == 3
    assert len({(came.body, came.headers["webhook-id"]) for came in receiver.received}) == 1


def test_a_receiver_that_asks_for_time_gets_it(works, receiver, deliver):
    works.ledger.cancel(works.task(callback_url=receiver.url), by="shop")
    receiver.answers.append((429, {"Retry-After": "600"}))
    before = time.time()

    delivery = deliver()

    assert (delivery.status, delivery.error) == (Status.PENDING, "ReceiverRefused: receiver_refused")
    assert delivery.not_before / 1000 >= before + 600 - 1


def test_a_receiver_that_always_fails_is_given_up_after_eight_tries(works, receiver, deliver):
    works.ledger.cancel(works.task(callback_url=receiver.url), by="shop")
    receiver.answers += [(500, {})] * 20

    deliveries = [deliver() for _ in range(9)]

    assert deliveries[-1].status is Status.FAILED
    assert len(receiver.received) == 8


def test_a_receiver_that_is_gone_is_given_up_at_once(works, receiver, deliver):
    works.ledger.cancel(works.task(callback_url=receiver.url), by="shop")
    receiver.answers.append((410, {}))

    delivery = deliver()

    assert (delivery.status, delivery.error) == (Status.FAILED, "CallbackGone: callback_gone")


def test_the_address_is_in_no_line_no_alert_and_no_error(works, receiver, deliver, lines):
    url = f"https://{receiver.name}/zebra7731?token=zebra7731"
    works.ledger.cancel(works.task(callback_url=url), by="shop")
    receiver.answers += [(500, {}), (404, {}), (410, {})]

    shown = [repr(deliver()) for _ in range(3)]

    alerts = [repr(alert) for alert in works.ledger.alerts()]
    assert len(alerts) == 1
    assert lines.text
    assert "zebra7731" not in "".join([lines.text, *alerts, *shown])
