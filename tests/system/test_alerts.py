"""Alerts: what was held or refused, for operators."""

import re

import pytest
from harness.api import a_token, an_address, is_uuid7, problem_of
from harness.eventually import eventually

NOBODYS = "01a20193-6410-765f-8ac9-85f9986e8ce6"
SHAPE = {
    *("id", "type", "severity", "description", "action", "caller", "request_id", "found", "at", "last_at", "count"),
}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
TRIES = 3  #: repeats fold for a minute; one of three pairs lies within one


def alert_of(operator, answer, status=422):
    """Return the alert that a held message has raised."""
    return operator.look(f"/producer/alerts/{problem_of(answer, status)['alert_id']}")


def test_a_message_with_personal_data_raises_an_alert(client, operator):
    address = an_address()

    alert = alert_of(operator, client.message(f"To {address}", metadata={"also": [an_address(), an_address()]}))

    assert set(alert) == SHAPE
    assert is_uuid7(alert["id"])
    assert (alert["type"], alert["severity"]) == ("PersonalData", "medium")
    assert alert["description"]
    assert alert["action"]
    assert {each["entity_type"] for each in alert["found"]} == {"EMAIL_ADDRESS"}
    assert all(TIME.fullmatch(alert[key]) for key in ("at", "last_at"))
    assert alert["count"] >= 1
    assert address not in str(alert)


def test_a_message_with_a_secret_raises_an_alert_of_its_own_type(client, operator):
    token = a_token()

    alert = alert_of(operator, client.message(f"Use {token}"))

    assert (alert["type"], alert["severity"]) == ("Secret", "high")
    assert token not in str(alert)


def test_an_alert_tells_places_and_no_offsets(client, operator):
    """The three kinds come together in no other test, so that this alert is of this message."""
    text = f"{an_address()} and {an_address()}, card 4539 1488 0343 6467"
    metadata = {"card": "4539 1488 0343 6467", "server": "81.2.69.142"}

    alert = alert_of(operator, client.message(text, metadata=metadata))

    told = [{key: each[key] for key in ("entity_type", "path", "count")} for each in alert["found"]]
    assert told == [
        {"entity_type": "EMAIL_ADDRESS", "path": "/text", "count": 2},
        {"entity_type": "CREDIT_CARD", "path": "/text", "count": 1},
        {"entity_type": "CREDIT_CARD", "path": "/metadata/card", "count": 1},
        {"entity_type": "IP_ADDRESS", "path": "/metadata/server", "count": 1},
    ]
    assert all(set(each) == {"entity_type", "path", "count", "score"} for each in alert["found"])


def test_repeats_within_a_minute_fold_into_one_alert_with_a_count(client, operator):
    for _ in range(TRIES):
        first = alert_of(operator, client.message(an_address()))
        second = alert_of(operator, client.message(an_address()))
        if second["id"] == first["id"]:
            break

    assert second["id"] == first["id"]
    assert second["at"] == first["at"]
    # a repeat is counted soon, not before its sender is answered
    eventually(lambda: operator.look(f"/producer/alerts/{first['id']}")["count"] > first["count"])


def test_another_kind_of_finding_is_another_alert(client, operator):
    first = alert_of(operator, client.message(an_address()))

    second = alert_of(operator, client.message("Card 4539 1488 0343 6467"))

    assert second["id"] != first["id"]


def test_another_caller_has_an_alert_of_its_own(client, other_client, operator):
    first = alert_of(operator, client.message(an_address()))

    second = alert_of(operator, other_client.message(an_address()))

    assert second["id"] != first["id"]
    assert second["caller"] != first["caller"]


def test_a_task_that_is_held_raises_an_alert(client, operator):
    answer = client.post("/producer/tasks", json={"content": an_address()})

    assert alert_of(operator, answer)["type"] == "PersonalData"


@pytest.mark.parametrize("text", [5, ""], ids=["no text", "empty"])
def test_a_message_without_the_right_form_raises_an_alert(client, operator, text):
    def heard():
        alerts = operator.look("/producer/alerts?limit=200")["items"]
        return {alert["id"]: alert["count"] for alert in alerts if alert["type"] == "InvalidMessage"}

    before = heard()

    problem_of(client.post("/producer/messages", json={"text": text}), 422, "invalid_request")

    eventually(lambda: heard() != before)


def test_alerts_are_listed_with_the_newest_first(client, operator):
    alert = alert_of(operator, client.message(an_address()))
    token_alert = alert_of(operator, client.message(a_token()))

    items = operator.look("/producer/alerts?limit=200")["items"]

    assert all(set(each) == SHAPE for each in items)
    ids = [each["id"] for each in items]
    assert {alert["id"], token_alert["id"]} <= set(ids)
    assert ids == sorted(ids, reverse=True)


def test_alerts_come_in_pages(client, operator):
    for text in (an_address(), a_token(), "Card 4539 1488 0343 6467"):
        client.message(text)
    first = operator.look("/producer/alerts?limit=1")

    second = operator.get("/producer/alerts?limit=2", params={"cursor": first["next_cursor"]}).json()

    ids = [each["id"] for page in (first, second) for each in page["items"]]
    assert len(ids) == 3
    assert ids == sorted(set(ids), reverse=True)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "/limit"),
        ("limit=201", "/limit"),
        ("cursor=zebra7731", "/cursor"),
        ("type=Secret", "/*"),
        ("zebra7731=1", "/*"),
    ],
)
def test_a_wrong_question_is_named_and_not_repeated(operator, query, field):
    answer = operator.get(f"/producer/alerts?{query}")

    assert problem_of(answer, 422, "invalid_request")["field"] == field
    assert "zebra" not in answer.text


@pytest.mark.parametrize("alert_id", [NOBODYS, "nothing", "zebra7731", NOBODYS.upper()])
def test_an_alert_that_is_not_there_is_not_found(operator, alert_id):
    answer = operator.get(f"/producer/alerts/{alert_id}")

    problem_of(answer, 404, "alert_not_found")
    assert "zebra" not in answer.text


def test_the_senders_of_a_held_message_cannot_read_its_alert(client):
    alert_id = problem_of(client.message(an_address()), 422)["alert_id"]

    problem_of(client.get(f"/producer/alerts/{alert_id}"), 403, "forbidden")
