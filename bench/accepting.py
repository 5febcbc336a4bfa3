"""
Durable tasks accepted a second in one process by 16 threads, against bare `.delay()` by as many.

Ours writes each task into the ledger (on disk before the call returns) and tells the broker; the peer only tells the
broker, which has it in memory.
"""

import sys
import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, closing
from typing import Any, Final

import redis
from celery import Task

from bench import nothing
from bench.harness import House, house
from bench.results import BenchFailed, Effort, Result, alternate, chosen
from bench.texts import CLEAN
from gateway.delivery.celery_queue import CeleryQueue, celery_app, redis_lists
from gateway.kinds import PROCESS, Pool
from gateway.ledger.task import NewTask
from gateway.message.ids import new_id
from gateway.settings import CHECKOUT
from gateway.wiring import GATHER_S, build_ledger

_THREADS: Final = 16
_GOALS: Final = {"accept-sqlite": 1.2, "accept-postgres": 1.0}
NAMES: Final = tuple(_GOALS)
#: A server as its makers ship it, but for what every user sets.
_DURABLE: Final = {"fsync": "on", "full_page_writes": "on"}


def measure(names: Collection[str], effort: Effort, tell: Callable[[str], None]) -> Iterator[Result]:
    """Measure those of `NAMES` that are named, each on a home of its own."""
    for name in chosen(NAMES, names, tell):
        yield _measure(name, effort)


def _measure(name: str, effort: Effort) -> Result:
    database = "PostgreSQL" if name == "accept-postgres" else "SQLite"
    with ExitStack() as stack:
        url = stack.enter_context(postgres()).url if database == "PostgreSQL" else ""
        side = stack.enter_context(house(settings={"DATABASE_URL": url}))
        side.start("broker")
        ledger = stack.enter_context(closing(build_ledger(side.settings, gather_s=GATHER_S)))
        broker = side.settings.celery_broker_url
        queue = CeleryQueue(stack.enter_context(celery_app(broker, publisher=True)))
        task = nothing.define(stack.enter_context(nothing.bare_publisher(broker)))

        def accept() -> None:
            ledger.accept(_new(), follow=lambda tasks, done: queue.launch_all(tasks, lambda _: done()))

        for warm in (accept, lambda: _delay(task)):
            _rate(warm, 0.3)
        figures = alternate(
            lambda: _checked(side, lambda: _rate(accept, effort.seconds)),
            lambda: _checked(side, lambda: _rate(lambda: _delay(task), effort.seconds)),
            effort.rounds,
        )
    return Result(
        name=name,
        ours=f"tasks are accepted in process by {_THREADS} threads: on disk in {database}, and the broker told",
        peer=f"bare `.delay()` by {_THREADS} threads",
        unit="a second",
        goal=_GOALS[name],
        figures=figures,
    )


def postgres() -> AbstractContextManager[Any]:
    """Return a PostgreSQL for as long as its block lasts, the one of the tests."""
    sys.path.append(str(CHECKOUT / "tests"))
    from harness.postgres import postgres_server  # noqa: PLC0415 - of a folder that is on no path

    return postgres_server(**_DURABLE)


def _new() -> NewTask:
    task_id = new_id()
    return NewTask(
        id=task_id, caller="bench", kind=PROCESS, pool=Pool.IO, payload={"content": CLEAN}, request_id=task_id
    )


def _delay(task: Task) -> None:
    task.apply_async(([new_id()],), queue=Pool.IO.value, retry=False)


def _rate(call: Callable[[], object], seconds: float) -> float:
    """Return the calls a second that the threads make together."""
    until = time.perf_counter() + seconds

    def again(_: int) -> int:
        made = 0
        while time.perf_counter() < until:
            call()
            made += 1
        return made

    started = time.perf_counter()
    with ThreadPoolExecutor(_THREADS) as threads:
        made = sum(threads.map(again, range(_THREADS)))
    return made / (time.perf_counter() - started)


def _checked(side: House, measured: Callable[[], float]) -> float:
    """Measure with an empty queue, and see that something came into it."""
    with closing(redis.Redis(unix_socket_path=str(side.settings.run_dir / "broker.sock"))) as client:
        client.flushall()
        figure = measured()
        if not any(client.llen(name) for name in redis_lists(Pool.IO)):
            raise BenchFailed("the broker was not told")
        client.flushall()
    return figure
