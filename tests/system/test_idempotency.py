"""Idempotency-Key: sent again, done once."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from harness.api import an_address, problem_of

TAKEN_IN = [
    ("/producer/messages", {"text": "The ferry leaves at noon."}, 200),
    ("/producer/messages", {"text": "The ferry leaves at noon.", "delivery": "queued"}, 202),
    ("/producer/tasks", {"content": "Count me."}, 201),
    ("/producer/task", {"content": "Count me."}, 201),
    ("/producer/api/wait_and_return", {"seconds": 0, "value": 7}, 202),
    ("/producer/api/sum", {"n": 10}, 202),
]


def a_key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid.uuid4())}


def told(answer):
    return answer.status_code, answer.content, [answer.headers.get(name) for name in ("Content-Type", "Location")]


@pytest.mark.parametrize(("path", "body", "status"), TAKEN_IN)
def test_a_repeat_gets_the_same_answer(client, path, body, status):
    key = a_key()

    first, *again = [client.post(path, json=body, headers=key) for _ in range(3)]

    assert first.status_code == status
    assert "Idempotent-Replayed" not in first.headers
    assert [told(each) for each in again] == [told(first)] * 2
    assert {each.headers["Idempotent-Replayed"] for each in again} == {"true"}
    assert len({each.headers["X-Request-ID"] for each in (first, *again)}) == 3


def test_what_was_deleted_is_not_done_again(client):
    key, body = a_key(), {"content": "Count me once."}
    made = client.post("/producer/tasks", json=body, headers=key).json()
    client.ended(made["id"])
    assert client.request("DELETE", f"/producer/tasks/{made['id']}").status_code == 204

    again = client.post("/producer/tasks", json=body, headers=key)

    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
    told = again.json()
    assert (told["id"], told["content"], told["status"]) == (made["id"], None, "completed")
    problem_of(client.post("/producer/tasks", json={"content": "Two."}, headers=key), 422, "idempotency_key_reused")


def test_a_held_message_is_told_again_without_another_alert(client, operator):
    key, body = a_key(), {"text": f"Write to {an_address()}.", "kind": "chat"}

    first, again = [client.post("/producer/messages", json=body, headers=key) for _ in range(2)]

    alert_id = problem_of(first, 422, "personal_data")["alert_id"]
    count = operator.look(f"/producer/alerts/{alert_id}")["count"]
    assert problem_of(again, 422, "personal_data") == first.json()
    client.post("/producer/messages", json=body, headers=key)
    assert operator.look(f"/producer/alerts/{alert_id}")["count"] == count


def test_a_key_stands_for_one_request_of_one_caller(client, other_client):
    key = a_key()
    made = client.post("/producer/tasks", json={"content": "One."}, headers=key)

    another = client.post("/producer/tasks", json={"content": "Two."}, headers=key)
    elsewhere = client.post("/producer/messages", json={"content": "One."}, headers=key)
    somebody_else = other_client.post("/producer/tasks", json={"content": "One."}, headers=key)

    problem_of(another, 422, "idempotency_key_reused")
    problem_of(elsewhere, 422, "idempotency_key_reused")
    assert somebody_else.status_code == 201
    assert somebody_else.json()["id"] != made.json()["id"]


def test_of_equal_requests_at_once_one_works(client):
    key, body = a_key(), {"content": "Only once."}
    before = client.look("/producer/tasks?limit=1")["items"]

    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(client.post, "/producer/tasks", json=body, headers=key) for _ in range(16)]
        answers = [each.result() for each in asked]

    last = client.post("/producer/tasks", json=body, headers=key)
    assert {each.status_code for each in answers} <= {201, 409}
    for each in answers:
        if each.status_code == 409:
            assert problem_of(each, 409, "idempotency_in_flight")
            assert int(each.headers["Retry-After"]) >= 1
        else:
            # One that comes between the accept and its answer is answered by the task, as it is by then.
            assert each.json()["id"] == last.json()["id"]
    newest = [task["id"] for task in client.look("/producer/tasks?limit=2")["items"]]
    assert newest[0] == last.json()["id"]
    assert newest[1:] == [task["id"] for task in before]


@pytest.mark.parametrize("key", ["two words", "x" * 256])
def test_a_key_of_another_form_is_refused(client, key):
    answer = client.post("/producer/tasks", json={"content": "No."}, headers={"Idempotency-Key": key})

    assert problem_of(answer, 422, "invalid_request")["field"] == "Idempotency-Key"
    assert key not in answer.text


def test_a_batch_takes_no_key(client):
    headers = {"Content-Type": "application/x-ndjson", **a_key()}

    answer = client.post("/producer/messages/batch", data=b'"Hello."\n', headers=headers)

    assert problem_of(answer, 422, "invalid_request")["field"] == "Idempotency-Key"
