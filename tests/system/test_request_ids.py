"""Every answer carries X-Request-ID: the client's, if it is a UUID or 32 hex digits, else a fresh one."""

import re
import uuid

import pytest
from harness.api import an_address, problem_of, send_bytes

MARK = "zebra7731"
ID = uuid.UUID("6f1f7a53-0d0e-4f0e-9a39-2f3c2a0b7c11")
ANSWERS = {
    "forwarded": (200, "client", "POST", "/producer/messages", {"json": {"text": "Hello"}}),
    "queued": (202, "client", "POST", "/producer/messages", {"json": {"text": "Hello", "delivery": "queued"}}),
    "held": (422, "client", "POST", "/producer/messages", {"json": {"text": an_address()}}),
    "wrong fields": (422, "client", "POST", "/producer/messages", {"json": {"text": 5}}),
    "malformed": (400, "client", "POST", "/producer/messages", {"data": "{", "headers": {"Content-Type": "text/json"}}),
    "wrong type": (415, "client", "POST", "/producer/messages", {"data": "x", "headers": {"Content-Type": "a/b"}}),
    "too large, from NGINX": (413, "client", "POST", "/producer/messages", {"data": b" " * 2_000_000}),
    "unknown key": (401, "keyless", "GET", "/producer/tasks", {"headers": {"X-API-Key": "pk_no"}}),
    "role too low": (403, "client", "GET", "/producer/alerts", {}),
    "no such task": (404, "client", "GET", f"/producer/tasks/{uuid.uuid4()}", {}),
    "no such route": (404, "client", "GET", "/producer/nothing", {}),
    "no such place, from NGINX": (404, "client", "GET", "/nothing", {}),
    "wrong method": (405, "client", "DELETE", "/producer/messages", {}),
    "wrong method, from NGINX": (405, "operator", "DELETE", "/logs/", {}),
    "method nobody takes": (405, "client", "TRACE", "/producer/", {}),
    "health": (200, "client", "GET", "/producer/health", {}),
    "healthz, from NGINX": (200, "client", "GET", "/healthz", {}),
    "the way to the docs": (302, "client", "GET", "/", {}),
    "the missing slash": (308, "client", "GET", "/producer", {}),
    "docs": (200, "client", "GET", "/docs", {}),
    "folder": (200, "operator", "GET", "/logs/", {}),
    "folder, unknown key": (401, "keyless", "GET", "/logs/", {"headers": {"X-API-Key": "pk_no"}}),
    "folder, role too low": (403, "client", "GET", "/logs/", {}),
    "folder, no such file": (404, "operator", "GET", "/logs/nothing.txt", {}),
    "Flower": (200, "operator", "GET", "/dashboard/", {}),
    "Flower, refused": (403, "operator", "POST", "/dashboard/", {}),
    "Locust": (200, "admin", "GET", "/load-test/", {}),
    "Locust, role too low": (403, "operator", "GET", "/load-test/", {}),
}
ANSWERS["malformed"][4]["headers"]["Content-Type"] = "application/json"


def sent(request, name, request_id):
    """Have one answer of this kind, to a request with this id."""
    status, who, method, path, options = ANSWERS[name]
    headers = {**options.get("headers", {}), "X-Request-ID": request_id}
    answer = request.getfixturevalue(who).request(method, path, **{**options, "headers": headers})
    assert answer.status_code == status, answer.text
    return answer


@pytest.mark.parametrize("name", ANSWERS)
def test_a_uuid_as_request_id_is_taken_over(request, name):
    request_id = str(uuid.uuid4())

    assert sent(request, name, request_id).headers["X-Request-ID"] == request_id


@pytest.mark.parametrize("name", ANSWERS)
def test_any_other_request_id_is_replaced(request, name):
    answer = sent(request, name, MARK)

    assert re.fullmatch(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", answer.headers["X-Request-ID"])
    assert MARK not in str(answer.headers)
    assert MARK not in answer.text


@pytest.mark.parametrize("path", ["/producer/health", "/healthz"])
@pytest.mark.parametrize("request_id", [ID.hex, ID.hex.upper(), str(ID).upper(), "0" * 32], ids=str)
def test_32_hex_digits_as_request_id_are_taken_over(client, path, request_id):
    answer = client.get(path, headers={"X-Request-ID": request_id})

    assert answer.headers["X-Request-ID"] == request_id


@pytest.mark.parametrize("path", ["/producer/health", "/healthz"])
@pytest.mark.parametrize(
    "request_id",
    [
        "",
        "0",
        "0" * 31,
        "0" * 33,
        "g" * 32,
        "0" * 32 + ", " + "1" * 32,
        f"{ID}x",
        "{" + str(ID) + "}",
    ],
)
def test_what_only_resembles_a_request_id_is_replaced(client, path, request_id):
    answer = client.get(path, headers={"X-Request-ID": request_id})

    assert re.fullmatch(r"[0-9a-f-]{32,36}", answer.headers["X-Request-ID"])
    assert answer.headers["X-Request-ID"] != request_id


def test_requests_without_an_id_get_different_ones(client):
    ids = {client.get(path).headers["X-Request-ID"] for path in ("/producer/health", "/healthz") for _ in range(5)}

    assert len(ids) == 10


def test_an_answer_has_one_request_id_only(url):
    answer = send_bytes(url, b"GET /producer/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")

    assert len(answer.headers.get_all("X-Request-ID")) == 1


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET /healthz HTTP/1.1\r\nno header\x00\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\n\r\n", 400),
        (b"GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
        (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Filler: " + b"a" * 40_000 + b"\r\n\r\n", 431),
        (b"POST /producer/messages HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: odd\r\n\r\n", 501),
    ],
    ids=["header", "host", "encoding", "address", "headers", "transfer"],
)
def test_what_cannot_be_read_as_http_is_answered_in_the_form_of_all_errors(url, request_bytes, status):
    answer = send_bytes(url, request_bytes)

    problem_of(answer, status)


@pytest.mark.parametrize("name", [name for name, (status, *_) in ANSWERS.items() if status >= 400])
def test_every_error_is_a_problem_with_a_code(request, name):
    answer = sent(request, name, str(uuid.uuid4()))

    problem_of(answer, ANSWERS[name][0])
