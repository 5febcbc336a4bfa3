"""From the end of a task to its receiver, with a real worker and a real monitor between them."""

import base64

import pytest
from harness.broker import running_broker
from harness.eventually import eventually
from harness.receiver import running_receiver
from harness.workers import a_site, a_worker
from standardwebhooks.webhooks import Webhook

from gateway.kinds import Pool
from gateway.ledger.task import NewTask, Status
from gateway.message.ids import new_id
from gateway.wiring import build_monitor

SECRET = f"whsec_{base64.b64encode(b'k' * 32).decode()}"


@pytest.fixture
def receiver(tmp_path, monkeypatch):
    with running_receiver(tmp_path) as receiver:
        monkeypatch.setenv("SSL_CERT_FILE", str(receiver.certificate))  # of the workers, too
        yield receiver


@pytest.fixture
def site(tmp_path, receiver):
    own = {"WEBHOOK_SECRET": SECRET, "CALLBACK_PRIVATE_HOSTS": receiver.name}
    with running_broker() as broker, a_site(tmp_path / "home", broker, **own) as site, a_worker(site, Pool.IO):
        yield site


def test_a_receiver_that_fails_first_is_told_in_the_end(site, receiver):
    receiver.answers.append((503, {}))
    task = site.ledger.accept(
        NewTask(
            id=new_id(),
            caller="shop",
            kind="wait_and_return",
            pool="io",
            payload={"args": {"seconds": 0, "value": "zebra7731"}},
            request_id="0" * 32,
            callback_url=receiver.url,
        )
    )
    monitor = build_monitor(site.settings)

    def delivered():
        monitor.put_right()
        deliveries = site.ledger.tasks(kind="webhook")
        return [each for each in deliveries if each.status is Status.COMPLETED]

    (delivery,) = eventually(delivered, every_s=0.2)

    told = [Webhook(SECRET).verify(came.body, dict(came.headers)) for came in receiver.received]
    assert [each["data"] for each in told] == [{"id": task.id, "status": "completed"}] * 2
    assert {came.headers["webhook-id"] for came in receiver.received} == {delivery.id}
    assert "/hooks" not in site.log(Pool.IO)
    assert "zebra7731" not in site.log(Pool.IO) + receiver.received[0].body.decode()
