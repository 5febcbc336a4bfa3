"""A running mesh from its HTTP side alone: a caller who is called back, and a pool in which too many wait."""

import base64

import pytest
from harness.api import Answer, Api, problem_of
from harness.eventually import eventually
from harness.inside import without
from harness.mesh import Mesh, running_mesh
from harness.receiver import Receiver, running_receiver
from standardwebhooks.webhooks import Webhook

SECRET = f"whsec_{base64.b64encode(b'k' * 32).decode()}"
LIMIT = 5


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory):
    with running_receiver(tmp_path_factory.mktemp("receiver")) as running:
        yield running


@pytest.fixture(scope="module")
def mesh(home, receiver: Receiver):
    own = {
        "GATEWAY_WEBHOOK_SECRET": SECRET,
        "GATEWAY_CALLBACK_PRIVATE_HOSTS": receiver.name,
        "SSL_CERT_FILE": str(receiver.certificate),
        "GATEWAY_BACKLOG": str(LIMIT),
    }
    with running_mesh(home, **own) as running:
        yield running


@pytest.fixture(scope="module")
def desk(mesh: Mesh) -> Api:
    return Api(mesh.url, mesh.key("operator"))


def test_the_receiver_of_a_callback_is_told_of_the_end_and_nothing_of_the_task(desk: Api, receiver: Receiver):
    task = desk.task("the heron stands in the reeds", callback_url=receiver.url)
    desk.ended(task["id"])

    came = eventually(lambda: receiver.received)[0]

    told = Webhook(SECRET).verify(came.body, dict(came.headers))
    assert told["data"] == {"id": task["id"], "status": "completed"}
    assert b"heron" not in came.body


def test_a_pool_in_which_too_many_wait_refuses_until_some_are_done(mesh: Mesh, desk: Api):
    taken: list[str] = []
    refused: list[Answer] = []

    def send() -> bool:
        answer = desk.post("/producer/tasks", json={"content": "one more for the heap"})
        if answer.status_code == 201:
            taken.append(answer.json()["id"])
        else:
            refused.append(answer)
        return answer.status_code == 201

    with without(mesh, "worker-io"):
        eventually(lambda: not send())
        body = problem_of(refused[0], 429, "backlog_full")
        assert int(refused[0].headers["Retry-After"]) == body["retry_after_s"] > 0
        assert len(taken) >= LIMIT

    assert {desk.ended(task_id)["status"] for task_id in taken} == {"completed"}
    eventually(send, every_s=0.5)
