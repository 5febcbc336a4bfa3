from typing import Any

import orjson
import pytest
from harness.door import Door
from harness.journal import Lines
from harness.samples import CLEAN, EMAIL, WITH_EMAIL, WITH_SECRET

from gateway.errors import LedgerUnavailable, OutcomeUnknown
from gateway.ledger.alert import AlertType
from gateway.message.decoding import MAX_BATCH_BYTES, MAX_BATCH_LINES, MAX_BODY_BYTES

LINES_TYPE = "application/x-ndjson"


def post(shop, *lines: Any, **given: Any):
    body = b"\n".join(line if isinstance(line, bytes) else orjson.dumps(line) for line in lines)
    return shop.post("/messages/batch", data=body, content_type=LINES_TYPE, **given)


def verdicts(shop, *lines: Any) -> list[dict[str, Any]]:
    answer = post(shop, *lines)
    assert (answer.status_code, answer.content_type) == (200, LINES_TYPE)
    assert answer.data.endswith(b"\n")
    return [orjson.loads(line) for line in answer.data.splitlines()]


def without_ids(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in {"id", "line", "task"}}


@pytest.mark.parametrize(
    "line",
    [
        {"text": CLEAN},
        {"text": CLEAN, "delivery": "queued"},
        {"text": WITH_EMAIL},
        {"text": WITH_SECRET, "metadata": {"to": EMAIL}},
        {"text": CLEAN, "kind": "poem"},
        {"text": CLEAN, "delivery": "pigeon"},
        {"text": CLEAN, "metadata": {"a": {}}},
        {"text": ""},
        {"txet": EMAIL},
        [],
        1,
        None,
    ],
    ids=str,
)
def test_a_line_gets_the_verdict_that_it_would_get_alone(shop, line: Any):
    alone = shop.post("/messages", data=orjson.dumps(line), content_type="application/json")

    (verdict,) = verdicts(shop, line)

    assert (verdict["line"], verdict["status"]) == (1, alone.status_code)
    assert verdict.keys() - {"line", "status"} == alone.json.keys() - {"status"}
    if alone.status_code == 422:
        assert without_ids(verdict) == without_ids(alone.json)


def test_verdicts_are_in_the_order_of_the_lines(shop):
    told = verdicts(shop, {"text": CLEAN}, {"text": WITH_EMAIL}, {"text": CLEAN, "delivery": "queued"}, CLEAN)

    assert [(each["line"], each["status"]) for each in told] == [(1, 200), (2, 422), (3, 202), (4, 200)]


def test_a_json_string_is_a_text(door: Door, shop):
    (verdict,) = verdicts(shop, CLEAN)

    assert verdict["outcome"] == "forwarded"
    assert [message.text for message in door.forwarder.seen] == [CLEAN]


@pytest.mark.parametrize(
    ("line", "status", "code"),
    [
        (b"{", 400, "malformed_body"),
        (b"{} {}", 400, "malformed_body"),
        (b'{"text": "\xff"}', 400, "malformed_body"),
        (b'{"text": "' + b"x" * MAX_BODY_BYTES + b'"}', 413, "body_too_large"),
        ({"text": "x" * 65_537}, 422, "invalid_request"),
        ({"text": "x", "metadata": {"a": [[[[[[[[[[[[[[[[[0]]]]]]]]]]]]]]]]]}}, 422, "invalid_request"),
        (b'{"text": "x", "metadata": ' + b"[" * 3000 + b"]" * 3000 + b"}", 422, "invalid_request"),
        ({"text": "x", EMAIL: 1}, 422, "invalid_request"),
    ],
    ids=["broken", "more", "no UTF-8", "too large", "too long", "too deep", "far too deep", "another field"],
)
def test_a_bad_line_spoils_only_itself(shop, line: Any, status: int, code: str):
    told = verdicts(shop, CLEAN, line, CLEAN)

    assert [each["status"] for each in told] == [200, status, 200]
    assert told[1]["code"] == code
    assert EMAIL not in str(told[1])


def test_blank_lines_are_counted_and_have_no_verdict(shop):
    answer = shop.post("/messages/batch", data=b'\n"one"\r\n  \n\n"two"\n\n', content_type=LINES_TYPE)

    assert [orjson.loads(line)["line"] for line in answer.data.splitlines()] == [2, 5]


def test_an_empty_batch_has_no_verdicts(shop):
    answer = post(shop)

    assert (answer.status_code, answer.data) == (200, b"")


def test_each_line_is_a_message_of_its_own_in_one_request(shop, lines: Lines):
    request_id = "0123456789abcdef" * 2

    answer = post(shop, CLEAN, WITH_EMAIL, {"text": CLEAN, "delivery": "queued"}, headers={"X-Request-ID": request_id})

    ids = [orjson.loads(line)["id"] for line in answer.data.splitlines()]
    assert len(set(ids)) == 3
    assert answer.headers["X-Request-ID"] == request_id
    for event, message_id in zip(("forwarded", "held", "queued"), ids, strict=True):
        (line,) = lines.of(f"message.{event}")
        assert f"message_id={message_id}" in line
        assert f"request_id={request_id}" in line


def test_a_queued_line_is_a_task_of_its_sender(shop, rival):
    (verdict,) = verdicts(shop, {"text": CLEAN, "delivery": "queued"})

    assert shop.get(f"/tasks/{verdict['task']['id']}").json["content"] == CLEAN
    assert rival.get(f"/tasks/{verdict['task']['id']}").status_code == 404


def test_held_lines_fold_into_one_alert_a_minute(door: Door, shop):
    told = verdicts(shop, *[WITH_EMAIL] * 4)

    assert len({verdict["alert_id"] for verdict in told}) == 1
    assert [alert.count for alert in door.ledger.alerts()] == [4]


def test_bad_lines_are_alerted_as_bad_messages_are(door: Door, shop, lines: Lines):
    verdicts(shop, b"{", b"{", {"text": CLEAN, "kind": "poem"})

    alerts = door.ledger.alerts()
    assert {alert.type for alert in alerts} == {AlertType.INVALID_MESSAGE}
    assert sorted(alert.count for alert in alerts) == [1, 2]
    assert len(lines.of("message.invalid")) == 3


def test_a_part_that_fails_is_told_for_the_lines_that_need_it(door: Door, shop, monkeypatch):
    def closed(_: object, **_more: object) -> None:
        raise LedgerUnavailable

    monkeypatch.setattr(door.ledger, "accept_all", closed)
    door.forwarder.answers = {"fails": OutcomeUnknown()}

    told = verdicts(shop, CLEAN, {"text": CLEAN, "delivery": "queued"}, "fails")

    assert [(each["status"], each.get("code")) for each in told] == [
        (200, None),
        (503, "ledger_unavailable"),
        (504, "outcome_unknown"),
    ]


def test_what_nobody_expected_is_told_for_the_lines_that_it_met_and_the_rest_goes_on(
    door: Door, shop, monkeypatch, lines: Lines
):
    takes = door.intake.receive_all
    failing = iter([True, False])

    def fail_once(messages):
        if next(failing):
            raise RuntimeError(EMAIL)
        return takes(messages)

    monkeypatch.setattr(door.intake, "receive_all", fail_once)

    told = verdicts(shop, *[CLEAN] * 501)

    assert [each["status"] for each in told] == [500] * 500 + [200]
    assert {each.get("code") for each in told[:500]} == {"internal_error"}
    (line,) = lines.of("request.error")
    assert "error=RuntimeError" in line
    assert EMAIL not in lines.text


def test_verdicts_are_told_while_later_lines_wait(door: Door, shop):
    answer = post(shop, *[CLEAN] * 501, buffered=False)

    first = next(answer.iter_encoded())

    assert first.count(b"\n") == 500
    assert len(door.forwarder.seen) == 500


def test_a_client_that_hangs_up_stops_what_has_not_begun(door: Door, shop):
    answer = post(shop, *[{"text": CLEAN, "delivery": "queued"}] * 501, buffered=False)

    next(answer.iter_encoded())
    answer.close()

    assert len(door.ledger.tasks(limit=1000)) == 500


@pytest.mark.parametrize("body", [b"1\n" * (MAX_BATCH_LINES + 1), b" " * (MAX_BATCH_BYTES + 1)], ids=["lines", "bytes"])
def test_more_than_a_batch_may_have_is_refused_before_anything_is_taken(door: Door, shop, body: bytes):
    answer = shop.post("/messages/batch", data=body, content_type=LINES_TYPE)

    assert (answer.status_code, answer.json["code"]) == (413, "body_too_large")
    assert door.ledger.alerts() == []


def test_as_many_lines_as_a_batch_may_have_are_taken(shop):
    answer = shop.post("/messages/batch", data=b"1\n" * MAX_BATCH_LINES, content_type=LINES_TYPE)

    assert answer.data.count(b"\n") == MAX_BATCH_LINES


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", None])
def test_another_content_type_is_refused(shop, content_type: str | None):
    answer = shop.post("/messages/batch", data=b'"x"', content_type=content_type)

    assert (answer.status_code, answer.json["code"]) == (415, "unsupported_media_type")


def test_it_needs_a_key(door: Door):
    answer = door.client.post("/messages/batch", data=b'"x"', content_type=LINES_TYPE)

    assert answer.status_code == 401


def test_a_ledger_that_does_not_answer_is_asked_for_one_alert_of_bad_lines(door: Door, shop, monkeypatch):
    asked: list[object] = []

    def away(alert: object) -> None:
        asked.append(alert)
        raise LedgerUnavailable

    monkeypatch.setattr(door.ledger, "raise_alert", away)

    told = verdicts(shop, b"{", b"{", b"{")

    assert [each["status"] for each in told] == [400] * 3
    assert len(asked) == 1
