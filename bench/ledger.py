"""
`python -m bench.ledger`: what each call of the ledger costs as it grows, on SQLite and PostgreSQL.

Both databases are filled to three sizes; every call is then timed on all of them in turn, so that what disturbs the
machine disturbs every size. With `--write`, the table and the databases' own plans become docs/ledger-cost.md.
"""

import argparse
import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import event

from bench.harness import RESULTS
from bench.ledger_rows import CALLERS, RARE_KIND, fill
from gateway.database_engine import new_engine
from gateway.ledger.sql import SqlLedger
from gateway.ledger.task import Ending, NewTask, Status, Task
from gateway.message.ids import new_id
from gateway.settings import CHECKOUT
from gateway.transactions import begin_writing

sys.path.append(str(CHECKOUT / "tests"))  # whose server it borrows

from harness.postgres import postgres_server

PAGE: Final = CHECKOUT / "docs" / "ledger-cost.md"
SIZES: Final = (1_000, 100_000, 2_000_000)
FLAT: Final = 2.0  #: the largest may cost this many times the smallest
_DURABLE: Final = {"fsync": "on", "full_page_writes": "on", "shared_buffers": "512MB", "max_wal_size": "8GB"}
_LISTED: Final = 10  #: the smallest ledger has as many for every list
_LEASE_MS: Final = 3_600_000


@dataclass(frozen=True)
class Side:
    """One database of one size."""

    sort: str
    rows: int
    url: str
    ledger: SqlLedger
    times: dict[str, list[float]] = field(default_factory=dict)  #: seconds, by call


def _new() -> NewTask:
    content = {"content": "Crate 7 has been unloaded."}
    return NewTask(id=new_id(), caller="caller-7", kind="process", pool="io", payload=content, request_id="request")


def _claimed(ledger: SqlLedger) -> Task:
    (task,) = ledger.claim([ledger.accept(_new()).id], owner="io@host", lease_ms=_LEASE_MS)
    return task


def _accept(ledger: SqlLedger) -> Callable[[], object]:
    return lambda: ledger.accept(_new())


def _claim(ledger: SqlLedger) -> Callable[[], object]:
    task = ledger.accept(_new())
    return lambda: ledger.claim([task.id], owner="io@host", lease_ms=_LEASE_MS)


def _finish(ledger: SqlLedger) -> Callable[[], object]:
    ending = Ending(claim=_claimed(ledger).claim, status=Status.COMPLETED, result={"words": 5})
    return lambda: ledger.end([ending])


def _events(ledger: SqlLedger) -> Callable[[], object]:
    (task,) = ledger.tasks(limit=1)
    return lambda: ledger.events(task.id)


def _get(ledger: SqlLedger) -> Callable[[], object]:
    (task,) = ledger.tasks(limit=1)
    return lambda: ledger.get(task.id, caller=task.caller)


def _wipe(ledger: SqlLedger) -> object:
    day, now = 86_400_000, int(time.time() * 1000)
    return ledger.wipe(contents_before=now - 31 * day, tasks_before=now - 90 * day)


#: What is timed: each prepares what it needs, and returns the call.
CALLS: Final[Mapping[str, Callable[[SqlLedger], Callable[[], object]]]] = {
    "accept": _accept,
    "claim": _claim,
    "finish": _finish,
    "get": _get,
    "events of a task": _events,
    "list, all": lambda ledger: lambda: ledger.tasks(limit=_LISTED),
    "list, by caller": lambda ledger: lambda: ledger.tasks(caller="caller-20", limit=_LISTED),
    "list, by status": lambda ledger: lambda: ledger.tasks(status=Status.FAILED, limit=_LISTED),
    "list, by caller and status": lambda ledger: (
        lambda: ledger.tasks(caller="caller-20", status=Status.FAILED, limit=_LISTED)
    ),
    "list, by caller and a status it has none of": lambda ledger: (
        lambda: ledger.tasks(caller="caller-20", status=Status.CANCELED)
    ),
    "list, by an unused kind": lambda ledger: lambda: ledger.tasks(kind="unused"),
    "list, by a rare kind": lambda ledger: lambda: ledger.tasks(kind=RARE_KIND, limit=1),
    "monitor: lead": lambda ledger: lambda: ledger.lead("bench", holder="me", for_ms=1000),
    "monitor: sweep": lambda ledger: lambda: ledger.sweep(max_attempts=3),
    "monitor: wipe": lambda ledger: lambda: _wipe(ledger),
    "monitor: alerts to report": lambda ledger: lambda: ledger.unreported_alerts(older_than_ms=1000),
    "monitor: depths": lambda ledger: ledger.depths,
    "monitor: counts": lambda ledger: ledger.counts,
}


def main() -> int:
    """Fill, time, print."""
    given = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was filled is removed
    RESULTS.mkdir(exist_ok=True)
    with _sides(given.sizes) as sides:
        for number in range(given.rounds + 1):
            for call, prepare in CALLS.items():
                for side in sides:
                    took = _timed(prepare(side.ledger))
                    if number:  # the first is for caches and plans
                        side.times.setdefault(call, []).append(took)
        table = _table(sides)
        sys.stdout.write(f"{table}\n")
        if given.write:
            PAGE.write_text(_page(sides, table, given.rounds), encoding="utf-8")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.ledger", description="What the ledger costs as it grows.")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="tasks in the ledger")
    parser.add_argument("--rounds", type=int, default=15, help="of every call on every database (15)")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.relative_to(CHECKOUT)}, too")
    return parser.parse_args()


@contextmanager
def _sides(sizes: Sequence[int]) -> Iterator[list[Side]]:
    """Have every size of both databases, on the checkout's disk, for as long as the block lasts."""
    folder = Path(tempfile.mkdtemp(prefix="ledger-", dir=RESULTS))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        server = stack.enter_context(postgres_server(**_DURABLE))
        sides = []
        for rows in sizes:
            for sort, url in (("SQLite", f"sqlite:///{folder}/{rows}.db"), ("PostgreSQL", server.database())):
                started = time.monotonic()
                fill(url, rows)
                sys.stderr.write(f"{sort} with {rows:,} tasks: {time.monotonic() - started:.0f} s\n")
                ledger = SqlLedger(url)
                stack.callback(ledger.close)
                sides.append(Side(sort, rows, url, ledger))
        yield sides


def _timed(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def _table(sides: Sequence[Side]) -> str:
    sorts = tuple(dict.fromkeys(side.sort for side in sides))
    heads = ["ms"]
    for sort in sorts:
        heads += [f"{sort} {side.rows:,}" for side in sides if side.sort == sort] + ["ratio"]
    lines = [heads, ["---"] * len(heads)]
    for call in CALLS:
        line = [call]
        for sort in sorts:
            # The lower quartile: what else runs on the machine makes a call slower, never faster.
            figures = [statistics.quantiles(side.times[call])[0] * 1000 for side in sides if side.sort == sort]
            ratio = figures[-1] / figures[0]
            line += [f"{figure:.2f}" for figure in figures] + [f"{ratio:.1f}" if ratio <= FLAT else f"**{ratio:.1f}**"]
        lines.append(line)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _page(sides: Sequence[Side], table: str, rounds: int) -> str:
    about = (
        "# What the ledger costs as it grows\n\n"
        f"Written by `make ledger-cost`, {datetime.now(UTC):%Y-%m-%d}, {rounds} rounds. A ledger of 80 days, "
        f"{CALLERS} callers, two events a task; one task in a hundred, and at most 10,000, waits or runs. Every call "
        "on every database in turn; only the ratios of one line count: the time of the largest ledger to that of the "
        f"smallest, bold above {FLAT:g}. Of each call the lower quartile. Writes wait for the disk.\n\n"
        "`depths` grows with what waits, `counts` with the whole ledger: both feed gauges, and only the monitor calls "
        "them, away from every request.\n"
    )
    plans = [f"\n## Plans, {side.sort}, {side.rows:,} tasks\n{_plans(side)}" for side in sides[-2:]]
    return f"{about}\n{table}\n{''.join(plans)}"


def _plans(side: Side) -> str:
    """Return the plan of every statement that each call sends."""
    engine = side.ledger._database._open().engine  # noqa: SLF001 - to hear what it says
    told: list[str] = []
    for call, prepare in CALLS.items():
        said: list[tuple[str, Any]] = []
        ready = prepare(side.ledger)

        def hear(_c: Any, _u: Any, statement: str, parameters: Any, _x: Any, many: bool, said: Any = said) -> None:  # noqa: FBT001
            said.append((statement, parameters[0] if many else parameters))

        event.listen(engine, "before_cursor_execute", hear)
        ready()
        event.remove(engine, "before_cursor_execute", hear)
        plans = [_plan(side, *one) for one in dict(said).items() if one[0].split()[0] in _EXPLAINED]
        told += [f"\n### {call}\n", *plans]
    return "\n".join(told)


_EXPLAINED: Final = {"SELECT", "UPDATE", "DELETE"}  #: an INSERT has no plan to speak of


def _plan(side: Side, statement: str, parameters: Any) -> str:
    explain = "EXPLAIN QUERY PLAN" if side.sort == "SQLite" else "EXPLAIN (ANALYZE, BUFFERS)"
    engine = new_engine(side.url, migrates=True)
    try:
        with begin_writing(engine) as connection, connection.begin_nested() as undone:
            rows = connection.exec_driver_sql(f"{explain} {statement}", parameters).all()
            undone.rollback()  # EXPLAIN ANALYZE does what it explains
    finally:
        engine.dispose()
    return "\n".join(["```", *(str(row[-1]) for row in rows), "```"])


if __name__ == "__main__":
    sys.exit(main())
