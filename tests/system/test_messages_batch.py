"""POST /producer/messages/batch: a message a line, a verdict a line."""

import json
import socket
import uuid
from urllib.parse import urlsplit

import pytest
from harness.api import a_token, an_address, is_uuid7, problem_of

LINES = "application/x-ndjson"
GREEN = "The garden is green."
MOST_LINES, MOST_BYTES = 10_000, 16 * 1024 * 1024


def send(api, *lines, **headers):
    body = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    return api.post("/producer/messages/batch", data=body, headers={"Content-Type": LINES, **headers})


def verdicts(api, *lines):
    answer = send(api, *lines)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == LINES
    return [json.loads(line) for line in answer.content.splitlines()]


def test_each_line_is_forwarded_queued_held_or_refused_by_itself(client):
    address, token = an_address(), a_token()

    told = verdicts(
        client,
        {"text": GREEN, "kind": "chat"},
        {"text": GREEN, "delivery": "queued"},
        {"text": f"To {address}"},
        {"text": "Hello", "metadata": {"key": token}},
        b'{"text": "Hello"',
        {"text": "Hello", "kind": "zebra7731"},
        GREEN,
    )

    assert [(each["line"], each["status"], each.get("outcome", each.get("code"))) for each in told] == [
        (1, 200, "forwarded"),
        (2, 202, "queued"),
        (3, 422, "personal_data"),
        (4, 422, "secret"),
        (5, 400, "malformed_body"),
        (6, 422, "invalid_request"),
        (7, 200, "forwarded"),
    ]
    assert all(is_uuid7(each["id"]) for each in told if "id" in each)
    assert not any(hidden in json.dumps(told) for hidden in (address, token, "zebra"))


def test_a_forwarded_line_is_answered_as_a_message_alone(client):
    alone = client.message("  Zwei   Wörter. ", kind="chat").json()

    (told,) = verdicts(client, {"text": "  Zwei   Wörter. ", "kind": "chat"})

    for body in (alone, told):
        assert body["result"].pop("id") == body.pop("id")
    assert told == {"line": 1, "status": 200, **alone}
    assert told["result"]["text"] == "Zwei Wörter."


def test_a_queued_line_is_done_by_a_worker(client):
    (told,) = verdicts(client, {"text": "one  two", "delivery": "queued"})

    assert client.ended(told["task"]["id"])["result"]["text"] == "one two"


def test_many_lines_are_told_in_their_order(client):
    texts = [f"Parcel of the day: {'small ' * (n % 7)}" for n in range(1300)]

    told = verdicts(client, *texts)

    assert [each["line"] for each in told] == list(range(1, 1301))
    assert [each["result"]["text"] for each in told] == [text.strip() for text in texts]


def test_the_request_id_is_that_of_every_line(client, operator):
    request_id = str(uuid.uuid4())

    answer = send(client, {"text": "IBAN GB82 WEST 1234 5698 7654 32, IP 81.2.69.143"}, **{"X-Request-ID": request_id})

    assert answer.headers["X-Request-ID"] == request_id
    alert = json.loads(answer.content)["alert_id"]
    assert operator.look(f"/producer/alerts/{alert}")["request_id"] == request_id


def test_blank_lines_have_no_verdict(client):
    answer = client.post("/producer/messages/batch", data=f'\n"{GREEN}"\n\n', headers={"Content-Type": LINES})

    assert [json.loads(line)["line"] for line in answer.content.splitlines()] == [2]


@pytest.mark.parametrize(
    "body", [b"1\n" * (MOST_LINES + 1), b" " * (MOST_BYTES + 1)], ids=["too many lines", "too many bytes"]
)
def test_more_than_a_batch_may_have_is_refused(client, body):
    answer = client.post("/producer/messages/batch", data=body, headers={"Content-Type": LINES})

    problem_of(answer, 413, "body_too_large")


def test_a_batch_may_be_larger_than_a_message(client):
    line = json.dumps({"text": "so " * 20_000, "delivery": "sync"}).encode()

    told = verdicts(client, *[line] * 40)

    assert len(line) * 40 > 2_000_000
    assert {each["status"] for each in told} == {200}


@pytest.mark.parametrize("content_type", ["application/json", "text/plain"])
def test_another_content_type_is_refused(client, content_type):
    answer = client.post("/producer/messages/batch", data=b'"x"', headers={"Content-Type": content_type})

    problem_of(answer, 415, "unsupported_media_type")


def test_a_stranger_may_not_send_one(stranger):
    problem_of(send(stranger, GREEN), 401, "unauthenticated")


def test_what_was_told_before_a_client_hung_up_is_kept(client, url):
    """Verdicts come while later lines wait: the first is there before all the work is done."""
    body = b"\n".join([json.dumps({"text": GREEN, "delivery": "queued"}).encode()] * 3000)
    place = urlsplit(url)
    head = f"POST /producer/messages/batch HTTP/1.1\r\nHost: {place.netloc}\r\nX-API-Key: {client.key}\r\n"
    head += f"Content-Type: {LINES}\r\nContent-Length: {len(body)}\r\n\r\n"

    with socket.create_connection((place.hostname, place.port or 80), timeout=60) as connection:
        connection.sendall(head.encode() + body)
        received = b""
        while received.count(b'"status":202') < 3:
            received += connection.recv(4096)

    seen = [json.loads(line) for line in received.split(b"\n") if line.startswith(b'{"line"') and line.endswith(b"}}")]
    assert seen
    for verdict in seen[:3]:
        assert client.look(f"/producer/tasks/{verdict['task']['id']}")["content"] == GREEN
