"""The moves of tasks in SQL. Each takes the connection of a transaction that may write, and the time."""

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import Connection, Update, bindparam, delete, insert, or_, select, text, tuple_, update

from gateway.errors import TaskAlreadyFinished, TaskNotFound, TaskNotRetryable
from gateway.ledger import moves
from gateway.ledger.group_commit import may_be_written
from gateway.ledger.rows import task_from, to_json
from gateway.ledger.schema import task_events, tasks
from gateway.ledger.task import LIVE, MOVES, Claim, Ending, Relaunch, Status, Task
from gateway.message.ids import first_id

# Statements are built once: building one costs more than SQLite takes to run it.
_IDS: Final = tasks.c.id.in_(bindparam("ids", expanding=True))
_RUNS: Final = tasks.c.status == Status.PROCESSING.value

_NEW_TASK: Final = insert(tasks)
_NEW_EVENT: Final = insert(task_events)
_WRITTEN: Final = select(tasks.c.id, tasks.c.caller, tasks.c.created_at).where(_IDS)
_CLAIM: Final = (
    update(tasks)
    .where(
        _IDS,
        tasks.c.status == Status.PENDING.value,
        or_(tasks.c.not_before.is_(None), tasks.c.not_before <= bindparam("now")),
    )
    .values(attempt=tasks.c.attempt + 1)
    .values({name: bindparam(name) for name in moves.claimed(owner="", now=0, lease_ms=0)})
    .returning(*tasks.c)
)
_BEAT: Final = (
    update(tasks)
    .where(_IDS, _RUNS, tuple_(tasks.c.id, tasks.c.attempt).in_(bindparam("claims", expanding=True)))
    .values(due_at=bindparam("due_at"))
    .returning(tasks.c.id, tasks.c.attempt)
)
_PROGRESS: Final = (
    update(tasks)
    .where(tasks.c.id == bindparam("of_id"), tasks.c.attempt == bindparam("of_attempt"), _RUNS)
    .values(progress=bindparam("progress"), updated_at=bindparam("updated_at"))
    .returning(tasks.c.id)
)
_RUNNING: Final = (
    select(
        *(tasks.c.id, tasks.c.attempt, tasks.c.owner, tasks.c.failures),
        *(tasks.c.caller, tasks.c.kind, tasks.c.request_id, tasks.c.callback_url),
    )
    .where(_IDS, _RUNS)
    .with_for_update()
)
_OVERDUE: Final = (
    select(tasks)
    .where(tasks.c.due_at <= bindparam("now"), tasks.c.due_at.is_not(None), tasks.c.status == bindparam("of_status"))
    .order_by(tasks.c.due_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_ONE: Final = select(tasks).where(tasks.c.id == bindparam("id")).with_for_update()
_TO_WIPE: Final = (
    select(tasks.c.id)
    .where(tasks.c.finished_at < bindparam("before"), tasks.c.finished_at.is_not(None), text("payload <> '{}'"))
    .order_by(tasks.c.finished_at)
    .limit(bindparam("most"))
)
_WIPE: Final = (
    update(tasks)
    .where(tasks.c.id.in_(_TO_WIPE))
    .values(payload="{}", result=None, callback_url=None, updated_at=bindparam("now"))
    .returning(tasks.c.id)
)
# By id, which tells when a task was made, since the rows that are left over at the low end of it are few.
_TO_DELETE: Final = (
    select(tasks.c.id)
    .where(tasks.c.id < bindparam("below"), tasks.c.finished_at < bindparam("before"))
    .limit(bindparam("most"))
)
_DELETE: Final = delete(tasks).where(tasks.c.id.in_(_TO_DELETE)).returning(tasks.c.id)
# A row is changed only if it is still as it was seen. `of_…` sets these names apart from columns that are set.
_STILL: Final = (
    tasks.c.id == bindparam("of_id"),
    tasks.c.attempt == bindparam("of_attempt"),
    tasks.c.status == bindparam("of_status"),
)


def write_new(connection: Connection, calls: Sequence[Sequence[dict[str, Any]]]) -> Sequence[None]:
    """Write down several callers' accepted tasks, as `task_values` gives them, for `GroupCommit.write_each`."""
    rows = [row for rows_of_call in calls for row in rows_of_call]
    if may_be_written(connection):
        written = {tuple(row) for row in connection.execute(_WRITTEN, {"ids": [row["id"] for row in rows]})}
        rows = [row for row in rows if (row["id"], row["caller"], row["created_at"]) not in written]
    _write_tasks(connection, rows)
    return [None] * len(calls)


def task_values(task: Task) -> dict[str, Any]:
    """
    Return the task's columns.

    Raises:
        TypeError: its payload is no JSON.
    """
    values = {name: getattr(task, name) for name in tasks.c.keys()}  # noqa: SIM118 - the columns' names
    return values | {"status": task.status.value, "payload": to_json(task.payload), "result": None}


class Wish(NamedTuple):
    """One caller's call of `Ledger.claim`."""

    task_ids: Sequence[str]
    owner: str
    lease_ms: int


def claim_each(connection: Connection, wishes: Sequence[Wish], *, now: int) -> list[list[Task]]:
    """Do as `Ledger.claim` for several callers: one UPDATE for those of the same owner and lease."""
    together: dict[tuple[str, int], dict[str, None]] = {}
    for wish in wishes:
        together.setdefault((wish.owner, wish.lease_ms), {}).update(dict.fromkeys(wish.task_ids))
    taken: dict[tuple[str, int], dict[str, Task]] = {}
    for (owner, lease_ms), task_ids in together.items():
        parameters = {"ids": list(task_ids), "now": now, **moves.claimed(owner=owner, now=now, lease_ms=lease_ms)}
        rows = connection.execute(_CLAIM, parameters).mappings()
        taken[owner, lease_ms] = {row["id"]: task_from(row) for row in rows}
    events = [
        _event(task_id, now, (Status.PENDING, Status.PROCESSING), by=owner)
        for (owner, _), tasks_of_owner in taken.items()
        for task_id in tasks_of_owner
    ]
    _write_events(connection, events)
    # Each task is handed out once, also where two callers of one owner wished for it.
    return [
        [task for id_ in wish.task_ids if (task := taken[wish.owner, wish.lease_ms].pop(id_, None))] for wish in wishes
    ]


def beat(connection: Connection, claims: Collection[Claim], *, now: int, lease_ms: int) -> set[Claim]:
    """Do as `Ledger.beat`."""
    pairs = [(claim.task_id, claim.attempt) for claim in claims]
    parameters = {"ids": [task_id for task_id, _ in pairs], "claims": pairs, "due_at": now + lease_ms}
    return {Claim(task_id=row.id, attempt=row.attempt) for row in connection.execute(_BEAT, parameters)}


def progress(connection: Connection, claim: Claim, value: float, *, now: int) -> bool:
    """Do as `Ledger.progress`."""
    parameters = {"of_id": claim.task_id, "of_attempt": claim.attempt, "progress": value, "updated_at": now}
    return connection.execute(_PROGRESS, parameters).first() is not None


def end_each(
    connection: Connection, calls: Sequence[Sequence[Ending]], *, now: int, launch_grace_ms: int
) -> list[set[Claim]]:
    """Do as `Ledger.end` for several callers. Of several endings of one claim the first counts."""
    waiting: dict[Claim, tuple[int, Ending]] = {}
    for caller, endings in enumerate(calls):
        for ending in endings:
            waiting.setdefault(ending.claim, (caller, ending))
    held: list[set[Claim]] = [set() for _ in calls]
    changes, events, ended = [], [], []
    for row in connection.execute(_RUNNING, {"ids": [claim.task_id for claim in waiting]}):
        claim = Claim(task_id=row.id, attempt=row.attempt)
        if claim not in waiting:
            continue
        caller, ending = waiting[claim]
        held[caller].add(claim)
        change = moves.ended(ending, failures=row.failures, now=now, launch_grace_ms=launch_grace_ms)
        change["result"] = None if change["result"] is None else to_json(change["result"])
        changes.append(_at(claim, Status.PROCESSING) | change)
        moved = (Status.PROCESSING, ending.status)
        events.append(_event(claim.task_id, now, moved, by=row.owner, remark=moves.end_remark(ending)))
        ended.append((cast("moves.Told", row), ending.status))
    _change_each(connection, changes)
    _write_events(connection, events)
    _write_deliveries(connection, ended, now=now)
    return held


def cancel(connection: Connection, task_id: str, *, by: str, caller: str | None, now: int) -> Task:
    """Do as `Ledger.cancel`."""
    task = _locked(connection, task_id, caller)
    if task.status is Status.CANCELED:
        return task
    if Status.CANCELED not in MOVES[task.status]:
        raise TaskAlreadyFinished
    return _move(connection, task, moves.canceled(now=now), by=by, now=now)


def retry(connection: Connection, task_id: str, *, by: str, now: int, launch_grace_ms: int) -> Task:
    """Do as `Ledger.retry`."""
    task = _locked(connection, task_id, None)
    if task.status in LIVE or Status.PENDING not in MOVES[task.status] or not task.payload:
        raise TaskNotRetryable
    changes = moves.retried(now=now, launch_grace_ms=launch_grace_ms)
    return _move(connection, task, changes, by=by, now=now, remark=moves.STARTED_AGAIN)


def sweep(connection: Connection, *, max_attempts: int, limit: int, now: int) -> list[Relaunch]:
    """Do as `Ledger.sweep`: what another sweep is just putting right is left to it."""
    seen: list[Task] = []
    for status in (Status.PROCESSING, Status.PENDING):  # a backlog must not keep lost workers' tasks waiting
        wanted = {"now": now, "most": limit - len(seen), "of_status": status.value}
        seen += [task_from(row) for row in connection.execute(_OVERDUE, wanted).mappings()]
    repairs = [moves.repaired(task, now=now, max_attempts=max_attempts) for task in seen]
    pairs = list(zip(seen, repairs, strict=True))
    _change_each(connection, [_at(task.claim, task.status) | repair.changes for task, repair in pairs])
    _write_events(
        connection,
        (
            _event(task.id, now, (task.status, repair.changes["status"]), by=moves.MONITOR, remark=repair.remark)
            for task, repair in pairs
        ),
    )
    _write_deliveries(connection, [(task, repair.changes["status"]) for task, repair in pairs], now=now)
    return [Relaunch(task=moves.applied(task, repair.changes), reason=repair.reason) for task, repair in pairs]


def wipe(connection: Connection, *, contents_before: int, tasks_before: int, limit: int, now: int) -> int:
    """Do as `Ledger.wipe`; a task's events go with its row."""
    old = {"below": first_id(tasks_before), "before": tasks_before, "most": limit}
    deleted = connection.execute(_DELETE, old).all()
    wiped = connection.execute(_WIPE, {"before": contents_before, "most": limit, "now": now}).all()
    return len(deleted) + len(wiped)


def _at(claim: Claim, status: Status) -> dict[str, Any]:
    return {"of_id": claim.task_id, "of_attempt": claim.attempt, "of_status": status.value}


def _change_each(connection: Connection, changes: list[dict[str, Any]]) -> None:
    """Write different values into each of several rows, all with the same columns, which were seen and locked."""
    if changes:
        columns = tuple(name for name in changes[0] if not name.startswith("of_"))
        connection.execute(_change(columns), changes)


@cache
def _change(columns: tuple[str, ...]) -> Update:
    return update(tasks).where(*_STILL).values({name: bindparam(name) for name in columns})


def _locked(connection: Connection, task_id: str, caller: str | None) -> Task:
    row = connection.execute(_ONE, {"id": task_id}).mappings().first()
    if row is None or (caller is not None and row["caller"] != caller):
        raise TaskNotFound
    return task_from(row)


def _move(
    connection: Connection, task: Task, changes: moves.Changes, *, by: str, now: int, remark: str | None = None
) -> Task:
    _change_each(connection, [_at(task.claim, task.status) | changes])
    _write_events(connection, [_event(task.id, now, (task.status, changes["status"]), by=by, remark=remark)])
    _write_deliveries(connection, [(task, changes["status"])], now=now)
    return moves.applied(task, changes)


def _write_deliveries(connection: Connection, ended: Iterable[tuple[moves.Told, Status]], *, now: int) -> None:
    _write_tasks(connection, [task_values(task) for task in moves.deliveries(ended, now=now)])


def _write_tasks(connection: Connection, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(_NEW_TASK, rows)
        born = (_event(row["id"], row["created_at"], (None, Status.PENDING), by=row["caller"]) for row in rows)
        _write_events(connection, born)


def _event(
    task_id: str, at: int, moved: tuple[Status | None, Status], *, by: str, remark: str | None = None
) -> dict[str, Any]:
    return {
        "task_id": task_id,
        "at": at,
        "from_status": moved[0],
        "to_status": moved[1],
        "made_by": by,
        "remark": remark,
    }


def _write_events(connection: Connection, events: Iterable[dict[str, Any]]) -> None:
    if rows := list(events):
        connection.execute(_NEW_EVENT, rows)
