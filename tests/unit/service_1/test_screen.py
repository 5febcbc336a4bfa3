import pytest
from harness.door import Door
from harness.samples import CARD, CLEAN, EMAIL, WITH_EMAIL, broken_screener

from gateway.policy.rules import Rule, RuleWhen, Then
from gateway.screening.redaction import Operator


@pytest.mark.parametrize(
    ("text", "outcome", "redacted"),
    [
        (CLEAN, "forwarded", CLEAN),
        ("word " * 401, "queued", "word " * 401),
        (WITH_EMAIL, "held", "Please write to <EMAIL_ADDRESS> soon."),
    ],
)
def test_it_says_what_would_become_of_a_message(shop, text: str, outcome: str, redacted: str):
    answer = shop.post("/screen", {"text": text})

    assert (answer.status_code, answer.json["outcome"]) == (200, outcome)
    assert answer.json["redacted_text"] == redacted
    assert answer.json.keys() == {"outcome", "findings", "redacted_text"}


def test_nothing_is_forwarded_kept_or_alerted(door: Door, shop):
    for body in ({"text": CLEAN}, {"text": WITH_EMAIL}, {"text": CLEAN, "delivery": "queued"}, {"txet": EMAIL}):
        shop.post("/screen", body)

    assert door.forwarder.seen == []
    assert door.queue.launched == []
    assert door.ledger.tasks() == []
    assert door.ledger.alerts() == []


def test_findings_are_those_that_a_message_would_have(shop):
    body = {"text": WITH_EMAIL, "metadata": {"card": CARD}}

    screened, sent = shop.post("/screen", body), shop.post("/messages", body)

    assert screened.json["findings"] == sent.json["findings"]
    assert len(screened.json["findings"]) == 2


def test_plain_text_is_taken_too(shop):
    answer = shop.post("/screen", data=WITH_EMAIL.encode(), content_type="text/plain")

    assert answer.json["outcome"] == "held"


def test_nobody_can_guess_values_by_asking_for_their_hashes(door_with):
    rules = (Rule(when=RuleWhen(min_score=0.5), then=Then.REDACT), Rule(then=Then.ALLOW))
    door = door_with(rules=rules, operators={"EMAIL_ADDRESS": Operator.HASH})
    key = door.key("shop")

    asked = {
        door.client.post("/screen", json={"text": WITH_EMAIL}, headers=key).json["redacted_text"] for _ in range(3)
    }
    door.client.post("/messages", json={"text": WITH_EMAIL}, headers=key)

    assert len(asked) == 3
    assert door.forwarder.seen[0].text not in asked


@pytest.mark.parametrize("body", [{}, {"text": CLEAN, "kind": "poem"}, {"text": CLEAN, "delivery": "pigeon"}])
def test_a_body_that_does_not_fit_is_refused(shop, body: dict[str, str]):
    answer = shop.post("/screen", body)

    assert (answer.status_code, answer.json["code"]) == (422, "invalid_request")
    assert "poem" not in answer.text
    assert "pigeon" not in answer.text


def test_what_cannot_be_screened_is_told(door_with):
    door = door_with(screener=broken_screener())

    answer = door.client.post("/screen", json={"text": WITH_EMAIL}, headers=door.key("shop"))

    assert (answer.status_code, answer.json["code"]) == (503, "screening_unavailable")


def test_it_needs_no_ledger_and_no_service_2(door: Door, shop):
    shop.get("/health")
    door.ledger.close()

    assert shop.post("/screen", {"text": CLEAN}).status_code == 200
