"""What no program of the mesh can read as HTTP is a problem, too; none of them answers in words of its own."""

import pytest
from harness.api import problem_of, send_bytes

HOST = b"Host: localhost\r\nConnection: close\r\n"
UNREADABLE = {
    "a control character in a header": (b"GET /producer/health", b"Idempotency-Key: zebra\x01\r\n", "bad_request"),
    "one in a key": (b"GET /logs/", b"X-API-Key: zebra\x01\r\n", "bad_request"),
    "a method of one letter": (b"Z /producer/health", b"", "invalid_request"),
    "a long method": (b"ZEBRA" * 8 + b" /producer/health", b"", "invalid_request"),
    "letters of other scripts in a query": (b"GET /producer/tasks?status=zebra\xc3\xa4", b"", "invalid_request"),
    "the same in a path": (b"GET /producer/zebra\xc3\xa4", b"", "invalid_request"),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_cannot_be_read_is_a_problem_that_quotes_nothing(url, what):
    line, headers, code = UNREADABLE[what]

    answer = send_bytes(url, line + b" HTTP/1.1\r\n" + HOST + headers + b"\r\n")

    problem_of(answer, 400, code)
    assert "zebra" not in (answer.text + str(answer.headers)).lower()


@pytest.mark.parametrize("path", [b"/producer/health", b"/docs"])
def test_long_headers_that_the_gate_takes_are_taken_behind_it_too(url, path):
    twice = (b"Accept-Language: " + b"a" * 7000 + b"\r\n") * 2

    answer = send_bytes(url, b"GET " + path + b" HTTP/1.1\r\n" + HOST + twice + b"\r\n")

    assert answer.status_code == 200


def test_a_long_key_is_an_unknown_one(url):
    twice = (b"X-API-Key: " + b"a" * 7000 + b"\r\n") * 2

    answer = send_bytes(url, b"GET /logs/ HTTP/1.1\r\n" + HOST + twice + b"\r\n")

    problem_of(answer, 401, "unauthenticated")
