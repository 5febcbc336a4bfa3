"""What the gateway says about itself."""

import pytest
from harness.api import problem_of


def test_the_service_says_what_it_is_and_its_links_lead_somewhere(client):
    told = client.look("/producer/")

    assert set(told) == {"service", "version", "links"}
    assert "portcullis" in told["service"]
    statuses = {path: client.get(path).status_code for path in told["links"].values()}
    assert statuses == {path: 405 if path.endswith("/messages") else 200 for path in statuses}


def test_health_is_ok(client):
    assert client.look("/producer/health") == {"status": "ok"}


def test_ready_tells_the_state_of_each_dependency(client):
    told = client.look("/producer/ready")

    assert told["status"] == "ready"
    assert {"ledger", "broker", "service_2"} <= set(told["dependencies"])
    for dependency in told["dependencies"].values():
        assert dependency["state"] == "up"
        assert dependency["ms"] >= 0


def test_stats_count_tasks_by_status_and_pool(client, operator):
    before = operator.look("/producer/stats")
    client.ended(client.task("Hello")["id"])

    after = operator.look("/producer/stats")

    assert set(after["tasks"]) <= {"pending", "processing", "completed", "failed", "canceled"}
    assert after["tasks"]["completed"] > before["tasks"].get("completed", 0)
    assert set(after["pools"]) >= {"io", "cpu"}
    assert all(pool["pending"] >= 0 and pool["processing"] >= 0 for pool in after["pools"].values())


def test_stats_tell_how_much_runs(client, operator):
    job_id = client.job("wait_and_return", seconds=60)
    client.processing(job_id)

    told = operator.look("/producer/stats")

    client.cancel(job_id)
    assert told["tasks"]["processing"] >= 1
    assert told["pools"]["io"]["processing"] >= 1


def test_nginx_says_that_it_is_up(keyless):
    answer = keyless.get("/healthz")

    assert (answer.status_code, answer.text.strip()) == (200, "ok")


@pytest.mark.parametrize("path", ["/nothing", "/producer/nothing", "/process", "/service_2/process", "/consumer/"])
def test_there_is_nothing_at_other_addresses(admin, path):
    problem_of(admin.get(path), 404, "not_found")


@pytest.mark.parametrize("path", ["/", "/docs", "/producer/health", "/nothing", "/logs/", "/dashboard/", "/load-test/"])
def test_no_answer_tells_the_version_of_a_program(admin, path):
    answer = admin.get(path)

    told = {name: answer.headers[name] for name in ("Server", "X-Powered-By", "Via") if name in answer.headers}
    assert set(told) <= {"Server"}
    assert told.get("Server", "nginx") == "nginx"


@pytest.mark.parametrize("path", ["/", "/docs", "/producer/health", "/nothing", "/logs/", "/dashboard/", "/load-test/"])
def test_every_answer_tells_browsers_to_be_careful(admin, path):
    headers = admin.get(path).headers

    assert "nosniff" in headers["X-Content-Type-Options"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors" in headers["Content-Security-Policy"]
    assert "Access-Control-Allow-Origin" not in headers
