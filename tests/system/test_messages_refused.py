"""POST /producer/messages: what does not have the right form."""

import json

import pytest
from harness.api import an_address, problem_of, send_bytes, send_raw

ADDRESS = "kim.doe@mail.acme-widgets.com"
MARK = "zebra7731"  # what a client chose, and no answer may repeat


def posted(api, body, content_type="application/json"):
    return api.post("/producer/messages", data=body, headers={"Content-Type": content_type})


def nested(levels):
    """Return an object of so many levels."""
    value = {}
    for _ in range(levels - 1):
        value = {"deeper": value}
    return value


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"text": "Hello"',
        b'{"text": "Hello",}',
        b"{'text': 'Hello'}",
        b'{"text": NaN}',
        b'{"text": "\xff\xfe"}',
        b'{"text": "\\ud800"}',
        b'{"text": "line\nbreak"}',
        "{'text': 'Grüße'}".encode("utf-16"),
        b"text=Hello",
    ],
)
def test_what_is_no_json_in_utf_8_is_malformed(client, body):
    problem_of(posted(client, body), 400, "malformed_body")


@pytest.mark.parametrize("content_type", ["application/json", "text/plain"])
@pytest.mark.parametrize("charset", ["iso-8859-1", "utf-16", MARK])
def test_no_charset_but_utf_8_is_taken(client, content_type, charset):
    answer = posted(client, '{"text": "Hello"}', f"{content_type}; charset={charset}")

    problem_of(answer, 400, "malformed_body")
    assert MARK not in answer.text


def test_a_plain_text_body_that_is_not_utf_8_is_malformed(client):
    answer = posted(client, "Grüße".encode("iso-8859-1"), "text/plain")

    problem_of(answer, 400, "malformed_body")


def test_the_answer_to_malformed_json_does_not_repeat_it(client):
    answer = posted(client, f'{{"text": {ADDRESS}}}')

    problem_of(answer, 400, "malformed_body")
    assert "kim" not in answer.text


@pytest.mark.parametrize(
    "content_type",
    ["application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", MARK, "text/html"],
)
def test_no_other_type_is_taken(client, content_type):
    answer = posted(client, '{"text": "Hello"}', content_type)

    problem_of(answer, 415, "unsupported_media_type")
    assert MARK not in answer.text


def test_a_body_has_to_say_its_type(url, client):
    body = b'{"text": "Hello"}'
    head = f"POST /producer/messages HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {client.key}\r\n"

    answer = send_bytes(url, f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)

    problem_of(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "/text"),
        ({"text": ""}, "/text"),
        ({"text": 5}, "/text"),
        ({"text": None}, "/text"),
        ({"text": ["Hello"]}, "/text"),
        ({"text": "x" * 65_537}, "/text"),
        ({"text": "Hello", "kind": MARK}, "/kind"),
        ({"text": "Hello", "kind": 5}, "/kind"),
        ({"text": "Hello", "delivery": MARK}, "/delivery"),
        ({"text": "Hello", "metadata": MARK}, "/metadata"),
        ({"text": "Hello", "metadata": [MARK]}, "/metadata"),
        ({"text": "Hello", "metadata": None}, "/metadata"),
        ({"text": "Hello", "metadata": nested(17)}, "/metadata"),
        ({"text": "Hello", "metadata": {"list": [[[[[[[[[[[[[[[[MARK]]]]]]]]]]]]]]]]}}, "/metadata"),
        ({"text": "Hello", MARK: 1}, "/*"),
        ({"text": "Hello", ADDRESS: 1}, "/*"),
        ({"text": "Hello", "delivery": ADDRESS}, "/delivery"),
        ({"text": "Hello", "kind": ADDRESS}, "/kind"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_wrong_field_is_named_and_its_value_is_not(client, body, field):
    answer = client.post("/producer/messages", json=body)

    assert problem_of(answer, 422, "invalid_request")["field"] == field
    assert MARK not in answer.text
    assert "kim" not in answer.text


@pytest.mark.parametrize("body", [[], "Hello", 5, None, True, [{"text": "Hello"}]])
def test_a_body_has_to_be_an_object(client, body):
    problem_of(posted(client, json.dumps(body)), 422, "invalid_request")


def test_an_empty_plain_text_body_has_no_text(client):
    assert problem_of(posted(client, b"", "text/plain"), 422, "invalid_request")["field"] == "/text"


@pytest.mark.parametrize("levels", [1000, 100_000])
def test_a_body_nested_without_end_is_refused_and_hurts_nobody(client, levels):
    body = '{"text": "Hello", "metadata": {"a": ' + "[" * levels + "]" * levels + "}}"

    problem_of(posted(client, body), 422, "invalid_request")
    assert client.message("Hello").status_code == 200


def test_a_body_that_announces_too_much_is_refused_before_it_is_sent(url, client):
    headers = [
        ("X-API-Key", client.key),
        ("Content-Type", "application/json"),
        ("Content-Length", "50000000"),
        ("Expect", "100-continue"),
    ]

    answer = send_raw(url, "POST", "/producer/messages", headers=headers)

    problem_of(answer, 413, "body_too_large")


def test_a_body_that_is_too_large_is_refused(client):
    answer = client.message("Hello", metadata={"filler": "word " * 300_000})

    problem_of(answer, 413, "body_too_large")


def test_a_body_in_chunks_that_is_too_large_is_refused(client):
    chunks = (b" " * 65_536 for _ in range(32))

    answer = client.post("/producer/messages", data=chunks, headers={"Content-Type": "application/json"})

    problem_of(answer, 413, "body_too_large")


def test_a_large_body_within_the_limit_is_taken(client):
    assert client.message("Hello", metadata={"filler": "word " * 100_000}).status_code == 200


def test_a_body_in_chunks_is_taken(client):
    chunks = (each for each in (b'{"text": "Hel', b'lo"}'))

    answer = client.post("/producer/messages", data=chunks, headers={"Content-Type": "application/json"})

    assert answer.status_code == 200
    assert answer.json()["result"]["text"] == "Hello"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_another_method_is_refused_with_those_that_are_taken(client, method):
    answer = client.request(method, "/producer/messages")

    problem_of(answer, 405, "method_not_allowed")
    assert "POST" in answer.headers["Allow"]


def test_the_form_is_checked_before_the_content_is_told(client):
    """A wrong field hides no finding: nothing of the message is told."""
    address = an_address()

    answer = client.post("/producer/messages", json={"text": f"To {address}", "kind": MARK})

    problem_of(answer, 422)
    assert address not in answer.text
