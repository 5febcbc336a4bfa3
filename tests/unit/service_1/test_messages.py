import orjson
import pytest
from harness.door import Door
from harness.journal import Lines
from harness.samples import CARD, CLEAN, EMAIL, SECRET, WITH_EMAIL, WITH_SECRET, broken_screener

from gateway.access.roles import Role
from gateway.errors import OutcomeUnknown, ServiceUnavailable
from gateway.ledger.alert import AlertType
from gateway.ledger.task import Status
from gateway.message.decoding import MAX_BODY_BYTES, MAX_TEXT_CHARACTERS
from gateway.policy.rules import Rule, RuleWhen, Then

REDACT = (Rule(when=RuleWhen(min_score=0.5), then=Then.REDACT), Rule(then=Then.ALLOW))


def nothing_happened(door: Door) -> bool:
    return not (door.forwarder.seen or door.queue.launched or door.ledger.counts().get(Status.PENDING))


def test_a_clean_message_is_forwarded_and_answered(door: Door, shop):
    answer = shop.post("/messages", {"text": CLEAN, "kind": "chat", "metadata": {"n": 1}})

    assert answer.status_code == 200
    told = answer.json
    assert told == {
        "id": told["id"],
        "outcome": "forwarded",
        "redacted": False,
        "findings": [],
        "result": {"words": 2},
    }
    (sent,) = door.forwarder.seen
    assert (sent.id, sent.text, sent.kind, sent.metadata, sent.caller) == (told["id"], CLEAN, "chat", {"n": 1}, "shop")
    assert sent.request_id == answer.headers["X-Request-ID"]


def test_plain_text_stands_for_a_message(door: Door, shop):
    answer = shop.post("/messages", data=CLEAN.encode(), content_type="text/plain; charset=utf-8")

    assert answer.json["outcome"] == "forwarded"
    assert door.forwarder.seen[0].text == CLEAN


def test_a_message_that_asks_to_be_queued_becomes_a_task(door: Door, shop):
    answer = shop.post("/messages", {"text": CLEAN, "delivery": "queued", "kind": "chat", "metadata": {"n": 1}})

    assert answer.status_code == 202
    told = answer.json
    assert (told["outcome"], told["redacted"], told["findings"]) == ("queued", False, [])
    assert told["task"] == {
        "id": told["id"],
        "kind": "chat",
        "content": CLEAN,
        "status": "pending",
        "created_at": told["task"]["created_at"],
        "updated_at": None,
    }
    assert answer.headers["Location"] == f"/producer/tasks/{told['id']}"
    assert int(answer.headers["Retry-After"]) > 0
    assert door.queue.take("cpu") == [told["id"]]
    assert door.task(told["id"]).payload == {"content": CLEAN, "metadata": {"n": 1}}
    assert door.forwarder.seen == []


def test_a_long_message_is_queued_unless_its_sender_waits_for_it(shop):
    long = "word " * 401

    asked = [shop.post("/messages", {"text": long, "delivery": how}).status_code for how in ("auto", "sync")]

    assert asked == [202, 200]


@pytest.mark.parametrize(
    ("text", "code", "entity_type"),
    [(WITH_EMAIL, "personal_data", "EMAIL_ADDRESS"), (WITH_SECRET, "secret", "SECRET")],
)
def test_a_message_with_findings_is_held(door: Door, shop, text: str, code: str, entity_type: str):
    answer = shop.post("/messages", {"text": text})

    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    told = answer.json
    (found,) = told["findings"]
    assert (told["code"], told["status"], found["entity_type"], found["path"]) == (code, 422, entity_type, "/text")
    assert text[found["start"] : found["end"]] in {EMAIL, SECRET}
    alert = door.ledger.alert(told["alert_id"])
    assert (alert.caller, alert.request_id) == ("shop", answer.headers["X-Request-ID"])
    assert len(door.report_texts) == 1
    assert nothing_happened(door)


def test_one_secret_among_personal_data_makes_the_code_secret(shop):
    answer = shop.post("/messages", {"text": f"{WITH_EMAIL} {WITH_SECRET}"})

    assert answer.json["code"] == "secret"


def test_offsets_count_code_points(shop):
    text = f"🦊🦊 ä {EMAIL}"

    (found,) = shop.post("/messages", {"text": text}).json["findings"]

    assert text[found["start"] : found["end"]] == EMAIL


def test_metadata_is_screened_values_and_keys(shop):
    metadata = {"note": [{"to": EMAIL}], EMAIL: "x", "a b": {"c": CARD}}

    findings = shop.post("/messages", {"text": CLEAN, "metadata": metadata}).json["findings"]

    assert {(found["path"], found.get("key", False)) for found in findings} == {
        ("/metadata/note/0/to", False),
        ("/metadata", True),
        ("/metadata/*/c", False),
    }


def test_no_value_is_in_any_answer_line_alert_or_report(door: Door, shop, operator, lines: Lines):
    sent = {"text": f"{WITH_EMAIL} {WITH_SECRET} {CARD}", "metadata": {EMAIL: {SECRET: CARD}}}

    answers = [
        shop.post("/messages", sent),
        shop.post("/tasks", {"content": sent["text"], "args": sent["metadata"]}),
        shop.post("/messages", {**sent, "kind": EMAIL}),
        shop.post("/messages", {**sent, EMAIL: SECRET}),
        operator.get("/alerts"),
    ]

    told = "\n".join(
        [*(f"{a.text} {a.headers}" for a in answers), lines.text, *door.report_texts, repr(door.ledger.alerts())]
    )
    assert len(door.ledger.alerts()) >= 2
    for value in (EMAIL, SECRET, CARD, "fastmail", "4111"):
        assert value not in told


def test_a_policy_that_redacts_lets_the_rest_go_on(door_with):
    door = door_with(rules=REDACT)
    key = door.key("shop")

    answer = door.client.post("/messages", json={"text": WITH_EMAIL, "metadata": {"to": EMAIL}}, headers=key)

    assert (answer.status_code, answer.json["redacted"], len(answer.json["findings"])) == (200, True, 2)
    (sent,) = door.forwarder.seen
    assert sent.text == "Please write to <EMAIL_ADDRESS> soon."
    assert sent.metadata == {"to": "<EMAIL_ADDRESS>"}
    assert door.ledger.alerts() == []


def test_a_redacted_message_is_kept_and_shown_redacted(door_with):
    door = door_with(rules=REDACT)
    key = door.key("shop")

    answer = door.client.post("/messages", json={"text": WITH_EMAIL, "delivery": "queued"}, headers=key)

    assert answer.json["redacted"] is True
    assert answer.json["task"]["content"] == "Please write to <EMAIL_ADDRESS> soon."
    assert EMAIL not in repr(door.task(answer.json["id"]).payload)


def test_the_answer_of_service_2_is_screened(door: Door, shop):
    door.forwarder.answer = {"text": WITH_EMAIL, "words": 3}

    answer = shop.post("/messages", {"text": CLEAN})

    assert answer.json["result"] == {"text": "Please write to <EMAIL_ADDRESS> soon.", "words": 3}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "/text"),
        ({"text": ""}, "/text"),
        ({"text": None}, "/text"),
        ({"text": 1}, "/text"),
        ({"text": "x" * (MAX_TEXT_CHARACTERS + 1)}, "/text"),
        ({"text": CLEAN, "kind": "poem"}, "/kind"),
        ({"text": CLEAN, "kind": 1}, "/kind"),
        ({"text": CLEAN, "delivery": "pigeon"}, "/delivery"),
        ({"text": CLEAN, "metadata": []}, "/metadata"),
        ({"text": CLEAN, "metadata": EMAIL}, "/metadata"),
        ({"text": CLEAN, EMAIL: 1}, "/*"),
        ({"text": CLEAN, "txet": 1}, "/*"),
        ([], "/"),
        ("text", "/"),
        (None, "/"),
    ],
)
def test_a_body_that_does_not_fit_is_refused_by_field_with_an_alert(door: Door, shop, body: object, field: str):
    answer = shop.post("/messages", data=orjson.dumps(body), content_type="application/json")

    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    assert (answer.json["code"], answer.json["field"]) == ("invalid_request", field)
    for value in ("pigeon", "poem", "txet", EMAIL):
        assert value not in answer.text
    assert [alert.type for alert in door.ledger.alerts()] == [AlertType.INVALID_MESSAGE]
    assert nothing_happened(door)


def test_the_longest_text_is_taken(shop):
    assert shop.post("/messages", {"text": "ü" * MAX_TEXT_CHARACTERS, "delivery": "sync"}).status_code == 200


def test_metadata_may_be_sixteen_deep_and_no_deeper(shop):
    def nested(depth: int) -> dict[str, object]:
        return {"k": nested(depth - 1)} if depth > 1 else {"k": 1}

    taken, refused = (shop.post("/messages", {"text": CLEAN, "metadata": nested(depth)}) for depth in (16, 17))

    assert taken.status_code == 200
    assert (refused.status_code, refused.json["code"], refused.json["field"]) == (422, "invalid_request", "/metadata")


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"{", "application/json", 400, "malformed_body"),
        (b'{"text": "\xff"}', "application/json", 400, "malformed_body"),
        (b'{"text": "x"}', "application/json; charset=latin-1", 400, "malformed_body"),
        (b"\xff", "text/plain", 400, "malformed_body"),
        (b"x" * (MAX_BODY_BYTES + 1), "application/json", 413, "body_too_large"),
        (b"<x/>", "application/xml", 415, "unsupported_media_type"),
        (b"text=x", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        (b'{"text": "x"}', None, 415, "unsupported_media_type"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(
    door: Door, shop, *, body: bytes, content_type: str | None, status: int, code: str
):
    answer = shop.post("/messages", data=body, content_type=content_type)

    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert answer.content_type == "application/problem+json"
    assert nothing_happened(door)


@pytest.mark.parametrize("delivery", ["sync", "queued"])
def test_what_cannot_be_screened_goes_nowhere(door_with, lines: Lines, delivery: str):
    door = door_with(screener=broken_screener())
    key = door.key("shop")

    answer = door.client.post("/messages", json={"text": WITH_EMAIL, "delivery": delivery}, headers=key)

    assert (answer.status_code, answer.json["code"]) == (503, "screening_unavailable")
    assert "Retry-After" in answer.headers
    assert nothing_happened(door)
    assert EMAIL not in answer.text + lines.text


@pytest.mark.parametrize("body", [{"text": CLEAN, "delivery": "queued"}, {"text": WITH_EMAIL}])
def test_without_a_ledger_nothing_is_queued_or_held(door: Door, shop, body: dict[str, str]):
    door.ledger.close()

    answer = shop.post("/messages", body)

    assert (answer.status_code, answer.json["code"]) == (503, "ledger_unavailable")
    assert "Retry-After" in answer.headers
    assert door.forwarder.seen == []
    assert door.queue.launched == []


def test_a_wrong_body_is_refused_without_a_ledger_too(door: Door, shop, lines: Lines):
    door.ledger.close()

    answer = shop.post("/messages", {"txet": CLEAN})

    assert answer.status_code == 422
    assert len(lines.of("alert.unrecorded")) == 1


def test_service_2_that_is_down_took_nothing(door: Door, shop):
    door.forwarder.error = ServiceUnavailable()

    answer = shop.post("/messages", {"text": CLEAN})

    assert (answer.status_code, answer.json["code"]) == (503, "service_unavailable")
    assert "Retry-After" in answer.headers


def test_service_2_that_does_not_answer_leaves_the_outcome_unknown(door: Door, shop):
    door.forwarder.error = OutcomeUnknown()

    answer = shop.post("/messages", {"text": CLEAN})

    assert (answer.status_code, answer.json["code"]) == (504, "outcome_unknown")
    assert "Retry-After" not in answer.headers


def test_a_broker_that_is_down_does_not_stop_a_message_from_being_queued(door: Door, shop, lines: Lines):
    door.queue.down = True

    answer = shop.post("/messages", {"text": CLEAN, "delivery": "queued"})

    assert answer.status_code == 202
    assert door.task(answer.json["id"]).status is Status.PENDING
    assert len(lines.of("task.unlaunched")) == 1


def test_each_message_leaves_one_line_with_its_ids(shop, lines: Lines):
    request = "a" * 32

    answer = shop.post("/messages", {"text": CLEAN, "kind": "chat"}, headers={"X-Request-ID": request})

    (line,) = lines.of("message.forwarded")
    for field in (f"request_id={request}", f"message_id={answer.json['id']}", "caller=shop", "kind=chat", "findings=0"):
        assert f" {field}" in line


def test_repeats_of_a_held_message_fold_into_one_alert(door: Door, shop):
    alerts = {shop.post("/messages", {"text": WITH_EMAIL}).json["alert_id"] for _ in range(4)}

    (alert,) = door.ledger.alerts()
    assert alerts == {alert.id}
    assert alert.count == 4


@pytest.mark.parametrize("path", ["/messages", "/screen", "/tasks", "/task", "/api/sum", "/api/wait_and_return"])
def test_without_a_key_nothing_is_taken(door: Door, path: str):
    answer = door.client.post(path, json={"text": CLEAN})

    assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated")
    assert "WWW-Authenticate" in answer.headers
    assert nothing_happened(door)


def test_a_revoked_key_is_refused(door: Door):
    key = door.key("shop")
    door.keys.revoke("shop")

    assert door.client.post("/messages", json={"text": CLEAN}, headers=key).status_code == 401


@pytest.mark.parametrize("role", list(Role))
def test_every_role_may_send(door: Door, role: Role):
    key = door.key("somebody", role)

    assert door.client.post("/messages", json={"text": CLEAN}, headers=key).status_code == 200


def test_somebody_on_this_machine_needs_no_key_where_that_is_meant(door_with):
    door = door_with(anonymous="client")

    here, elsewhere = (
        door.client.post("/messages", json={"text": CLEAN}, headers=headers)
        for headers in ({"X-Portcullis-Direct": "1"}, {})
    )

    assert (here.status_code, elsewhere.status_code) == (200, 401)
    assert door.forwarder.seen[0].caller == "anonymous"
