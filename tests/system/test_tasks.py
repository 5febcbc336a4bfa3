"""Tasks: made, looked at, followed, canceled, started again."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from harness.api import a_token, an_address, eventually, is_uuid7, problem_of

NAMES = ["tasks", "task"]  # the resource, and its older name
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
SHORT_FORM = {"id", "kind", "content", "status", "created_at", "updated_at"}
LONG_FORM = SHORT_FORM | {
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
NOBODYS = "01a20193-6410-765f-8ac9-85f9986e8ce6"
NO_IDS = ["nothing", "0", NOBODYS.upper(), "01a20193", "%27%20or%201=1", "zebra7731"]
CALLS = [("GET", ""), ("GET", "/events"), ("PATCH", "/cancel"), ("POST", "/retry")]


def in_an_hour():
    return (datetime.now(UTC) + timedelta(hours=1)).isoformat()


@pytest.fixture
def waiting(client):
    """A task that stays pending; canceled at the end, where nobody else has."""
    task = client.task("Later.", not_before=in_an_hour())
    yield task
    client.cancel(task["id"])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("field", ["content", "data"])
def test_a_task_is_made_from_a_text(client, name, field):
    answer = client.post(f"/producer/{name}", json={field: "Hello.  You."})

    task = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/producer/tasks/{task['id']}"
    assert set(task) == SHORT_FORM
    assert is_uuid7(task["id"])
    assert (task["kind"], task["content"], task["status"]) == ("process", "Hello.  You.", "pending")
    assert TIME.fullmatch(task["created_at"])
    assert task["updated_at"] is None


@pytest.mark.parametrize("name", NAMES)
def test_a_task_runs_and_keeps_its_result(client, name):
    made = client.task("Grüße.  Two sentences.")
    client.ended(made["id"])

    task = client.look(f"/producer/{name}/{made['id']}")

    assert set(task) == LONG_FORM
    assert {key: task[key] for key in ("id", "kind", "content", "created_at")} == {
        key: made[key] for key in ("id", "kind", "content", "created_at")
    }
    assert (task["status"], task["pool"], task["attempts"], task["error"]) == ("completed", "cpu", 1, None)
    assert (task["result"]["text"], task["result"]["sentences"]) == ("Grüße. Two sentences.", 2)
    times = [task[key] for key in ("created_at", "started_at", "finished_at")]
    assert all(TIME.fullmatch(time) for time in times)
    assert times == sorted(times)
    assert TIME.fullmatch(task["updated_at"])


@pytest.mark.parametrize("name", NAMES)
def test_the_events_of_a_task_tell_its_way(client, name):
    task_id = client.task("Hello")["id"]
    client.ended(task_id)

    told = client.look(f"/producer/{name}/{task_id}/events")

    assert [(each["from"], each["to"]) for each in told["items"]] == [
        (None, "pending"),
        ("pending", "processing"),
        ("processing", "completed"),
    ]
    assert all(set(each) == {"at", "from", "to", "by", "remark"} for each in told["items"])
    assert all(TIME.fullmatch(each["at"]) and each["by"] for each in told["items"])
    assert [each["at"] for each in told["items"]] == sorted(each["at"] for each in told["items"])


@pytest.mark.parametrize("kind", ["process", "message", "chat", "support", "report"])
def test_a_task_may_be_of_every_declared_kind(client, kind):
    task = client.task("Three plain words", kind=kind)

    ended = client.ended(task["id"])

    assert (ended["kind"], ended["status"], ended["result"]["words"]) == (kind, "completed", 3)


@pytest.mark.parametrize("kind", ["zebra7731", "", "PROCESS", "kim.doe@mail.acme-widgets.com"])
def test_a_task_of_an_unknown_kind_is_refused(client, kind):
    answer = client.post("/producer/tasks", json={"content": "Hello", "kind": kind})

    assert problem_of(answer, 422, "unknown_kind")["field"] == "/kind"
    assert not kind or kind not in answer.text


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"content": ""}, "/content"),
        ({"content": 5}, "/content"),
        ({"data": ["Hello"]}, "/data"),
        ({"content": "x" * 65_537}, "/content"),
        ({"content": "Hello", "kind": 5}, "/kind"),
        ({"content": "Hello", "args": "zebra7731"}, "/args"),
        ({"content": "Hello", "args": {"a": [[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}}, "/args"),
        ({"content": "Hello", "not_before": "zebra7731"}, "/not_before"),
        ({"content": "Hello", "not_before": "2026-11-22T10:00:00"}, "/not_before"),
        ({"content": "Hello", "status": "completed"}, "/*"),
        ({"content": "Hello", "zebra7731": 1}, "/*"),
    ],
)
def test_a_wrong_field_of_a_task_is_named_and_its_value_is_not(client, body, field):
    answer = client.post("/producer/tasks", json=body)

    assert problem_of(answer, 422, "invalid_request")["field"] == field
    assert "zebra" not in answer.text


@pytest.mark.parametrize("body", [{}, {"content": "Hello", "data": "Hello"}, {"kind": "process"}, [], "Hello"])
def test_a_task_has_exactly_one_content(client, body):
    problem_of(client.post("/producer/tasks", json=body), 422, "invalid_request")


def test_a_task_is_made_from_json_only(client):
    answer = client.post("/producer/tasks", data="Hello", headers={"Content-Type": "text/plain"})

    problem_of(answer, 415, "unsupported_media_type")


def test_malformed_json_makes_no_task(client):
    answer = client.post("/producer/tasks", data="{", headers={"Content-Type": "application/json"})

    problem_of(answer, 400, "malformed_body")


@pytest.mark.parametrize("field", ["content", "data"])
def test_the_content_of_a_task_is_screened(client, field):
    address = an_address()

    answer = client.post("/producer/tasks", json={field: f"😀 {address}"})

    body = problem_of(answer, 422, "personal_data")
    assert is_uuid7(body["alert_id"])
    assert [(f["path"], f["start"], f["end"]) for f in body["findings"]] == [(f"/{field}", 2, 2 + len(address))]
    assert address not in answer.text


@pytest.mark.parametrize(
    ("args", "place"),
    [
        ({"note": a_token()}, {"path": "/args/note"}),
        ({"list": [{"deep": a_token()}]}, {"path": "/args/list/0/deep"}),
        ({a_token(): 1}, {"path": "/args", "key": True}),
    ],
    ids=["value", "deep value", "key"],
)
def test_the_args_of_a_task_are_screened(client, args, place):
    answer = client.post("/producer/tasks", json={"content": "Hello", "args": args})

    body = problem_of(answer, 422, "secret")
    assert any(place.items() <= finding.items() for finding in body["findings"])
    assert "ghp_" not in answer.text


def test_a_held_task_is_not_kept(client):
    answer = client.post("/producer/tasks", json={"content": an_address()})

    problem_of(client.get(f"/producer/tasks/{answer.json()['id']}"), 404, "task_not_found")


def test_a_task_does_not_start_before_its_time(client):
    due = datetime.now(UTC) + timedelta(seconds=3)

    task = client.ended(client.task("Hello", not_before=due.isoformat())["id"])

    assert task["status"] == "completed"
    assert datetime.fromisoformat(task["started_at"]) >= due.replace(microsecond=due.microsecond // 1000 * 1000)


@pytest.mark.parametrize("past", ["2020-01-01T00:00:00Z", "2020-01-01T00:00:00.5+05:30"])
def test_a_task_whose_time_has_come_already_runs(client, past):
    assert client.ended(client.task("Hello", not_before=past)["id"])["status"] == "completed"


def test_a_task_is_answered_again_only_if_it_has_changed(client, waiting):
    place = f"/producer/tasks/{waiting['id']}"
    first = client.get(place)
    tag = first.headers["ETag"]

    unchanged = client.get(place, headers={"If-None-Match": tag})
    client.cancel(waiting["id"])
    changed = client.get(place, headers={"If-None-Match": tag})

    assert (unchanged.status_code, unchanged.content, unchanged.headers["ETag"]) == (304, b"", tag)
    assert (changed.status_code, changed.json()["status"]) == (200, "canceled")
    assert changed.headers["ETag"] != tag


def test_another_etag_is_answered_in_full(client, waiting):
    answer = client.get(f"/producer/tasks/{waiting['id']}", headers={"If-None-Match": '"zebra7731"'})

    assert (answer.status_code, answer.json()["id"]) == (200, waiting["id"])


@pytest.mark.parametrize("name", NAMES)
def test_a_pending_task_can_be_canceled(client, waiting, name):
    answer = client.patch(f"/producer/{name}/{waiting['id']}/cancel")

    assert answer.status_code == 200
    assert (answer.json()["id"], answer.json()["status"]) == (waiting["id"], "canceled")
    assert TIME.fullmatch(answer.json()["finished_at"])
    events = client.look(f"/producer/tasks/{waiting['id']}/events")["items"]
    assert [(each["from"], each["to"]) for each in events] == [(None, "pending"), ("pending", "canceled")]


def test_canceling_twice_is_canceling_once(client, waiting):
    first = client.cancel(waiting["id"])

    second = client.cancel(waiting["id"])

    assert (first.status_code, second.status_code, second.json()["status"]) == (200, 200, "canceled")
    assert len(client.look(f"/producer/tasks/{waiting['id']}/events")["items"]) == 2


def test_a_processing_task_can_be_canceled_and_stays_so(client):
    job_id = client.job("wait_and_return", seconds=60, value="too late")
    client.processing(job_id)

    answer = client.cancel(job_id)

    assert (answer.status_code, answer.json()["status"]) == (200, "canceled")
    assert client.job_result("wait_and_return", seconds=1.5) is None  # time for the worker to let go of it
    task = client.look(f"/producer/tasks/{job_id}")
    assert (task["status"], task["result"]) == ("canceled", None)


@pytest.mark.parametrize("name", NAMES)
def test_a_task_that_has_ended_cannot_be_canceled(client, name):
    task_id = client.task("Hello")["id"]
    client.ended(task_id)

    answer = client.patch(f"/producer/{name}/{task_id}/cancel")

    problem_of(answer, 400, "task_already_finished")
    assert client.look(f"/producer/tasks/{task_id}")["status"] == "completed"


@pytest.mark.parametrize("name", NAMES)
def test_an_operator_starts_a_canceled_task_again(client, operator, name):
    task_id = client.task("Hello again", not_before=in_an_hour())["id"]
    client.cancel(task_id)

    answer = operator.post(f"/producer/{name}/{task_id}/retry")

    assert (answer.status_code, answer.json()["id"], answer.json()["status"]) == (200, task_id, "pending")
    task = client.ended(task_id)
    assert (task["status"], task["result"]["text"]) == ("completed", "Hello again")
    events = client.look(f"/producer/tasks/{task_id}/events")["items"]
    assert ("canceled", "pending") in [(each["from"], each["to"]) for each in events]


def test_a_job_that_was_canceled_on_the_way_can_be_started_again(client, operator):
    job_id = client.job("wait_and_return", seconds=10, value="at last")
    assert client.cancel(job_id).status_code == 200

    answer = operator.post(f"/producer/tasks/{job_id}/retry")

    assert answer.status_code == 200
    task = client.ended(job_id)
    assert (task["status"], task["result"]) == ("completed", "at last")


@pytest.mark.parametrize("name", NAMES)
def test_a_client_cannot_start_a_task_again(client, waiting, name):
    client.cancel(waiting["id"])

    problem_of(client.post(f"/producer/{name}/{waiting['id']}/retry"), 403, "forbidden")
    assert client.look(f"/producer/tasks/{waiting['id']}")["status"] == "canceled"


def test_a_task_that_has_not_failed_cannot_be_started_again(client, operator, waiting):
    completed = client.task("Hello")["id"]
    client.ended(completed)

    for task_id in (waiting["id"], completed):
        problem_of(operator.post(f"/producer/tasks/{task_id}/retry"), 400, "task_not_retryable")


@pytest.mark.parametrize(("method", "call"), CALLS)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("task_id", [NOBODYS, *NO_IDS])
def test_a_task_that_is_not_there_is_not_found(operator, name, method, call, task_id):
    answer = operator.request(method, f"/producer/{name}/{task_id}{call}")

    problem_of(answer, 404, "task_not_found")
    assert "zebra" not in answer.text


@pytest.mark.parametrize("call", CALLS[:3], ids=" ".join)
@pytest.mark.parametrize("name", NAMES)
def test_to_other_clients_a_task_does_not_exist(other_client, client, waiting, name, call):
    method, place = call

    answer = other_client.request(method, f"/producer/{name}/{waiting['id']}{place}")

    problem_of(answer, 404, "task_not_found")
    assert client.look(f"/producer/tasks/{waiting['id']}")["status"] == "pending"


@pytest.mark.parametrize("who", ["operator", "admin"])
def test_operators_see_and_cancel_every_task(request, client, waiting, who):
    api = request.getfixturevalue(who)
    place = f"/producer/tasks/{waiting['id']}"

    seen = [api.look(place)["id"], len(api.look(f"{place}/events")["items"]), api.cancel(waiting["id"]).status_code]

    assert seen == [waiting["id"], 1, 200]
    assert client.look(place)["status"] == "canceled"


def test_a_client_does_not_see_the_task_of_a_user_without_a_key(anonymous, client, operator):
    task_id = anonymous.task("Hello")["id"]

    problem_of(client.get(f"/producer/tasks/{task_id}"), 404, "task_not_found")
    assert anonymous.ended(task_id)["status"] == "completed"
    assert operator.look(f"/producer/tasks/{task_id}")["id"] == task_id


def test_a_user_without_a_key_does_not_see_the_task_of_a_client(anonymous, waiting):
    problem_of(anonymous.get(f"/producer/tasks/{waiting['id']}"), 404, "task_not_found")


def test_a_hundred_tasks_at_once_all_end_well(client):
    ids = [client.task(f"Number {number}")["id"] for number in range(100)]

    ended = [client.ended(task_id) for task_id in ids]

    assert [(task["status"], task["result"]["text"]) for task in ended] == [
        ("completed", f"Number {number}") for number in range(100)
    ]


def test_the_progress_of_a_task_is_told(client):
    job_id = client.job("wait_and_return", seconds=30)

    task = eventually(lambda: _under_way(client.look(f"/producer/tasks/{job_id}")))

    client.cancel(job_id)
    assert 0 < task["progress"] < 1


def _under_way(task):
    return task if task["progress"] else None
