import pytest
from harness.samples import EMAIL, WITH_EMAIL

from gateway.access.roles import Role
from gateway.ledger.sql import SqlLedger

NOBODYS = "01a20193-6410-765f-8ac9-85f9986e8ce6"


def alert_of(shop, kind: str = "message") -> str:
    return shop.post("/messages", {"text": WITH_EMAIL, "kind": kind}).json["alert_id"]


def test_an_operator_reads_an_alert(shop, operator):
    alert_id = alert_of(shop)

    told = operator.get(f"/alerts/{alert_id}").json

    assert (told["id"], told["type"], told["severity"], told["caller"]) == (alert_id, "PersonalData", "medium", "shop")
    assert [(f["entity_type"], f["path"], f["count"]) for f in told["found"]] == [("EMAIL_ADDRESS", "/text", 1)]
    assert told["at"].endswith("Z")
    assert EMAIL not in str(told)


def test_alerts_are_listed_page_by_page_the_newest_first(act_as, operator):
    made = [alert_of(act_as(f"client-{n}", Role.CLIENT)) for n in range(5)]

    first = operator.get("/alerts?limit=3").json
    second = operator.get("/alerts", query_string={"limit": 3, "cursor": first["next_cursor"]}).json

    assert [item["id"] for item in first["items"] + second["items"]] == made[::-1]
    assert second["next_cursor"] is None


@pytest.mark.parametrize("path", ["/alerts", f"/alerts/{NOBODYS}", "/stats"])
def test_clients_read_no_alerts_and_no_counts(shop, path: str):
    answer = shop.get(path)

    assert (answer.status_code, answer.json["code"]) == (403, "forbidden")


@pytest.mark.parametrize("alert_id", [NOBODYS, "7", EMAIL])
def test_an_alert_that_is_not_there_is_not_found(operator, alert_id: str):
    answer = operator.get(f"/alerts/{alert_id}")

    assert (answer.status_code, answer.json["code"]) == (404, "alert_not_found")
    assert EMAIL not in answer.text


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "cursor=x", "status=pending"])
def test_a_query_that_does_not_fit_is_refused(operator, query: str):
    assert operator.get(f"/alerts?{query}").status_code == 422


def test_counts_are_told_by_status_and_pool(door_with, database_url: str):
    door = door_with(ledger=SqlLedger(database_url))
    key = door.key("desk", Role.OPERATOR)
    made = [door.client.post("/tasks", json={"content": "hello"}, headers=key).json["id"] for _ in range(2)]
    door.client.post("/api/wait_and_return", json={"seconds": 0}, headers=key)
    door.run(made[0])

    told = door.client.get("/stats", headers=key).json

    assert told["version"] == "1.2.3"
    assert (told["tasks"]["pending"], told["tasks"]["completed"], told["tasks"]["failed"]) == (2, 1, 0)
    assert (told["pools"]["cpu"]["pending"], told["pools"]["io"]["pending"]) == (1, 1)
    assert told["pools"]["io"]["oldest_pending_seconds"] >= 0
