"""Too many tasks wait: 429, and when to come back."""

import orjson
import pytest
from harness.door import Door
from harness.samples import CLEAN, WITH_EMAIL

from gateway.errors import LedgerUnavailable
from gateway.ledger.task import NewTask
from gateway.message.ids import new_id


@pytest.fixture
def door(door_with) -> Door:
    return door_with(backlog=3)


def fill(door: Door, pool: str) -> None:
    for _ in range(3):
        usual = {"caller": "shop", "kind": "sum", "payload": {"args": {"n": 1}}, "request_id": "0" * 32}
        door.ledger.accept(NewTask(id=new_id(), pool=pool, **usual))
    door.backlog.refresh(pool)


@pytest.mark.parametrize(
    ("path", "body", "pool"),
    [
        ("/messages", {"text": CLEAN, "delivery": "queued"}, "cpu"),
        ("/messages", {"text": "word " * 500}, "cpu"),
        ("/tasks", {"content": CLEAN}, "cpu"),
        ("/api/sum", {"n": 1}, "cpu"),
        ("/api/wait_and_return", {"seconds": 0}, "io"),
    ],
)
def test_what_would_be_queued_for_a_full_pool_is_refused(door: Door, shop, path: str, body, pool: str):
    other = "io" if pool == "cpu" else "cpu"
    fill(door, other)
    assert shop.post(path, body).status_code in {201, 202}

    fill(door, pool)
    waiting = len(door.ledger.tasks())
    answer = shop.post(path, body)

    assert (answer.status_code, answer.json["code"]) == (429, "backlog_full")
    assert 1 <= int(answer.headers["Retry-After"]) <= 300
    assert answer.json["retry_after_s"] == int(answer.headers["Retry-After"])
    assert len(door.ledger.tasks()) == waiting


def test_what_is_forwarded_or_held_has_nothing_to_do_with_it(door: Door, shop):
    fill(door, "cpu")
    fill(door, "io")

    assert shop.post("/messages", {"text": CLEAN}).status_code == 200
    assert shop.post("/messages", {"text": WITH_EMAIL, "delivery": "queued"}).status_code == 422


def test_an_operator_starts_a_task_again_however_many_wait(door: Door, shop, operator):
    task_id = shop.task()
    shop.patch(f"/tasks/{task_id}/cancel")
    fill(door, "cpu")

    assert operator.post(f"/tasks/{task_id}/retry").status_code == 200


def test_a_ledger_that_cannot_count_refuses_nobody(door: Door, shop):
    def away(*_: object, **__: object) -> int:
        raise LedgerUnavailable

    door.ledger.backlog = away

    for _ in range(5):
        assert shop.post("/tasks", {"content": CLEAN}).status_code == 201


def test_lines_of_a_batch_are_refused_one_by_one(door: Door, shop):
    door.backlog.refresh("cpu")
    body = b"".join(
        b'{"text": "%s", "delivery": "%s"}\n' % (CLEAN.encode(), delivery) for delivery in (b"queued", b"sync") * 5
    )

    answer = shop.post("/messages/batch", data=body, content_type="application/x-ndjson")

    verdicts = [orjson.loads(line) for line in answer.data.splitlines()]
    assert [each["status"] for each in verdicts] == [202, 200] * 3 + [429, 200] * 2
    refused = [each for each in verdicts if each["status"] == 429]
    assert all(each["code"] == "backlog_full" and each["retry_after_s"] >= 1 for each in refused)
    assert len(door.ledger.tasks()) == 3
