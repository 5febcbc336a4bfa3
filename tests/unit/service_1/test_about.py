import pytest
from harness.door import Door
from harness.samples import EMAIL

from gateway.errors import ServiceUnavailable


def test_health_is_told_to_everybody(door: Door):
    answer = door.client.get("/health")

    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_health_is_told_whatever_is_down(door: Door):
    door.ledger.close()
    door.queue.down = True

    assert door.client.get("/health").status_code == 200


def test_a_service_whose_dependencies_answer_is_ready(door: Door):
    answer = door.client.get("/ready")

    assert (answer.status_code, answer.json["status"]) == (200, "ready")
    assert answer.json["dependencies"].keys() == {"ledger", "screening", "service_2", "broker"}


def test_it_is_ready_without_a_broker(door: Door):
    door.queue.down = True

    answer = door.client.get("/ready")

    assert answer.status_code == 200
    assert answer.json["dependencies"]["broker"] == {**answer.json["dependencies"]["broker"], "state": "down"}


@pytest.mark.parametrize("missing", ["ledger", "service_2"])
def test_it_is_not_ready_without_what_it_needs(door: Door, missing: str):
    if missing == "ledger":
        door.ledger.close()
    else:
        door.forwarder.error = ServiceUnavailable()

    answer = door.client.get("/ready")

    assert (answer.status_code, answer.json["status"]) == (503, "unready")
    states = {name: state["state"] for name, state in answer.json["dependencies"].items()}
    assert [name for name, state in states.items() if state == "down"] == [missing]


def test_a_client_learns_what_this_is(shop):
    answer = shop.get("/")

    assert answer.json["version"] == "1.2.3"
    assert answer.json["links"]["messages"] == "/producer/messages"


def test_the_docs_come_without_a_key_and_load_nothing_from_outside(door: Door):
    page = door.client.get("/docs")

    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "http://" not in page.text.replace("http://www.w3.org/", "")
    assert "https://" not in page.text


@pytest.mark.parametrize("name", ["../swagger.py", "..%2f..%2f__init__.py", "%2e%2e/__init__.py", "nothing.js"])
def test_only_swaggers_own_files_are_served(door: Door, name: str):
    assert door.client.get(f"/docs/swagger/{name}").status_code == 404


def test_prometheus_reads_metrics_that_name_no_client_and_no_address(door: Door, shop):
    task_id = shop.task()
    shop.get(f"/tasks/{task_id}")
    shop.get(f"/tasks/{EMAIL}")
    shop.get(f"/{EMAIL}?q={EMAIL}")
    shop.post("/messages", {"text": "x", "kind": EMAIL})

    told = door.client.get("/metrics").text

    assert 'route="/producer/tasks/{task_id}"' in told
    for value in (EMAIL, task_id, "shop"):
        assert value not in told


def test_metrics_count_what_was_asked_for_and_what_came_of_it(door: Door, shop):
    def counted(name: str) -> float:
        lines = door.client.get("/metrics").text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(name))

    names = ("task_create_request_count_total", "task_create_success_count_total", "task_create_fail_count_total")
    before = [counted(name) for name in names]
    shop.task()
    shop.post("/tasks", {})
    shop.post("/tasks", {"content": EMAIL})

    assert [counted(name) - old for name, old in zip(names, before, strict=True)] == [3, 1, 2]


@pytest.mark.parametrize(("role", "status"), [("operator", 204), ("admin", 403), ("root", 404)])
def test_the_gate_asks_whether_a_key_may_pass(operator, role: str, status: int):
    answer = operator.get(f"/internal/auth/{role}")

    assert answer.status_code == status
