"""What the monitor of a running mesh sees, makes and tells."""

import os
import signal

import pytest
from harness.api import Api
from harness.eventually import eventually
from harness.inside import children, frozen, pids, whole, without
from harness.mesh import Mesh, running_mesh

from gateway.ledger.sql import SqlLedger
from gateway.settings import load

SCHEDULE = '[[schedule]]\nname = "{name}"\nkind = "sum"\nargs = {{ n = {n} }}\nevery = "2s"\n'
LONG_WAIT_S = 40
GOAL_S = 15.0  #: from a worker's death to the next start of its task


@pytest.fixture(scope="module")
def mesh(home):
    home.mkdir()
    (home / "gateway.toml").write_text(SCHEDULE.format(name="often", n=3))
    with running_mesh(home) as running:
        yield running


@pytest.fixture(scope="module")
def desk(mesh: Mesh) -> Api:
    return Api(mesh.url, mesh.key("operator"))


def outages(desk: Api) -> list[str]:
    """Return the descriptions of the alerts that somebody does not answer, or does again, the oldest first."""
    alerts = desk.look("/producer/alerts?limit=200")["items"]
    return [alert["description"] for alert in reversed(alerts) if alert["type"] == "ServiceDown"]


def made_by(desk: Api, name: str) -> list[dict]:
    tasks = desk.look("/producer/tasks?kind=sum&limit=200")["items"]
    events = {task["id"]: desk.look(f"/producer/tasks/{task['id']}/events")["items"][0]["by"] for task in tasks[:20]}
    return [task for task in tasks[:20] if events[task["id"]] == f"schedule:{name}"]


def test_a_task_on_a_schedule_is_made_and_done_again_and_again(desk: Api):
    done = eventually(lambda: [t for t in made_by(desk, "often") if t["status"] == "completed"][2:])

    assert {task["result"] for task in done} == {6}


def test_a_reload_brings_other_schedules(mesh: Mesh, desk: Api):
    (mesh.home / "gateway.toml").write_text(SCHEDULE.format(name="other", n=4))
    assert mesh.run("reload").returncode == 0

    eventually(lambda: made_by(desk, "other"), within_s=180)  # every program tries the settings first
    ledger = SqlLedger(load(mesh.environment).ledger_url)
    planned = ledger.schedules()
    ledger.close()

    assert planned.keys() == {"other"}


@pytest.mark.parametrize("program", ["service_2", "worker-io"])
def test_an_outage_and_its_end_are_told_once(mesh: Mesh, desk: Api, program: str):
    before = len(outages(desk))

    with without(mesh, program):
        eventually(lambda: len(outages(desk)) > before)
    eventually(lambda: len(outages(desk)) > before + 1, within_s=90)

    down, over = outages(desk)[before:]
    assert down.startswith(f"{program} does not answer since ")
    assert over.startswith(f"{program} answers again")


def test_workers_that_are_frozen_are_down(mesh: Mesh, desk: Api):
    before = len(outages(desk))

    with frozen(whole(pids(mesh)["worker-cpu"])):
        eventually(lambda: len(outages(desk)) > before)
    eventually(lambda: len(outages(desk)) > before + 1, within_s=90)

    assert outages(desk)[before].startswith("worker-cpu does not answer")


def test_a_task_whose_worker_is_killed_runs_again_within_the_goal(mesh: Mesh, desk: Api):
    job = desk.job("sum", n=100_000_000)
    eventually(lambda: desk.look(f"/producer/tasks/{job}")["status"] == "processing")
    for child in children(pids(mesh)["worker-cpu"]):
        os.kill(child, signal.SIGKILL)

    again = eventually(lambda: _events(desk, job)[3:], within_s=60)

    assert [event["remark"] for event in _events(desk, job)][2] == "worker lost"
    assert _seconds(again[0]["at"]) - _seconds(_events(desk, job)[1]["at"]) < GOAL_S + 10
    desk.patch(f"/producer/tasks/{job}/cancel")


def test_a_mesh_that_is_stopped_in_order_leaves_no_alert_behind(mesh: Mesh, desk: Api):
    before = outages(desk)

    mesh.down()

    ledger = SqlLedger(load(mesh.environment).ledger_url)
    alerts = [alert.description for alert in ledger.alerts(limit=200) if alert.type == "ServiceDown"]
    ledger.close()
    assert alerts == before[::-1]


def _events(desk: Api, job: str) -> list[dict]:
    return desk.look(f"/producer/tasks/{job}/events")["items"]


def _seconds(at: str) -> float:
    hours, minutes, seconds = at[11:-1].split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
