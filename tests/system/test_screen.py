"""POST /producer/screen: the same screening and decision, and nothing done about it."""

import uuid

import pytest
from harness.api import a_token, an_address, problem_of

BEFORE = "Grüße 😀𐍈 e\u0301: "


def screened(api, text, **fields):
    answer = api.post("/producer/screen", json={"text": text, **fields})
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {"outcome", "findings", "redacted_text"}
    return answer.json()


def test_a_clean_text_would_be_forwarded_as_it_is(client):
    assert screened(client, "Hello there") == {
        "outcome": "forwarded",
        "findings": [],
        "redacted_text": "Hello there",
    }


def test_a_text_with_personal_data_would_be_held_and_is_shown_without_it(client):
    address, token = an_address(), a_token()
    text = f"{BEFORE}{address}, and {token}."

    told = screened(client, text)

    assert told["outcome"] == "held"
    assert [(f["entity_type"], text[f["start"] : f["end"]]) for f in told["findings"]] == [
        ("EMAIL_ADDRESS", address),
        ("SECRET", token),
    ]
    assert told["redacted_text"] == f"{BEFORE}<EMAIL_ADDRESS>, and <SECRET>."


@pytest.mark.parametrize(
    ("text", "fields", "outcome"),
    [
        ("Hello", {"delivery": "queued"}, "queued"),
        ("Hello", {"delivery": "sync"}, "forwarded"),
        ("The garden is green. " * 120, {}, "queued"),
        ("The garden is green. " * 120, {"delivery": "sync"}, "forwarded"),
    ],
    ids=["queued", "sync", "long", "long and sync"],
)
def test_it_says_how_a_clean_text_would_go_on(client, text, fields, outcome):
    assert screened(client, text, **fields)["outcome"] == outcome


def test_metadata_is_screened_too(client):
    told = screened(client, "Hello", metadata={"people": [an_address()]})

    assert told["outcome"] == "held"
    assert [f["path"] for f in told["findings"]] == ["/metadata/people/0"]
    assert told["redacted_text"] == "Hello"


def test_a_plain_text_body_will_do(client):
    answer = client.post("/producer/screen", data=f"To {an_address()}", headers={"Content-Type": "text/plain"})

    assert answer.status_code == 200
    assert answer.json()["redacted_text"] == "To <EMAIL_ADDRESS>"


def test_it_finds_what_the_gate_finds(client):
    text = f"{BEFORE}{an_address()} and card 4539 1488 0343 6467"

    held = problem_of(client.message(text), 422, "personal_data")

    assert screened(client, text)["findings"] == held["findings"]


def test_nobody_is_alerted(client, operator):
    """The two kinds come together in no other test, so that no other alert takes this one in."""
    request_id = str(uuid.uuid4())
    text = "IBAN DE89 3704 0044 0532 0130 00, SSN 536-90-4399, IP 81.2.69.142"
    headers = {"X-Request-ID": request_id}

    answer = client.post("/producer/screen", json={"text": text}, headers=headers)

    assert {f["entity_type"] for f in answer.json()["findings"]} == {"IBAN_CODE", "US_SSN", "IP_ADDRESS"}
    alerts = operator.look("/producer/alerts?limit=200")["items"]
    assert request_id not in {alert["request_id"] for alert in alerts}


def test_nothing_is_kept(client):
    newest = client.look("/producer/tasks?limit=1")["items"]

    screened(client, "Hello", delivery="queued")

    assert [t["id"] for t in client.look("/producer/tasks?limit=1")["items"]] == [t["id"] for t in newest]


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        ("{", "application/json", 400, "malformed_body"),
        ("{}", "application/json", 422, "invalid_request"),
        ('{"text": "Hello", "kind": "zebra7731"}', "application/json", 422, "invalid_request"),
        ("Hello", "text/html", 415, "unsupported_media_type"),
    ],
)
def test_it_refuses_what_the_gate_refuses(client, body, content_type, status, code):
    answer = client.post("/producer/screen", data=body, headers={"Content-Type": content_type})

    problem_of(answer, status, code)
    assert "zebra" not in answer.text
