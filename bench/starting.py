"""
How soon an accepted task is started while the mesh has little to do: from the call that accepts it.

Ours writes the task into the ledger, tells the broker, and its worker claims the task before it is started; the peer
tells the broker. One task at a time, some milliseconds after the one before has started.
"""

import random
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, closing
from statistics import median
from typing import Final

from bench import noted, nothing
from bench.accepting import postgres
from bench.harness import house
from bench.results import BenchFailed, Effort, Result, alternate, chosen
from gateway.delivery.celery_queue import CeleryQueue, celery_app
from gateway.kinds import Pool
from gateway.ledger.sql import SqlLedger
from gateway.ledger.task import NewTask
from gateway.message.ids import new_id

NAMES: Final = ("start", "start-postgres")
_GOAL: Final = 1.5
_TASKS_PER_SECOND: Final = 40
_PAUSE_S: Final = (0.005, 0.025)  #: varied, so that no rhythm of a program falls together with it
_WARM_UP: Final = 40
_WITHIN_S: Final = 60


def measure(names: Collection[str], effort: Effort, tell: Callable[[str], None]) -> Iterator[Result]:
    """Measure those of `NAMES` that are named, each on a pair of sides."""
    for name in chosen(NAMES, names, tell):
        yield _measure(name, effort)


def _measure(name: str, effort: Effort) -> Result:
    database = "PostgreSQL" if name == "start-postgres" else "SQLite"
    number = round(_TASKS_PER_SECOND * effort.seconds)
    with ExitStack() as stack:
        url = stack.enter_context(postgres()).url if database == "PostgreSQL" else ""
        ours = stack.enter_context(house(settings={"DATABASE_URL": url}, rules=noted.RULES))
        bare = stack.enter_context(house(swaps={f"worker-{Pool.IO}": ("workers.pools", "bench.bare_worker")}))
        latencies = []
        for side in (ours, bare):
            path = side.settings.run_dir / "notes.sock"
            side.environment[noted.SOCKET] = str(path)
            notes = stack.enter_context(closing(noted.receiver(path)))
            notes.settimeout(_WITHIN_S)
            side.start("broker", f"worker-{Pool.IO}")
            latencies.append(lambda send, notes=notes: _milliseconds(send, lambda: int(notes.recv(64))))
        ledger = stack.enter_context(closing(SqlLedger(ours.settings.ledger_url)))
        queue = CeleryQueue(stack.enter_context(celery_app(ours.settings.celery_broker_url, publisher=True)))
        task = noted.define(stack.enter_context(nothing.bare_publisher(bare.settings.celery_broker_url)))

        def accept() -> None:
            ledger.accept(_new(), follow=lambda tasks, done: queue.launch_all(tasks, lambda _: done()))

        def delay() -> None:
            task.apply_async(queue=Pool.IO.value, retry=False)

        of_ours, of_bare = latencies
        for _ in range(_WARM_UP):
            of_ours(accept)
            of_bare(delay)
        figures = alternate(
            lambda: median(of_ours(accept) for _ in range(number)),
            lambda: median(of_bare(delay) for _ in range(number)),
            effort.rounds,
        )
    return Result(
        name=name,
        ours=f"from the call that accepts a task, into {database}, to its start by the `io` pool; medians",
        peer="from the call of `.delay()` to the start by a bare worker with the same pool and settings",
        unit="ms",
        goal=_GOAL,
        at_most=True,
        figures=figures,
    )


def _milliseconds(send: Callable[[], None], started_at: Callable[[], int]) -> float:
    """
    Have one task started, and return how long that took.

    Raises:
        BenchFailed: it was not.
    """
    time.sleep(random.uniform(*_PAUSE_S))  # noqa: S311 - no secret
    sent_at = time.monotonic_ns()
    send()
    try:
        return (started_at() - sent_at) / 1e6
    except TimeoutError:
        raise BenchFailed(f"a task was not started within {_WITHIN_S} s") from None


def _new() -> NewTask:
    task_id = new_id()
    return NewTask(id=task_id, caller="bench", kind=noted.KIND, pool=Pool.IO, payload={}, request_id=task_id)
