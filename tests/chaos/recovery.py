"""How soon what was lost runs again, and what an unreachable broker costs whoever asks."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any, Final

import redis
from chaos.harms import heal
from chaos.site import Site, running_site
from harness.api import Api
from harness.eventually import eventually
from harness.inside import frozen, pids, whole

LEASE_S: Final = 10.0  #: the default
_LONG_S: Final = 60  #: of a job that nobody waits for
_PATIENCE_S: Final = 60
_USUAL: Final = 20  #: requests that tell how long one takes
_WITHOUT: Final = 30  #: requests while the broker is away
_PAUSE_S: Final = 0.05
_SLOW_S: Final = 0.15  #: over the usual: more than the noise of a busy machine
_BREAKER_S: Final = 6.0  #: until publishes are tried again
_RELAUNCHED_S: Final = 4.0  #: after this, the monitor has looked after a new task once


@dataclass(frozen=True)
class Figure:
    """One measurement, round by round."""

    name: str
    limit: float
    rounds: list[float]
    unit: str = "s"

    @property
    def is_met(self) -> bool:
        return max(self.rounds) <= self.limit


def measure(rounds: int) -> list[Figure]:
    """Measure everything so often, on a mesh of its own with the settings that are the default."""
    with running_site(database="sqlite", broker="redis", lease_s=LEASE_S) as site:
        api = Api(site.mesh.url, site.mesh.key("operator"))
        lost: dict[str, list[float]] = {}
        for _ in range(rounds):
            for pool in ("io", "cpu"):
                taken_back, started = _after_a_kill(site, api, pool)
                _note(lost, f"{pool} pool killed, taken back after", taken_back)
                _note(lost, f"{pool} pool killed, runs again after", started)
            _note(lost, "message lost, runs after", _after_a_flush(site, api, wait_s=0))
            _note(
                lost, "message lost when it was sent again, runs after", _after_a_flush(site, api, wait_s=_RELAUNCHED_S)
            )
        slower: dict[str, list[float]] = {}
        many: dict[str, list[float]] = {}
        for _ in range(rounds):
            for name, away in (("frozen", _frozen), ("refused", _refused)):
                most, slow = _without_broker(site, api, away)
                _note(slower, f"broker {name}, the slowest request takes longer by", most)
                _note(many, f"broker {name}, slower requests in each process", slow)
        return [
            *(Figure(name, 15.0 if "killed" in name else 12.0, found) for name, found in lost.items()),
            *(Figure(name, 0.6, found) for name, found in slower.items()),
            *(Figure(name, 1.0, found, unit="") for name, found in many.items()),
        ]


def table(figures: list[Figure]) -> str:
    """Return the figures as lines."""
    width = max(len(figure.name) for figure in figures)
    lines = [
        f"{figure.name.ljust(width)}  {min(figure.rounds):6.2f} {median(figure.rounds):6.2f} {max(figure.rounds):6.2f}"
        f"{figure.unit:>2}  limit {figure.limit:g}  {'met' if figure.is_met else 'MISSED'}"
        for figure in figures
    ]
    return "\n".join([f"{''.ljust(width)}  {'least':>6} {'middle':>6} {'most':>6}", *lines])


def _note(found: dict[str, list[float]], name: str, value: float) -> None:
    found.setdefault(name, []).append(value)


def _after_a_kill(site: Site, api: Api, pool: str) -> tuple[float, float]:
    """Kill a pool that works on a task; return when it was taken back, and when another worker had it."""
    name = f"worker-{pool}"
    job = api.job("wait_and_return", seconds=_LONG_S, value=None) if pool == "io" else _burning(api)
    api.processing(job)
    for pid in whole(pids(site.mesh)[name]):
        os.kill(pid, signal.SIGKILL)
    killed_at = time.time()
    eventually(lambda: _starts(api, job) > 1, within_s=_PATIENCE_S)
    events = _events(api, job)
    taken_back = next(_at(event) for event in events if (event["from"], event["to"]) == ("processing", "pending"))
    started = next(_at(event) for event in reversed(events) if event["to"] == "processing")
    api.cancel(job)
    heal(site)
    return taken_back - killed_at, started - killed_at


def _burning(api: Api) -> str:
    answer = api.post("/producer/tasks", json={"content": "Burn.", "kind": "burn", "args": {"seconds": _LONG_S}})
    return str(answer.json()["id"])


def _after_a_flush(site: Site, api: Api, *, wait_s: float) -> float:
    """Have the broker forget a task's message, and return how long it takes until a worker has the task."""
    socket = str(site.settings.run_dir / "broker.sock")
    with frozen(whole(pids(site.mesh)["worker-io"])):
        with redis.Redis(unix_socket_path=socket, socket_timeout=5) as broker:
            for client in broker.client_list():
                if client["cmd"] == "brpop":  # else one that is frozen is given the message
                    broker.client_kill_filter(_id=client["id"])
        task = api.task("Once.", kind="once")
        time.sleep(wait_s)
        with redis.Redis(unix_socket_path=socket, socket_timeout=5) as broker:
            broker.flushall()
        lost_at = time.monotonic()
    eventually(lambda: _starts(api, task["id"]) > 0, within_s=_PATIENCE_S)
    took = time.monotonic() - lost_at
    api.ended(task["id"])
    return took


def _without_broker(site: Site, api: Api, away: Callable[[Site], Any]) -> tuple[float, float]:
    """Return by how much the slowest request takes longer, and how many in each process of service_1 are slow."""
    usual = median(_ask(api) for _ in range(_USUAL))
    with away(site):
        longer = [_ask(api) - usual for _ in range(_WITHOUT)]
    time.sleep(_BREAKER_S)
    return max(longer), sum(one > _SLOW_S for one in longer) / site.settings.web_workers


def _ask(api: Api) -> float:
    started = time.perf_counter()
    api.task("Once.", kind="once")
    took = time.perf_counter() - started
    time.sleep(_PAUSE_S)
    return took


@contextmanager
def _frozen(site: Site) -> Iterator[None]:
    with frozen([pids(site.mesh)["broker"]]):
        yield


@contextmanager
def _refused(site: Site) -> Iterator[None]:
    """Have nobody listen: without its file no new connection is made, and the old ones are cut."""
    socket = site.settings.run_dir / "broker.sock"
    aside = socket.with_suffix(".cut")
    with redis.Redis(unix_socket_path=str(socket), socket_timeout=5, single_connection_client=True) as broker:
        broker.ping()  # connected before nobody can
        socket.rename(aside)
        try:
            broker.client_kill_filter(_type="normal", skipme=True)
            yield
        finally:
            aside.rename(socket)


def _starts(api: Api, task_id: str) -> int:
    return sum(event["to"] == "processing" for event in _events(api, task_id))


def _events(api: Api, task_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.look(f"/producer/tasks/{task_id}/events")["items"]
    return found


def _at(event: dict[str, Any]) -> float:
    return datetime.fromisoformat(event["at"]).timestamp()
