"""
Tasks a second from a full queue, against bare Celery with a task that does nothing.

Both sides are seen from the broker: messages that wait are counted, and with the peer those that are not acknowledged.
Ours has ended once the ledger has every end, too. So neither side does anything for the measurement's sake. The first
tenth of the messages is for the worker to get going, and does not count.
"""

import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Final

import redis

from bench import nothing
from bench.harness import House, house
from bench.results import BenchFailed, Effort, Result, alternate
from gateway.delivery.celery_queue import CeleryQueue, celery_app, redis_lists
from gateway.kinds import PROCESS, Pool
from gateway.ledger.sql import SqlLedger
from gateway.ledger.task import NewTask, Status
from gateway.message.ids import new_id
from gateway.wiring import build_intake_parts

_TASKS_PER_SECOND: Final = 600  #: about what a worker drains, so that a round lasts as long as it should
_ACCEPTING_THREADS: Final = 16
_WARM_UP: Final = 0.1  #: of the messages
_POLL_S: Final = 0.01
_WITHIN_S: Final = 180
_SWAPS: Final = {f"worker-{pool}": ("workers.pools", "bench.bare_worker") for pool in Pool}
_SIZES: Final = {Pool.IO: "8 threads", Pool.CPU: "2 processes"}
#: Accepted one by one, each with a message of its own; or by many callers at once, whose tasks share messages.
_SHARED: Final = {"drain-io": Pool.IO, "drain-cpu": Pool.CPU}
_ALONE: Final = {"drain-io-one": Pool.IO, "drain-cpu-one": Pool.CPU}
NAMES: Final = (*_SHARED, *_ALONE)


def measure(names: Collection[str], effort: Effort, tell: Callable[[str], None]) -> Iterator[Result]:
    """Measure those of `NAMES` that are named, on one pair of sides."""
    chosen = [name for name in NAMES if name in names]
    if not chosen:
        return
    with house() as ours, house(swaps=_SWAPS) as bare:
        for side in (ours, bare):
            side.start("broker")
        for name in chosen:
            tell(name)
            yield _measure(name, ours, bare, effort)


def _measure(name: str, ours: House, bare: House, effort: Effort) -> Result:
    is_shared = name in _SHARED
    pool = {**_SHARED, **_ALONE}[name]
    number = round(_TASKS_PER_SECOND * effort.seconds)
    accept = _accept_shared if is_shared else _accept_alone
    carried = "whose messages carry several" if is_shared else "each with a message of its own"
    return Result(
        name=name,
        ours=f"accepted tasks, {carried}, are worked off by the `{pool}` pool, {_SIZES[pool]}",
        peer="bare Celery with the same pool and settings, and a task that does nothing",
        unit="a second",
        goal=1.5 if is_shared else 0.8,
        figures=alternate(
            lambda: _drain_ours(ours, pool, number, accept), lambda: _drain_bare(bare, pool, number), effort.rounds
        ),
    )


def _drain_ours(side: House, pool: Pool, number: int, accept: Callable[[House, Pool, int], None]) -> float:
    """Have the tasks accepted, then a worker run them."""
    with closing(SqlLedger(side.settings.ledger_url)) as ledger:
        wanted = ledger.counts()[Status.COMPLETED] + number
        accept(side, pool, number)
        return _drain(side, pool, number, ended=lambda: ledger.counts()[Status.COMPLETED] == wanted)


def _accept_shared(side: House, pool: Pool, number: int) -> None:
    parts = build_intake_parts(side.settings)
    for dependency in parts["dependencies"]:
        if dependency.name == "broker":
            dependency.check()  # so that no caller waits for the first connection, and gives up
    with closing(parts["ledger"]), ThreadPoolExecutor(_ACCEPTING_THREADS) as threads:
        list(threads.map(parts["intake"].receive_task, (_task(pool) for _ in range(number))))


def _accept_alone(side: House, pool: Pool, number: int) -> None:
    broker = side.settings.celery_broker_url
    with closing(SqlLedger(side.settings.ledger_url)) as ledger, celery_app(broker, publisher=True) as app:
        queue = CeleryQueue(app)
        for task in ledger.accept_all([_task(pool) for _ in range(number)]):
            queue.launch(task.id, pool=pool)


def _task(pool: Pool) -> NewTask:
    task_id = new_id()
    return NewTask(
        id=task_id, caller="bench", kind=PROCESS, pool=pool, payload={"content": "Hello."}, request_id=task_id
    )


def _drain_bare(side: House, pool: Pool, number: int) -> float:
    """Publish as many messages of the same size, then have a bare worker run them."""
    with nothing.bare_publisher(side.settings.celery_broker_url) as app:
        task = nothing.define(app)
        for _ in range(number):
            task.apply_async(([new_id()],), queue=pool, retry=False)
    return _drain(side, pool, number)


def _drain(side: House, pool: Pool, number: int, *, ended: Callable[[], bool] = lambda: True) -> float:
    """
    Start the pool's worker, and return the tasks a second that it did after the first tenth.

    Args:
        ended: whether all is done, where the broker knows of nothing any more.

    Raises:
        BenchFailed: it did not get through in time.
    """
    client = redis.Redis(unix_socket_path=str(side.settings.run_dir / "broker.sock"))
    worker = f"worker-{pool}"
    full = _left(client, pool)
    try:
        side.start(worker)
        deadline = time.monotonic() + _WITHIN_S
        left = _wait_until(lambda left: left <= full * (1 - _WARM_UP), client, pool, deadline)
        started = time.monotonic()
        _wait_until(lambda left: left == 0 and ended(), client, pool, deadline)
        return number * left / full / (time.monotonic() - started)
    finally:
        side.stop(worker)
        client.close()


def _wait_until(enough: Callable[[int], bool], client: redis.Redis, pool: Pool, deadline: float) -> int:
    """Wait for it to be seen twice: a message that is just being taken may be in neither list."""
    seen = 0
    while True:
        left = _left(client, pool)
        seen = seen + 1 if enough(left) else 0
        if seen == 2:  # noqa: PLR2004 - twice, as said above
            return left
        if time.monotonic() > deadline:
            raise BenchFailed(f"after {_WITHIN_S} s {left} messages are left in the {pool} pool")
        time.sleep(_POLL_S)


def _left(client: redis.Redis, pool: Pool) -> int:
    """Count the messages that wait, and those that a worker of the peer has taken and not acknowledged."""
    with client.pipeline() as every:
        for name in redis_lists(pool):
            every.llen(name)
        every.hlen("unacked")
        return sum(every.execute())
