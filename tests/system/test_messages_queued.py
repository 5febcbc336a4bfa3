"""POST /producer/messages, 202: the message became a task, and is followed to its result."""

import pytest

LONG_AND_PLAIN = "The garden is green and the kettle is blue. " * 60  # over 2,000 characters


def followed(api, answer):
    """Go where the answer points, and return the ended task."""
    assert answer.headers["Location"] == f"/producer/tasks/{answer.json()['id']}"
    assert int(answer.headers["Retry-After"]) >= 1
    return api.ended(answer.headers["Location"].rpartition("/")[2])


def test_a_message_sent_to_the_queue_becomes_a_task_that_completes(client):
    answer = client.message("One for later.", delivery="queued")

    told = answer.json()
    assert answer.status_code == 202
    assert set(told) == {"id", "outcome", "redacted", "findings", "task"}
    assert (told["outcome"], told["redacted"], told["findings"]) == ("queued", False, [])
    assert set(told["task"]) == {"id", "kind", "content", "status", "created_at", "updated_at"}
    assert (told["task"]["id"], told["task"]["status"]) == (told["id"], "pending")

    task = followed(client, answer)

    assert task["status"] == "completed"
    assert task["result"]["text"] == "One for later."


@pytest.mark.parametrize("length", [2001, 30_000])
def test_a_text_above_2000_characters_is_queued(client, length):
    text = (LONG_AND_PLAIN * 20)[: length - 1] + "."

    answer = client.message(text)

    assert answer.status_code == 202
    task = followed(client, answer)
    assert task["status"] == "completed"
    assert task["pool"] == "cpu"
    assert task["content"] == text


def test_a_long_plain_text_body_is_queued(client):
    answer = client.post("/producer/messages", data=LONG_AND_PLAIN, headers={"Content-Type": "text/plain"})

    assert answer.status_code == 202
    assert followed(client, answer)["result"]["text"] == LONG_AND_PLAIN.strip()


def test_length_is_counted_in_characters_and_not_in_bytes(client):
    answer = client.message("Grüße, 世界! " * 160)  # 1,760 characters in more than 3,000 bytes

    assert answer.status_code == 200


@pytest.mark.parametrize("text", ["Hello.  One   two.", "cafe\u0301 \u0000 noir", "今日は\n良い天気", "😀 and 𐍈"])
def test_a_queued_message_has_the_result_that_a_forwarded_one_has(client, text):
    forwarded = client.message(text, delivery="sync").json()["result"]

    task = followed(client, client.message(text, delivery="queued"))

    assert task["status"] == "completed"
    assert {**task["result"], "id": None} == {**forwarded, "id": None}


def test_a_queued_message_is_a_task_of_its_kind(client):
    answer = client.message("Quarter by quarter.", kind="report", delivery="queued")

    task = followed(client, answer)
    assert (task["kind"], task["status"]) == ("report", "completed")
    assert task["result"]["words"] == 3


def test_a_queued_message_may_have_metadata(client):
    answer = client.message("Hello", metadata={"tags": ["a", {"b": None}]}, delivery="queued")

    assert answer.status_code == 202
    assert followed(client, answer)["status"] == "completed"
