"""Nothing that was accepted is lost, whatever is killed with -9 while work comes in."""

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest
import requests
from harness.api import Api
from harness.eventually import eventually
from harness.inside import alive, children, pids, processes_of, states, whole
from harness.lines import LINE
from harness.mesh import Mesh, running_mesh

LEASE_S = 2  #: a worker that is silent for this long has lost its task
PAUSE_S = 0.05  #: between two requests of the load
PATIENCE_S = 120
LONG_SUM = 60_000_000  #: some seconds of work
LONG_WAIT_S = 4
BEFORE, AFTER = 8, 8  #: tasks that are accepted before the kill, and after all is up again
ENDED = {"completed", "failed", "canceled"}


@dataclass(frozen=True)
class Victim:
    """What is killed, and what a client may see of it."""

    name: str
    who: Callable[[Mesh], list[int]]
    holds: str = ""  #: the job that it has in hand when it is killed
    refusals: frozenset[int] = frozenset()  #: statuses that a client may get meanwhile
    hangs_up: bool = False  #: connections may break


def _first(name: str) -> Callable[[Mesh], list[int]]:
    return lambda mesh: [pids(mesh)[name]]


def _all_of(name: str) -> Callable[[Mesh], list[int]]:
    return lambda mesh: whole(pids(mesh)[name])


def _a_child_of(name: str) -> Callable[[Mesh], list[int]]:
    return lambda mesh: children(pids(mesh)[name])[:1]


def _nginx(mesh: Mesh) -> list[int]:
    return [int((mesh.home / "var" / "nginx" / "nginx.pid").read_text())]


VICTIMS = (
    Victim("a process of the cpu pool", _a_child_of("worker-cpu"), holds="sum"),
    Victim("the cpu pool", _all_of("worker-cpu"), holds="sum"),
    Victim("the io pool", _all_of("worker-io"), holds="wait_and_return"),
    Victim("service_2", _first("service_2"), refusals=frozenset({503, 504})),
    Victim("the broker", _first("broker")),
    Victim("the monitor", _first("monitor")),
    Victim("NGINX", _nginx, refusals=frozenset({502, 503, 504}), hangs_up=True),
    Victim("a process of service_1", _a_child_of("service_1"), refusals=frozenset({502, 503, 504})),
)


class Load(threading.Thread):
    """Sends one request after the other, of each sort in turn, and writes down what was accepted."""

    def __init__(self, api: Api) -> None:
        super().__init__(daemon=True)
        self._api = api
        self._stop_now = threading.Event()
        self.accepted: dict[str, Any] = {}  #: a task's id to the result that it should have
        self.statuses: Counter[int] = Counter()
        self.broken: list[str] = []
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            number = 0
            while not self._stop_now.wait(PAUSE_S):
                number += 1
                self._send(number)
        except BaseException as error:  # noqa: BLE001 - told by the test's own thread
            self.failure = error

    def stop(self) -> None:
        self._stop_now.set()
        self.join(PATIENCE_S)
        assert not self.is_alive()
        if self.failure:
            raise self.failure

    def has_accepted(self, more: int) -> None:
        """Wait until *more* tasks have been accepted than now."""
        enough = len(self.accepted) + more
        eventually(lambda: self.failure or len(self.accepted) >= enough, within_s=PATIENCE_S)

    def _send(self, number: int) -> None:
        text = f"Crate {number} has been unloaded."
        path, body, result = (
            ("api/wait_and_return", {"seconds": 0.3, "value": {"n": number}}, {"n": number}),
            ("api/sum", {"n": number}, number * (number + 1) // 2),
            ("messages", {"text": text, "delivery": "queued"}, text),
            ("messages", {"text": text, "delivery": "sync"}, text),
        )[number % 4]
        try:
            answer = self._api.post(f"/producer/{path}", json=body)
        except requests.ConnectionError as error:
            self.broken.append(type(error).__name__)
            return
        self.statuses[answer.status_code] += 1
        if answer.status_code == 202:
            told = answer.json()
            self.accepted[told.get("job_id") or told["id"]] = result
        elif answer.status_code == 200:
            assert answer.json()["result"]["text"] == text


@pytest.fixture(scope="module")
def mesh(home):
    with running_mesh(home, GATEWAY_LEASE_S=str(LEASE_S), GATEWAY_LOG_LEVEL="DEBUG") as running:
        yield running


@pytest.fixture(scope="module")
def api(mesh):
    return Api(mesh.url, mesh.key("operator"))


@pytest.fixture(scope="module")
def usual_processes(mesh, api):
    """How many processes there are once every pool has all of its own."""
    api.ended(api.job("sum", n=1))
    return len(processes_of(mesh))


def _in_hand(api: Api, job: str) -> list[str]:
    """Have every process of a pool busy, and return the jobs that they work on."""
    if not job:
        return []
    body = {"n": LONG_SUM} if job == "sum" else {"seconds": LONG_WAIT_S, "value": None}
    jobs = [api.job(job, **body) for _ in range(2)]
    for one in jobs:
        api.processing(one)
    return jobs


def _is_back(mesh: Mesh, gone: list[int], processes: int) -> bool:
    """Whether every program runs again, with as many processes as usual, and none of the old ones is left."""
    running = set(states(mesh).values()) == {"RUNNING"}
    return running and not any(map(alive, gone)) and len(processes_of(mesh)) == processes


def _complaint(api: Api, task_id: str, result: Any) -> str:
    """Say what is wrong with how a task went; nothing if it is as it should be."""
    task = api.look(f"/producer/tasks/{task_id}")
    events = api.look(f"/producer/tasks/{task_id}/events")["items"]
    moves = [(event["from"], event["to"]) for event in events]
    found = task["result"]["text"] if isinstance(task["result"], dict) and "text" in task["result"] else task["result"]
    starts = [event for event in events if event["to"] == "processing"]
    taken_back = [event for event in events if (event["from"], event["to"]) == ("processing", "pending")]
    faults = {
        "not completed": task["status"] != "completed",
        "another result": found != result,
        "not one end": [to for _, to in moves].count("completed") != 1 or moves[-1][1] != "completed",
        "a gap in its events": any(before[1] != after[0] for before, after in pairwise(moves)),
        "attempts miscounted": task["attempts"] != len(starts),
        "taken back without a remark": not all(event["remark"] for event in taken_back),
        "started twice without being taken back": len(starts) != len(taken_back) + 1,
    }
    wrong = [fault for fault, is_so in faults.items() if is_so]
    return f"{task_id}: {', '.join(wrong)}: {task} {events}" if wrong else ""


@pytest.mark.parametrize("victim", VICTIMS, ids=lambda victim: victim.name)
def test_no_accepted_task_is_lost_when_it_is_killed(mesh, api, usual_processes, victim):
    load = Load(Api(mesh.url))
    load.start()
    try:
        load.has_accepted(BEFORE)
        held = _in_hand(api, victim.holds)
        killed = victim.who(mesh)
        gone = [below for pid in killed for below in whole(pid)]

        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        eventually(lambda: _is_back(mesh, gone, usual_processes), within_s=PATIENCE_S, every_s=0.2)
        load.has_accepted(AFTER)
    finally:
        load.stop()
    for task in (*load.accepted, *held):
        eventually(lambda task=task: api.look(f"/producer/tasks/{task}")["status"] in ENDED, within_s=PATIENCE_S)

    triangle = LONG_SUM * (LONG_SUM + 1) // 2
    expected = {**load.accepted, **dict.fromkeys(held, triangle if victim.holds == "sum" else None)}
    assert [told for task, result in expected.items() if (told := _complaint(api, task, result))] == []
    assert load.statuses.keys() - {200, 202} <= victim.refusals
    assert victim.hangs_up or load.broken == []


@pytest.mark.parametrize("pool", ["cpu", "io"])
def test_a_task_that_is_taken_back_from_a_dead_worker_says_why(mesh, api, pool):
    job = "sum" if pool == "cpu" else "wait_and_return"
    held = _in_hand(api, job)

    for pid in whole(pids(mesh)[f"worker-{pool}"]):
        os.kill(pid, signal.SIGKILL)
    tasks = [eventually(lambda one=one: _if_ended(api, one), within_s=PATIENCE_S) for one in held]

    assert [task["status"] for task in tasks] == ["completed"] * len(held)
    assert [task["attempts"] for task in tasks] == [2] * len(held)
    assert all("worker lost" in " ".join(task["remarks"]) for task in tasks)


def _if_ended(api: Api, task_id: str) -> dict[str, Any] | None:
    task = api.look(f"/producer/tasks/{task_id}")
    return task if task["status"] in ENDED else None


def test_messages_are_answered_again_after_service_2_was_killed(mesh):
    api = Api(mesh.url)
    for pid in whole(pids(mesh)["service_2"]):
        os.kill(pid, signal.SIGKILL)
    seen: list[int] = []

    def answered() -> bool:
        seen.append(api.post("/producer/messages", json={"text": "Is it back?", "delivery": "sync"}).status_code)
        return seen[-1] == 200

    eventually(answered, within_s=PATIENCE_S, every_s=0.2)

    assert set(seen) <= {200, 503, 504}


def test_every_line_that_was_written_meanwhile_has_the_one_form(mesh):
    lines = [
        (file.name, line)
        for file in (mesh.home / "logs").iterdir()
        for line in file.read_text(encoding="utf-8").splitlines()
    ]

    assert len(lines) > 100
    assert [line for line in lines if not LINE.fullmatch(line[1])] == []
