import pytest
from harness.door import Door
from harness.samples import CLEAN, EMAIL, WITH_EMAIL

from gateway.access.roles import Role
from gateway.ledger.task import Status
from gateway.message.ids import new_id

JOBS = [("sum", {"n": 10}, "cpu"), ("wait_and_return", {"seconds": 1, "value": {"a": [1]}}, "io")]


@pytest.mark.parametrize(("name", "body", "pool"), JOBS)
def test_a_job_is_taken_and_told_to_its_pool(door: Door, shop, name: str, body: dict[str, object], pool: str):
    answer = shop.post(f"/api/{name}", body)

    job_id = answer.json["job_id"]
    assert (answer.status_code, answer.json) == (202, {"job_id": job_id, "status": "pending"})
    assert answer.headers["Location"] == f"/producer/api/{name}/{job_id}"
    assert door.queue.take(pool) == [job_id]
    assert (door.task(job_id).kind, door.task(job_id).payload) == (name, {"args": body})


@pytest.mark.parametrize(("name", "body", "pool"), JOBS)
def test_a_job_is_asked_for_until_it_has_its_result(door: Door, shop, name: str, body: dict[str, object], pool: str):
    job_id = shop.post(f"/api/{name}", body).json["job_id"]
    before = shop.get(f"/api/{name}/{job_id}").json

    door.run(job_id, result=55)
    after = shop.get(f"/api/{name}/{job_id}").json

    assert before == {"job_id": job_id, "status": "pending", "result": None, "error": None}
    assert after == {"job_id": job_id, "status": "completed", "result": 55, "error": None}
    assert pool in {"cpu", "io"}


def test_a_job_that_failed_tells_why(door: Door, shop):
    job_id = shop.post("/api/sum", {"n": 1}).json["job_id"]
    door.run(job_id, Status.FAILED, error="MemoryError")

    assert shop.get(f"/api/sum/{job_id}").json["error"] == "MemoryError"


def test_a_job_is_found_under_its_own_name_only(shop):
    job_id = shop.post("/api/sum", {"n": 1}).json["job_id"]
    task_id = shop.task()

    for path in (f"/api/wait_and_return/{job_id}", f"/api/sum/{task_id}", f"/api/sum/{new_id()}", f"/api/sum/{EMAIL}"):
        answer = shop.get(path)
        assert (answer.status_code, answer.json["code"]) == (404, "task_not_found")
        assert EMAIL not in answer.text


def test_a_job_of_somebody_else_does_not_exist(shop, rival, operator):
    job_id = shop.post("/api/sum", {"n": 1}).json["job_id"]

    assert [who.get(f"/api/sum/{job_id}").status_code for who in (rival, operator)] == [404, 200]


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        ("sum", {}, "/n"),
        ("sum", {"n": -1}, "/n"),
        ("sum", {"n": 100_000_001}, "/n"),
        ("sum", {"n": 1.5}, "/n"),
        ("sum", {"n": "10"}, "/n"),
        ("sum", {"n": True}, "/n"),
        ("sum", {"n": 1, "m": 2}, "/*"),
        ("wait_and_return", {}, "/seconds"),
        ("wait_and_return", {"seconds": -0.1}, "/seconds"),
        ("wait_and_return", {"seconds": 60.1}, "/seconds"),
        ("wait_and_return", {"seconds": "soon"}, "/seconds"),
        ("wait_and_return", {"seconds": "1"}, "/seconds"),
        ("wait_and_return", {"seconds": True}, "/seconds"),
    ],
)
def test_a_body_that_does_not_fit_is_refused_by_field(door: Door, shop, name: str, body: dict[str, object], field: str):
    answer = shop.post(f"/api/{name}", body)

    assert (answer.status_code, answer.json["code"], answer.json["field"]) == (422, "invalid_request", field)
    assert door.ledger.tasks() == []


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("sum", {"n": 0}),
        ("sum", {"n": 100_000_000}),
        ("wait_and_return", {"seconds": 0}),
        ("wait_and_return", {"seconds": 60}),
    ],
)
def test_the_bounds_themselves_are_taken(shop, name: str, body: dict[str, object]):
    assert shop.post(f"/api/{name}", body).status_code == 202


def test_a_value_that_nests_too_deep_is_refused(shop):
    value: object = 1
    for _ in range(17):
        value = [value]

    answer = shop.post("/api/wait_and_return", {"seconds": 0, "value": value})

    assert (answer.status_code, answer.json["field"]) == (422, "/value")


def test_the_value_is_screened_like_a_message(door: Door, shop):
    answer = shop.post("/api/wait_and_return", {"seconds": 0, "value": {"note": WITH_EMAIL}})

    assert (answer.status_code, answer.json["code"]) == (422, "personal_data")
    assert answer.json["findings"][0]["path"] == "/value/note"
    assert EMAIL not in answer.text
    assert (door.ledger.tasks(), door.queue.launched) == ([], [])


def test_a_broker_that_is_down_leaves_a_pending_job(door: Door, shop):
    door.queue.down = True

    answer = shop.post("/api/sum", {"n": 1})

    assert answer.status_code == 202
    assert door.task(answer.json["job_id"]).status is Status.PENDING


def test_without_a_ledger_no_job_is_taken(door: Door, shop):
    door.ledger.close()

    answer = shop.post("/api/sum", {"n": 1})

    assert (answer.status_code, answer.json["code"]) == (503, "ledger_unavailable")


def test_a_job_can_be_canceled_like_any_task(shop):
    job_id = shop.post("/api/wait_and_return", {"seconds": 60, "value": CLEAN}).json["job_id"]

    shop.patch(f"/tasks/{job_id}/cancel")

    assert shop.get(f"/api/wait_and_return/{job_id}").json["status"] == "canceled"


@pytest.fixture
def admin(act_as):
    return act_as("root", Role.ADMIN)


def test_an_admin_asks_for_recommendations(door: Door, admin):
    answer = admin.post("/api/recommendations", {"song": "Dreams"})

    job_id = answer.json["job_id"]
    assert (answer.status_code, answer.json["status"]) == (202, "pending")
    assert door.queue.take("io") == [job_id]
    assert door.task(job_id).payload == {"args": {"song": "Dreams", "limit": 5}}
    assert admin.get(f"/api/recommendations/{job_id}").json["status"] == "pending"
    assert admin.get(f"/api/sum/{job_id}").status_code == 404


@pytest.mark.parametrize("role", [Role.CLIENT, Role.OPERATOR])
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/recommendations", {"song": "Dreams"}),
        ("/api/recommendations", {"song": 7}),
        ("/tasks", {"content": "Dreams", "kind": "recommendations"}),
    ],
)
def test_anybody_else_who_asks_for_them_is_refused_and_reported(door: Door, act_as, role: Role, path: str, body):
    answer = act_as("mallory", role).post(path, body)

    (alert,) = door.ledger.alerts()
    assert (answer.status_code, answer.json["code"]) == (403, "forbidden")
    assert (alert.type, alert.severity, alert.caller) == ("FraudAttempt", "high", "mallory")
    assert alert.request_id == answer.headers["X-Request-ID"]
    assert door.ledger.tasks() == []
    assert ["FraudAttempt" in text for text in door.report_texts] == [True]


def test_a_caller_without_a_key_who_asks_for_them_is_refused_and_reported_too(door_with):
    door = door_with(anonymous="client-anywhere")

    answer = door.client.post("/api/recommendations", json={"song": "Dreams"})

    assert (answer.status_code, [alert.caller for alert in door.ledger.alerts()]) == (403, ["anonymous"])


def test_attempts_of_one_caller_fold_into_one_alert(door: Door, shop, rival):
    for who in (shop, shop, rival, shop):
        who.post("/api/recommendations", {"song": "Dreams"})

    assert sorted((alert.caller, alert.count) for alert in door.ledger.alerts()) == [("rival", 1), ("shop", 3)]


def test_an_attempt_is_refused_also_where_no_alert_can_be_recorded(door: Door, shop, lines):
    door.ledger.close()

    assert shop.post("/api/recommendations", {"song": "Dreams"}).status_code == 403
    assert lines.of("alert.unrecorded")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "/song"),
        ({"song": ""}, "/song"),
        ({"song": "x" * 201}, "/song"),
        ({"song": 7}, "/song"),
        ({"song": "Dreams", "limit": 0}, "/limit"),
        ({"song": "Dreams", "limit": 21}, "/limit"),
        ({"song": "Dreams", "limit": "5"}, "/limit"),
    ],
)
def test_a_wrong_field_of_recommendations_is_named(admin, body, field):
    answer = admin.post("/api/recommendations", body)

    assert (answer.status_code, answer.json["field"]) == (422, field)
