"""The ready-made jobs, under /producer/api."""

import pytest
from harness.api import a_token, an_address, eventually, is_uuid7, problem_of

NOBODYS = "01a20193-6410-765f-8ac9-85f9986e8ce6"
JOBS = ["wait_and_return", "sum"]


@pytest.mark.parametrize(
    ("name", "body"), [("wait_and_return", {"seconds": 0, "value": 1}), ("sum", {"n": 10})], ids=JOBS
)
def test_a_job_is_taken_in_with_the_place_to_look_for_it(client, name, body):
    answer = client.post(f"/producer/api/{name}", json=body)

    told = answer.json()
    assert answer.status_code == 202
    assert set(told) == {"job_id", "status"}
    assert told["status"] == "pending"
    assert is_uuid7(told["job_id"])
    assert answer.headers["Location"] == f"/producer/api/{name}/{told['job_id']}"
    client.ended(told["job_id"])
    assert client.look(answer.headers["Location"])["status"] == "completed"


@pytest.mark.parametrize(
    "value",
    [None, True, 0, -1.5, "", "Grüße 😀", [1, [2, {"a": None}]], {"deep": {"deeper": ["x"]}}, 10**15],
    ids=repr,
)
def test_a_waiting_job_returns_the_value_it_was_given(client, value):
    job_id = client.job("wait_and_return", seconds=0, value=value)
    client.ended(job_id)

    assert client.look(f"/producer/api/wait_and_return/{job_id}") == {
        "job_id": job_id,
        "status": "completed",
        "result": value,
        "error": None,
    }


def test_a_waiting_job_needs_no_value(client):
    assert client.job_result("wait_and_return", seconds=0) is None


def test_a_waiting_job_waits_in_the_pool_for_jobs_that_wait(client):
    task = client.ended(client.job("wait_and_return", seconds=0.1, value=1))

    assert (task["pool"], task["kind"]) == ("io", "wait_and_return")


def test_waiting_jobs_wait_side_by_side(client):
    ids = [client.job("wait_and_return", seconds=30) for _ in range(3)]

    try:
        eventually(lambda: {client.look(f"/producer/tasks/{each}")["status"] for each in ids} == {"processing"})
    finally:
        for job_id in ids:
            client.cancel(job_id)


def test_jobs_that_wait_do_not_hold_up_jobs_that_count(client):
    waiting = [client.job("wait_and_return", seconds=60) for _ in range(20)]

    result = client.job_result("sum", n=1000)

    states = {client.look(f"/producer/tasks/{each}")["status"] for each in waiting}
    for job_id in waiting:
        client.cancel(job_id)
    assert result == 500_500
    assert "completed" not in states


@pytest.mark.parametrize(("n", "total"), [(0, 0), (1, 1), (100, 5050), (2_000_001, 2_000_003_000_001)])
def test_a_sum_is_right(client, n, total):
    assert client.job_result("sum", n=n) == total


def test_a_sum_is_done_by_the_pool_for_jobs_that_count(client):
    task = client.ended(client.job("sum", n=1))

    assert (task["pool"], task["kind"]) == ("cpu", "sum")


def test_a_long_sum_tells_its_progress_and_can_be_canceled_on_the_way(client):
    job_id = client.job("sum", n=100_000_000)
    place = f"/producer/tasks/{job_id}"

    under_way = eventually(lambda: _counting(client.look(place)))
    canceled = client.cancel(job_id)

    assert (under_way["status"], canceled.status_code) == ("processing", 200)
    assert 0 < under_way["progress"] < 1
    assert client.job_result("sum", n=1000) == 500_500  # the pool goes on with the next
    state = client.look(f"/producer/api/sum/{job_id}")
    assert (state["status"], state["result"]) == ("canceled", None)


def _counting(task):
    assert task["status"] in {"pending", "processing"}, "it was done before it could be canceled"
    return task if task["progress"] else None


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        ("wait_and_return", {}, "/seconds"),
        ("wait_and_return", {"seconds": -0.1}, "/seconds"),
        ("wait_and_return", {"seconds": 60.1}, "/seconds"),
        ("wait_and_return", {"seconds": 1e300}, "/seconds"),
        ("wait_and_return", {"seconds": "zebra7731"}, "/seconds"),
        ("wait_and_return", {"seconds": None}, "/seconds"),
        ("wait_and_return", {"seconds": 0, "value": [[[[[[[[[[[[[[[[["zebra7731"]]]]]]]]]]]]]]]]]}, "/value"),
        ("wait_and_return", {"seconds": 0, "zebra7731": 1}, "/*"),
        ("sum", {}, "/n"),
        ("sum", {"n": -1}, "/n"),
        ("sum", {"n": 100_000_001}, "/n"),
        ("sum", {"n": 10**30}, "/n"),
        ("sum", {"n": 1.5}, "/n"),
        ("sum", {"n": "5"}, "/n"),
        ("sum", {"n": True}, "/n"),
        ("sum", {"n": None}, "/n"),
        ("sum", {"n": 1, "zebra7731": 1}, "/*"),
    ],
)
def test_a_wrong_field_of_a_job_is_named_and_its_value_is_not(client, name, body, field):
    answer = client.post(f"/producer/api/{name}", json=body)

    assert problem_of(answer, 422, "invalid_request")["field"] == field
    assert "zebra" not in answer.text


@pytest.mark.parametrize("name", JOBS)
@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [("{", "application/json", 400), ("", "application/json", 400), ("n=1", "text/plain", 415)],
)
def test_what_is_no_json_starts_no_job(client, name, body, content_type, status):
    problem_of(client.post(f"/producer/api/{name}", data=body, headers={"Content-Type": content_type}), status)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (an_address(), "personal_data"),
        ({"deep": [a_token()]}, "secret"),
        ({an_address(): 1}, "personal_data"),
        (4539148803436467, "personal_data"),
    ],
    ids=["text", "deep", "key", "number"],
)
def test_the_value_of_a_job_is_screened(client, value, code):
    answer = client.post("/producer/api/wait_and_return", json={"seconds": 0, "value": value})

    body = problem_of(answer, 422, code)
    assert is_uuid7(body["alert_id"])
    assert all(each["path"].startswith("/value") or each["path"] == "" for each in body["findings"])
    assert "mail.acme" not in answer.text


@pytest.mark.parametrize("name", JOBS)
@pytest.mark.parametrize("job_id", [NOBODYS, "nothing", NOBODYS.upper(), "zebra7731"])
def test_a_job_that_is_not_there_is_not_found(client, name, job_id):
    answer = client.get(f"/producer/api/{name}/{job_id}")

    problem_of(answer, 404, "task_not_found")
    assert "zebra" not in answer.text


def test_a_job_is_not_found_under_the_name_of_another(client):
    summed = client.job("sum", n=1)
    waited = client.job("wait_and_return", seconds=0)
    processed = client.task("Hello")["id"]

    for name, job_id in [("wait_and_return", summed), ("sum", waited), ("sum", processed)]:
        problem_of(client.get(f"/producer/api/{name}/{job_id}"), 404, "task_not_found")
    assert client.look(f"/producer/api/sum/{summed}")["job_id"] == summed


@pytest.mark.parametrize(
    ("name", "body"), [("wait_and_return", {"seconds": 0, "value": 1}), ("sum", {"n": 10})], ids=JOBS
)
def test_to_other_clients_a_job_does_not_exist(client, other_client, operator, name, body):
    job_id = client.job(name, **body)

    problem_of(other_client.get(f"/producer/api/{name}/{job_id}"), 404, "task_not_found")
    assert operator.look(f"/producer/api/{name}/{job_id}")["job_id"] == job_id


def test_there_is_no_job_of_another_name(client):
    problem_of(client.post("/producer/api/zebra7731", json={}), 404, "not_found")
