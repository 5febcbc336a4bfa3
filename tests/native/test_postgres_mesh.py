"""A mesh whose ledger is in PostgreSQL: it takes, runs and lists tasks, and loses none when the database is killed."""

import threading
from collections import Counter

import pytest
from harness.api import ENDED, Api
from harness.eventually import eventually
from harness.mesh import running_mesh
from harness.postgres import postgres_server

PATIENCE_S = 120
BEFORE, AFTER = 10, 10  #: tasks that are accepted before the kill, and after
REFUSALS = {503, 504}  #: it cannot be written, or nobody could learn whether it was
MOVES = [(None, "pending"), ("pending", "processing"), ("processing", "completed")]


@pytest.fixture(scope="module")
def database():
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="module")
def mesh(home, database):
    url = database.url.replace("postgresql+psycopg:", "postgresql:")
    with running_mesh(home, GATEWAY_DATABASE_URL=url, GATEWAY_LEASE_S="2") as running:
        yield running


@pytest.fixture(scope="module")
def api(mesh):
    return Api(mesh.url, mesh.key("operator"))


class Load(threading.Thread):
    """Sends one request after the other, and writes down what was accepted."""

    def __init__(self, url):
        super().__init__(daemon=True)
        self._api = Api(url)
        self._enough = threading.Event()
        self.accepted = {}  #: a task's id to its result
        self.statuses = Counter()

    def run(self):
        number = 0
        while not self._enough.wait(0.05):
            number += 1
            answer = self._api.post("/producer/api/sum", json={"n": number})
            self.statuses[answer.status_code] += 1
            if answer.status_code == 202:
                self.accepted[answer.json()["job_id"]] = number * (number + 1) // 2

    def has_accepted(self, more):
        enough = len(self.accepted) + more
        eventually(lambda: not self.is_alive() or len(self.accepted) >= enough, within_s=PATIENCE_S)
        assert self.is_alive()

    def has_been_refused(self):
        eventually(lambda: not self.is_alive() or self.statuses.keys() & REFUSALS, within_s=PATIENCE_S)

    def stop(self):
        self._enough.set()
        self.join(PATIENCE_S)
        assert not self.is_alive()


def history(api, task_id):
    return [(event["from"], event["to"]) for event in api.look(f"/producer/tasks/{task_id}/events")["items"]]


def test_the_ledger_is_in_postgresql_and_nowhere_else(mesh, api):
    task = api.task("Crate 7 has been unloaded.")

    assert api.ended(task["id"])["status"] == "completed"
    assert history(api, task["id"]) == MOVES
    assert task["id"] in {one["id"] for one in api.look("/producer/tasks")["items"]}
    api.look("/producer/ready")
    assert list((mesh.home / "var").glob("ledger.db*")) == []


def test_a_secret_is_held_with_an_alert(api):
    answer = api.message(f"The card is {'4111 1111 1111 1111'}.")

    assert answer.status_code == 422
    assert api.look(f"/producer/alerts/{answer.json()['alert_id']}")["type"] == "PersonalData"


@pytest.mark.parametrize("trouble", ["kill", "freeze"])
def test_no_accepted_task_is_lost_when_the_database_goes_away(mesh, api, database, trouble):
    load = Load(mesh.url)
    load.start()
    try:
        load.has_accepted(BEFORE)
        getattr(database, trouble)()
        try:
            load.has_been_refused()
        finally:
            {"kill": database.start_again, "freeze": database.thaw}[trouble]()
        load.has_accepted(AFTER)
    finally:
        load.stop()

    for task_id in load.accepted:
        eventually(
            lambda one=task_id: api.look(f"/producer/tasks/{one}")["status"] in ENDED, within_s=PATIENCE_S, every_s=0.2
        )
    ends = {task_id: api.look(f"/producer/tasks/{task_id}") for task_id in load.accepted}
    assert {task_id: task["result"] for task_id, task in ends.items()} == load.accepted
    assert {history(api, task_id)[-1][1] for task_id in load.accepted} == {"completed"}
    assert load.statuses.keys() - {202} <= REFUSALS
