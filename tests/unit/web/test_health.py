from flask import Flask

from gateway.errors import LedgerUnavailable
from gateway.telemetry import metrics
from gateway.web.health import Dependency, health, readiness


def up() -> None:
    return None


def down() -> None:
    raise LedgerUnavailable


def test_a_service_that_runs_says_so():
    with Flask("site").app_context():
        assert health().json == {"status": "ok"}


def test_a_service_is_ready_where_all_it_needs_answers():
    answer = readiness([Dependency(name="ledger", check=up), Dependency(name="broker", check=up, needed=False)])

    assert (answer.status_code, answer.json["status"]) == (200, "ready")
    assert {name: state["state"] for name, state in answer.json["dependencies"].items()} == {
        "ledger": "up",
        "broker": "up",
    }
    assert all(state["ms"] >= 0 for state in answer.json["dependencies"].values())


def test_one_that_is_needed_and_down_makes_it_unready():
    answer = readiness([Dependency(name="ledger", check=down), Dependency(name="screening", check=up)])

    assert (answer.status_code, answer.json["status"]) == (503, "unready")
    assert answer.json["dependencies"]["ledger"]["state"] == "down"


def test_one_that_is_not_needed_may_be_down():
    answer = readiness([Dependency(name="ledger", check=up), Dependency(name="broker", check=down, needed=False)])

    assert (answer.status_code, answer.json["dependencies"]["broker"]["state"]) == (200, "down")


def test_prometheus_learns_of_each_dependency():
    readiness([Dependency(name="probe_up", check=up), Dependency(name="probe_down", check=down)])

    (family,) = metrics.dependency_up.collect()
    told = {sample.labels["name"]: sample.value for sample in family.samples}
    assert (told["probe_up"], told["probe_down"]) == (1, 0)
