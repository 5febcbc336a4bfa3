import base64
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from harness.door import Door
from harness.journal import Lines
from harness.samples import CLEAN, EMAIL, SECRET, WITH_EMAIL, broken_screener

from gateway.access.roles import Role
from gateway.ledger.task import Priority, Status
from gateway.message.ids import new_id
from gateway.policy.rules import DEFAULT_RULES, Rule, Then

NOBODYS = "01a20193-6410-765f-8ac9-85f9986e8ce6"


def test_a_task_is_made_and_told_to_its_pool(door: Door, shop):
    answer = shop.post("/tasks", {"content": CLEAN})

    assert answer.status_code == 201
    told = answer.json
    assert told == {
        "id": told["id"],
        "kind": "process",
        "content": CLEAN,
        "status": "pending",
        "created_at": told["created_at"],
        "updated_at": None,
    }
    assert answer.headers["Location"] == f"/producer/tasks/{told['id']}"
    assert uuid.UUID(told["id"]).version == 7
    assert told["created_at"].endswith("Z")
    assert door.queue.take("cpu") == [told["id"]]
    assert (door.task(told["id"]).caller, door.task(told["id"]).request_id) == (
        "shop",
        answer.headers["X-Request-ID"],
    )


@pytest.mark.parametrize(
    "body",
    [{"data": CLEAN}, {"content": CLEAN, "kind": "chat"}, {"content": CLEAN, "kind": "sum", "args": {"n": 3}}],
)
def test_data_is_another_name_for_content_and_kinds_and_arguments_are_kept(door: Door, shop, body: dict[str, object]):
    answer = shop.post("/tasks", body)

    task = door.task(answer.json["id"])
    assert (answer.status_code, answer.json["content"]) == (201, CLEAN)
    assert (task.kind, task.payload.get("args")) == (body.get("kind", "process"), body.get("args"))


@pytest.mark.parametrize("path", ["/tasks", "/task"])
def test_both_names_are_one_resource(shop, path: str):
    task_id = shop.post(path, {"content": CLEAN}).json["id"]

    for other in ("/tasks", "/task"):
        assert shop.get(f"{other}/{task_id}").json["id"] == task_id
        assert shop.get(other).json["items"][0]["id"] == task_id
        assert shop.get(f"{other}/{task_id}/events").status_code == 200
        assert shop.patch(f"{other}/{task_id}/cancel").status_code == 200


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({}, "invalid_request", "/"),
        ({"content": CLEAN, "data": CLEAN}, "invalid_request", "/"),
        ({"content": ""}, "invalid_request", "/content"),
        ({"content": 7}, "invalid_request", "/content"),
        ({"content": CLEAN, "kind": "poem"}, "unknown_kind", "/kind"),
        ({"content": CLEAN, "args": [EMAIL]}, "invalid_request", "/args"),
        ({"content": CLEAN, "not_before": "tomorrow"}, "invalid_request", "/not_before"),
        ({"content": CLEAN, "not_before": "2026-11-22T10:15:30"}, "invalid_request", "/not_before"),
        ({"content": CLEAN, EMAIL: SECRET}, "invalid_request", "/*"),
    ],
)
def test_a_body_that_does_not_fit_is_refused_by_field(door: Door, shop, body: dict[str, object], code: str, field: str):
    answer = shop.post("/tasks", body)

    assert (answer.status_code, answer.json["code"], answer.json["field"]) == (422, code, field)
    for value in (EMAIL, SECRET, "poem", "tomorrow"):
        assert value not in answer.text
    assert door.ledger.tasks() == []


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"content": WITH_EMAIL}, "/content"),
        ({"data": WITH_EMAIL}, "/data"),
        ({"content": CLEAN, "args": {"to": [EMAIL]}}, "/args/to/0"),
    ],
)
def test_content_and_arguments_are_screened_like_a_message(door: Door, shop, body: dict[str, object], path: str):
    answer = shop.post("/tasks", body)

    assert (answer.status_code, answer.json["code"]) == (422, "personal_data")
    assert answer.json["findings"][0]["path"] == path
    assert door.ledger.alert(answer.json["alert_id"]).caller == "shop"
    assert (door.ledger.tasks(), door.queue.launched) == ([], [])


def test_a_task_that_cannot_be_screened_is_not_taken(door_with):
    door = door_with(screener=broken_screener())

    answer = door.client.post("/tasks", json={"content": CLEAN}, headers=door.key("shop"))

    assert (answer.status_code, answer.json["code"]) == (503, "screening_unavailable")
    assert door.ledger.tasks() == []


def test_without_a_ledger_no_task_is_taken(door: Door, shop):
    door.ledger.close()

    answer = shop.post("/tasks", {"content": CLEAN})

    assert (answer.status_code, answer.json["code"]) == (503, "ledger_unavailable")
    assert door.queue.launched == []


def test_a_broker_that_is_down_leaves_a_pending_task_for_the_monitor(door: Door, shop):
    door.queue.down = True

    answer = shop.post("/tasks", {"content": CLEAN})

    assert answer.status_code == 201
    assert door.task(answer.json["id"]).status is Status.PENDING
    assert door.task(answer.json["id"]).due_at is not None


def test_a_task_for_later_is_not_told_to_the_workers_yet(door: Door, shop):
    at = datetime.now(UTC) + timedelta(hours=1)

    answer = shop.post("/tasks", {"content": CLEAN, "not_before": at.isoformat()})

    assert answer.status_code == 201
    assert door.queue.launched == []
    assert door.task(answer.json["id"]).not_before == int(at.timestamp() * 1000)


def test_a_finished_task_tells_all_about_itself(door: Door, shop):
    task_id = shop.task()
    door.run(task_id, result={"words": 1})

    told = shop.get(f"/tasks/{task_id}").json

    assert told.keys() == {
        *("id", "kind", "content", "status", "created_at", "updated_at"),
        *(
            "pool",
            "priority",
            "not_before",
            "attempts",
            "progress",
            "result",
            "error",
            "remarks",
            "started_at",
            "finished_at",
        ),
    }
    assert (told["status"], told["result"], told["attempts"], told["pool"]) == ("completed", {"words": 1}, 1, "cpu")
    assert told["created_at"] <= told["started_at"] <= told["finished_at"]


def test_a_failed_task_tells_class_and_code(door: Door, shop):
    task_id = shop.task()
    door.run(task_id, Status.FAILED, error="ValueError", remark="failed: ValueError")

    told = shop.get(f"/tasks/{task_id}").json

    assert (told["status"], told["error"], told["remarks"]) == ("failed", "ValueError", ["failed: ValueError"])


@pytest.mark.parametrize("task_id", [NOBODYS, "7", "..%2f..%2fetc", EMAIL, NOBODYS.upper()])
@pytest.mark.parametrize(("method", "path"), [("get", ""), ("get", "/events"), ("patch", "/cancel")])
def test_a_task_that_is_not_there_is_not_found_and_not_repeated(shop, task_id: str, method: str, path: str):
    answer = getattr(shop, method)(f"/tasks/{task_id}{path}")

    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
    assert task_id not in answer.text


def test_a_task_of_somebody_else_does_not_exist(door: Door, shop, rival):
    task_id = shop.task()

    asked = [
        rival.get(f"/tasks/{task_id}"),
        rival.get(f"/tasks/{task_id}/events"),
        rival.patch(f"/tasks/{task_id}/cancel"),
    ]
    missing = rival.get(f"/tasks/{new_id()}")

    assert {answer.status_code for answer in asked} == {404}
    assert asked[0].json == missing.json
    assert rival.get("/tasks").json == {"items": [], "next_cursor": None}
    assert door.task(task_id).status is Status.PENDING


def test_operators_see_and_cancel_every_task(door: Door, shop, rival, operator):
    made = [shop.task(), rival.task()]

    listed = [item["id"] for item in operator.get("/tasks").json["items"]]
    answers = [operator.get(f"/tasks/{made[0]}"), operator.patch(f"/tasks/{made[1]}/cancel")]

    assert listed == made[::-1]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert door.ledger.events(made[1])[-1].by == "desk"


def test_a_list_goes_from_page_to_page_and_ends(shop):
    made = [shop.task() for _ in range(7)]

    pages, cursor = [], None
    while True:
        page = shop.get("/tasks", query_string={"limit": 3, **({"cursor": cursor} if cursor else {})}).json
        pages.append([item["id"] for item in page["items"]])
        if (cursor := page["next_cursor"]) is None:
            break

    assert pages == [made[:3:-1], made[3:0:-1], made[0:1]]


def test_tasks_made_while_somebody_turns_pages_do_not_move_them(shop):
    made = [shop.task() for _ in range(4)]
    first = shop.get("/tasks?limit=2").json

    shop.task()
    second = shop.get("/tasks", query_string={"limit": 2, "cursor": first["next_cursor"]}).json

    assert [item["id"] for item in first["items"] + second["items"]] == made[::-1]


def test_a_list_is_chosen_by_status_and_kind(door: Door, shop):
    done, waiting, chat = shop.task(), shop.task(), shop.task(kind="chat")
    door.run(done)

    def listed(query: str) -> list[str]:
        return [item["id"] for item in shop.get(f"/tasks?{query}").json["items"]]

    assert listed("status=completed") == [done]
    assert listed("status=pending") == [chat, waiting]
    assert listed("kind=chat") == [chat]
    assert listed("kind=chat&status=completed") == []
    assert listed("kind=poem") == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "/limit"),
        ("limit=201", "/limit"),
        ("limit=many", "/limit"),
        ("limit=-1", "/limit"),
        ("status=lost", "/status"),
        ("kind=", "/kind"),
        ("kind=%00", "/kind"),
        ("kind=Anna", "/kind"),
        ("cursor=", "/cursor"),
        ("cursor=%00", "/cursor"),
        ("cursor=anna.schmidt", "/cursor"),
        ("cursor=%F0%9F%A6%8A", "/cursor"),
        (f"cursor={base64.urlsafe_b64encode(b'not an id').decode()}", "/cursor"),
        (f"cursor={base64.urlsafe_b64encode(b'0190c9a0-1111-7222-8333-44444444444x').decode()}", "/cursor"),
        ("anna.schmidt=1", "/*"),
    ],
)
def test_a_query_that_does_not_fit_is_refused_by_its_field(shop, query: str, field: str):
    answer = shop.get(f"/tasks?{query}")

    assert (answer.status_code, answer.json["code"], answer.json["field"]) == (422, "invalid_request", field)
    for value in ("many", "lost", "anna", "Anna"):
        assert value not in answer.text


def test_an_etag_stands_for_the_task_as_it_is(door: Door, shop):
    task_id = shop.task()
    first = shop.get(f"/tasks/{task_id}")

    unchanged = shop.get(f"/tasks/{task_id}", headers={"If-None-Match": first.headers["ETag"]})
    door.run(task_id)
    changed = shop.get(f"/tasks/{task_id}", headers={"If-None-Match": first.headers["ETag"]})

    assert (unchanged.status_code, unchanged.data) == (304, b"")
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first.headers["ETag"]


def test_progress_changes_the_etag(door: Door, shop):
    task_id = shop.task()
    (task,) = door.ledger.claim([task_id], owner="worker", lease_ms=30_000)

    tags = []
    for done in (0.1, 0.2, 0.3):
        door.ledger.progress(task.claim, done)
        tags.append(shop.get(f"/tasks/{task_id}").headers["ETag"])

    assert len(set(tags)) == 3


def test_a_remark_that_it_waits_for_long_changes_the_etag(door: Door, shop):
    task_id = shop.task()
    first = shop.get(f"/tasks/{task_id}")

    assert door.ledger.silent(wait_ms=0, by_kind={})

    second = shop.get(f"/tasks/{task_id}", headers={"If-None-Match": first.headers["ETag"]})
    assert (second.status_code, first.json["remarks"]) == (200, [])
    assert second.json["remarks"] == ["waits longer than it should"]


def test_canceling_twice_is_canceling_once(door: Door, shop):
    task_id = shop.task()

    first, second = shop.patch(f"/tasks/{task_id}/cancel"), shop.patch(f"/tasks/{task_id}/cancel")

    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json == second.json
    assert first.json["status"] == "canceled"
    assert len(door.ledger.events(task_id)) == 2


@pytest.mark.parametrize("ending", [Status.COMPLETED, Status.FAILED])
def test_a_task_that_has_ended_cannot_be_canceled(door: Door, shop, ending: Status):
    task_id = shop.task()
    door.run(task_id, ending)

    answer = shop.patch(f"/tasks/{task_id}/cancel")

    assert (answer.status_code, answer.json["code"]) == (400, "task_already_finished")
    assert door.task(task_id).status is ending


def test_a_running_task_can_be_canceled(door: Door, shop):
    task_id = shop.task()
    door.ledger.claim([task_id], owner="worker", lease_ms=30_000)

    assert shop.patch(f"/tasks/{task_id}/cancel").json["status"] == "canceled"


@pytest.mark.parametrize("how", ["failed", "canceled"])
def test_an_operator_starts_a_task_again(door: Door, shop, operator, how: str):
    task_id = shop.task()
    if how == "failed":
        door.run(task_id, Status.FAILED, error="ValueError")
    else:
        shop.patch(f"/tasks/{task_id}/cancel")
    door.queue.take("cpu")

    answer = operator.post(f"/tasks/{task_id}/retry")

    assert (answer.status_code, answer.json["status"], answer.json["error"]) == (200, "pending", None)
    assert door.queue.take("cpu") == [task_id]
    assert door.ledger.events(task_id)[-1].by == "desk"


def test_a_client_may_not_start_a_task_again(door: Door, shop):
    task_id = shop.task()
    shop.patch(f"/tasks/{task_id}/cancel")

    answer = shop.post(f"/tasks/{task_id}/retry")

    assert (answer.status_code, answer.json["code"]) == (403, "forbidden")
    assert door.task(task_id).status is Status.CANCELED


@pytest.mark.parametrize("path", ["tasks", "task"])
def test_only_what_failed_or_was_canceled_can_start_again(door: Door, shop, operator, path: str):
    pending, done = shop.task(), shop.task()
    door.run(done)

    answers = [operator.post(f"/{path}/{task_id}/retry") for task_id in (pending, done, new_id(), "7")]

    assert [(a.status_code, a.json["code"]) for a in answers] == [(400, "task_not_retryable")] * 2 + [
        (404, "task_not_found")
    ] * 2


@pytest.mark.parametrize("how", ["failed", "canceled"])
def test_what_was_emptied_says_why_it_cannot_start_again(door: Door, shop, operator, how: str):
    task_id = shop.task()
    if how == "failed":
        door.run(task_id, Status.FAILED, error="ValueError")
    else:
        shop.patch(f"/tasks/{task_id}/cancel")
    shop.delete(f"/tasks/{task_id}")

    answer = operator.post(f"/tasks/{task_id}/retry")

    assert (answer.status_code, answer.json["code"]) == (400, "task_not_retryable")
    assert answer.json["detail"] == "What the task held was wiped, so it cannot start again."


def test_a_retry_while_the_broker_is_down_is_left_to_the_monitor(door: Door, shop, operator):
    task_id = shop.task()
    shop.patch(f"/tasks/{task_id}/cancel")
    door.queue.down = True

    assert operator.post(f"/tasks/{task_id}/retry").status_code == 200
    assert door.task(task_id).status is Status.PENDING


def test_every_change_of_state_is_told(door: Door, shop):
    task_id = shop.task()
    door.run(task_id, Status.FAILED, error="ValueError", remark="failed: ValueError")

    events = shop.get(f"/tasks/{task_id}/events").json["items"]

    assert [(e["from"], e["to"], e["by"], e["remark"]) for e in events] == [
        (None, "pending", "shop", None),
        ("pending", "processing", "worker", None),
        ("processing", "failed", "worker", "failed: ValueError"),
    ]
    assert all(event["at"].endswith("Z") for event in events)


@pytest.mark.parametrize(
    "path", ["/tasks", "/tasks/{id}", "/tasks/{id}/events", "/alerts", "/alerts/{id}", "/stats", "/api/sum/{id}"]
)
def test_without_a_ledger_reads_say_so(door: Door, operator, path: str):
    door.ledger.close()

    answer = operator.get(path.replace("{id}", new_id()))

    assert (answer.status_code, answer.json["code"]) == (503, "ledger_unavailable")


def test_without_a_ledger_nothing_can_be_canceled(door: Door, shop):
    task_id = shop.task()
    door.ledger.close()

    assert shop.patch(f"/tasks/{task_id}/cancel").status_code == 503


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_time_at_the_end_of_the_calendar_is_refused(shop, at: str):
    answer = shop.post("/tasks", {"content": CLEAN, "not_before": at})

    assert (answer.status_code, answer.json["field"]) == (422, "/not_before")


@pytest.mark.parametrize("priority", ["low", "normal", "high"])
def test_a_task_has_the_priority_that_its_client_names(door: Door, shop, priority: str):
    task_id = shop.task(priority=priority)

    assert door.task(task_id).priority == Priority[priority.upper()]
    assert shop.get(f"/tasks/{task_id}").json["priority"] == priority


def test_where_nothing_is_said_the_priority_is_normal(door: Door, shop):
    made = [shop.task(), shop.post("/api/sum", {"n": 1}).json["job_id"]]

    assert [door.task(task_id).priority for task_id in made] == [Priority.NORMAL] * 2


@pytest.mark.parametrize("priority", ["urgent", "HIGH", "", 2, None])
def test_there_are_three_priorities(shop, priority: object):
    answer = shop.post("/tasks", {"content": CLEAN, "priority": priority})

    assert (answer.status_code, answer.json["field"]) == (422, "/priority")


@pytest.mark.parametrize("at", ["2026-01-01T00:00:00+05:00", "1900-01-01T00:00:00Z"])
def test_a_task_for_a_time_that_has_passed_runs_at_once(door: Door, shop, at: str):
    task_id = shop.task(not_before=at)

    assert door.queue.take("cpu") == [task_id]
    assert shop.get(f"/tasks/{task_id}").json["not_before"] == (
        "2025-12-31T19:00:00.000Z" if at.startswith("2026") else "1900-01-01T00:00:00.000Z"
    )
    door.run(task_id)


def test_no_task_waits_for_longer_than_a_year(shop):
    near, far = (datetime.now(UTC) + timedelta(days=days) for days in (365, 367))

    assert shop.post("/tasks", {"content": CLEAN, "not_before": near.isoformat()}).status_code == 201
    answer = shop.post("/tasks", {"content": CLEAN, "not_before": far.isoformat()})

    assert (answer.status_code, answer.json["field"]) == (422, "/not_before")


CALLBACK = "https://hooks.acme-widgets.com/jobs/done?shop=7"


@pytest.fixture
def open_to_calls(door_with) -> Door:
    return door_with(callback_hosts={"hooks.acme-widgets.com"})


def test_a_callback_is_kept_and_told_to_nobody(open_to_calls: Door, lines: Lines):
    door = open_to_calls
    shop, desk = door.key("shop"), door.key("desk", Role.OPERATOR)

    answer = door.client.post("/tasks", json={"content": CLEAN, "callback_url": CALLBACK}, headers=shop)

    task_id = answer.json["id"]
    assert (answer.status_code, door.task(task_id).callback_url) == (201, CALLBACK)
    told = [answer] + [door.client.get(f"/tasks/{task_id}", headers=who) for who in (shop, desk)]
    for text in (*(each.text for each in told), repr(door.task(task_id)), lines.text):
        assert "hooks.acme" not in text


@pytest.mark.parametrize(
    "url",
    [
        f"https://hooks.acme-widgets.com/{EMAIL}",
        f"https://hooks.acme-widgets.com/?to={EMAIL.replace('@', '%40')}",
        f"https://hooks.acme-widgets.com/?key={SECRET}",
    ],
)
@pytest.mark.parametrize("rules", [DEFAULT_RULES, (Rule(then=Then.REDACT),)])
def test_a_callback_that_holds_a_finding_holds_the_task(door_with, url: str, rules):
    door = door_with(callback_hosts={"hooks.acme-widgets.com"}, rules=rules)

    answer = door.client.post("/tasks", json={"content": CLEAN, "callback_url": url}, headers=door.key("shop"))

    assert (answer.status_code, answer.json["code"]) == (422, "secret" if SECRET in url else "personal_data")
    assert {each["path"] for each in answer.json["findings"]} == {"/callback_url"}
    assert (door.ledger.tasks(), door.queue.launched) == ([], [])
    assert url not in answer.text


@pytest.mark.parametrize("url", ["http://hooks.acme-widgets.com/", "https://elsewhere.test/", "x" * 3000, 7, EMAIL])
def test_a_callback_that_may_not_be_called_is_refused(open_to_calls: Door, url: object):
    body = {"content": CLEAN, "callback_url": url}

    answer = open_to_calls.client.post("/tasks", json=body, headers=open_to_calls.key("shop"))

    assert (answer.status_code, answer.json["code"], answer.json["field"]) == (
        422,
        "invalid_request",
        "/callback_url",
    )
    assert str(url) not in answer.text
    assert open_to_calls.ledger.tasks() == []


def test_without_hosts_that_may_be_called_callbacks_are_off(shop):
    answer = shop.post("/tasks", {"content": CLEAN, "callback_url": CALLBACK})

    assert (answer.status_code, answer.json["field"]) == (422, "/callback_url")
    assert "off" in answer.json["detail"]


def test_an_ended_task_is_emptied_by_its_owner_and_what_is_left_tells_nothing(door: Door, shop):
    task_id = shop.task(CLEAN, args={"note": CLEAN})
    shop.patch(f"/tasks/{task_id}/cancel")

    answer = shop.delete(f"/tasks/{task_id}")

    assert (answer.status_code, answer.data) == (204, b"")
    left = shop.get(f"/tasks/{task_id}")
    assert (left.status_code, left.json["status"], left.json["content"]) == (200, "canceled", None)
    assert CLEAN not in left.text
    assert door.task(task_id).payload == {}
    assert shop.delete(f"/task/{task_id}").status_code == 204


def test_a_task_that_has_not_ended_is_not_emptied(shop):
    task_id = shop.task(CLEAN)

    answer = shop.delete(f"/tasks/{task_id}")

    assert (answer.status_code, answer.json["code"]) == (400, "task_not_finished")
    assert shop.get(f"/tasks/{task_id}").json["content"] == CLEAN


def test_an_operator_empties_any_task_and_another_client_finds_none(shop, rival, operator):
    task_id = shop.task(CLEAN)
    shop.patch(f"/tasks/{task_id}/cancel")

    assert [rival.delete(f"/tasks/{each}").status_code for each in (task_id, new_id(), "x")] == [404] * 3
    assert operator.delete(f"/tasks/{task_id}").status_code == 204
