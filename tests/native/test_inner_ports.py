"""The ports behind the gate, which any user of the machine may find: what they give to who asks them directly."""

import json

import pytest
import requests
from harness.eventually import eventually
from harness.mesh import running_mesh

FOREIGN = {"Origin": "http://evil.example"}
SWARM = {"user_count": "1", "spawn_rate": "1", "run_time": "5s"}


@pytest.fixture(scope="module")
def mesh(home):
    with running_mesh(home) as running:
        yield running


@pytest.fixture(scope="module")
def inner(mesh):
    """The address of each inner port."""
    ports = json.loads((mesh.home / "var" / "ports.json").read_text())
    return {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}


@pytest.fixture(scope="module")
def admin(mesh):
    return {"X-API-Key": mesh.key("admin")}


def asked(method, address, **options):
    return requests.request(method, address, timeout=30, allow_redirects=False, **options)


@pytest.mark.parametrize("headers", [{}, FOREIGN, {"Authorization": "Basic bWVzaDo="}, {"Authorization": "é"}], ids=str)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/load-test/"),
        ("GET", "/load-test/stats/requests"),
        ("POST", "/load-test/swarm"),
        ("POST", "/load-test/stop"),
        ("POST", "/load-test/user"),
        ("GET", "/load-test/assets/x.js"),
        ("GET", "/"),
    ],
)
def test_locust_answers_nobody_but_the_gate(inner, method, path, headers):
    encoded = {name: value.encode() for name, value in headers.items()}

    answer = asked(method, inner["locust"] + path, data=SWARM if method == "POST" else None, headers=encoded)

    assert answer.status_code == 401


def test_a_key_does_not_open_locusts_own_port_either(inner, admin):
    assert asked("GET", f"{inner['locust']}/load-test/", headers=admin).status_code == 401
    assert asked("GET", f"{inner['locust']}/load-test/", auth=("", admin["X-API-Key"])).status_code == 401


def test_at_service_1s_own_port_a_page_that_points_its_own_name_there_is_nobody(inner):
    port = inner["service_1"].rpartition(":")[2]
    rebound = {"Host": f"evil.example:{port}", "X-Portcullis-Direct": "1", "X-Forwarded-Host": "localhost"}

    read = asked("GET", f"{inner['service_1']}/tasks", headers=rebound)
    written = asked(
        "POST",
        f"{inner['service_1']}/messages",
        json={"text": "Hello"},
        headers={**rebound, "Origin": f"http://evil.example:{port}"},
    )

    assert (read.status_code, written.status_code) == (401, 401)


def test_through_the_gate_an_admin_reaches_locust(mesh, admin):
    page = asked("GET", f"{mesh.url}/load-test/", headers=admin)
    started = asked("POST", f"{mesh.url}/load-test/swarm", data={**SWARM, "host": mesh.url}, headers=admin)
    sent = eventually(lambda: total(mesh, admin))
    stopped = asked("POST", f"{mesh.url}/load-test/stop", headers=admin)

    assert (page.status_code, "<title>Locust</title>" in page.text) == (200, True)
    assert (started.status_code, started.json()["success"]) == (200, True)
    assert sent["num_failures"] == 0
    assert stopped.status_code == 200


def total(mesh, admin):
    stats = asked("GET", f"{mesh.url}/load-test/stats/requests", headers=admin).json()["stats"]
    return next((each for each in stats if each["name"] == "Aggregated" and each["num_requests"]), None)
