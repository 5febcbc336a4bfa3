"""The moves of tasks in SQL. Each takes the connection of a transaction that may write, and the time."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import (
    Connection,
    Select,
    Text,
    bindparam,
    func,
    insert,
    literal,
    or_,
    select,
    tuple_,
    update,
)

from gateway.errors import TaskAlreadyFinished
from gateway.ledger import moves, sql_alerts
from gateway.ledger.group_commit import may_be_written
from gateway.ledger.prepared import IDS, Prepared
from gateway.ledger.rows import task_from, to_json
from gateway.ledger.schema import WAITS, task_events, tasks
from gateway.ledger.sql_moves import (
    LOOK_PUT_OFF,
    as_seen,
    change_each,
    event_row,
    locked,
    move,
    write_deliveries,
    write_events,
    write_tasks,
)
from gateway.ledger.task import MOVES, Claim, Ending, Status, Task

# Statements are built once: building one costs more than SQLite takes to run it.
_IDS: Final = tasks.c.id.in_(bindparam("ids", expanding=True))
_RUNS: Final = tasks.c.status == Status.PROCESSING.value
_DUE_TO_RUN: Final = (
    tasks.c.status == Status.PENDING.value,
    or_(tasks.c.not_before.is_(None), tasks.c.not_before <= bindparam("now")),
)

_WRITTEN: Final = select(tasks.c.id, tasks.c.caller, tasks.c.created_at).where(_IDS)
_CLAIM_TASKS: Final = (
    update(tasks)
    .where(tasks.c.id.in_(IDS), *_DUE_TO_RUN)
    .values(attempt=tasks.c.attempt + 1)
    .values({name: bindparam(name) for name in moves.claimed(owner="", now=0, lease_ms=0, alone=True)})
    .returning(*tasks.c)
)
# PostgreSQL claims, and writes the events of it, by one statement: one round trip less.
_CLAIMED: Final = _CLAIM_TASKS.cte("claimed")
_BEGUN: Final = (literal(status.value, Text) for status in (Status.PENDING, Status.PROCESSING))
_NOTED: Final = insert(task_events).from_select(
    ["task_id", "at", "from_status", "to_status", "made_by"],
    select(_CLAIMED.c.id, _CLAIMED.c.updated_at, *_BEGUN, _CLAIMED.c.owner),
)
_CLAIM: Final = Prepared(_CLAIM_TASKS, postgresql=select(_CLAIMED).add_cte(_NOTED.cte("noted")))
_BEAT: Final = (
    update(tasks)
    .where(_IDS, _RUNS, tuple_(tasks.c.id, tasks.c.attempt).in_(bindparam("claims", expanding=True)))
    .values(due_at=bindparam("due_at"), started_at=func.coalesce(tasks.c.started_at, bindparam("now")))
    .returning(tasks.c.id, tasks.c.attempt)
)
_LIMITED: Final = select(tasks.c.id, tasks.c.kind).where(
    _IDS, tasks.c.kind.in_(bindparam("kinds", expanding=True)), *_DUE_TO_RUN
)
# Few run, however many there are of a kind: its name is hidden from the index of kinds, which has those of years.
_KIND: Final = tasks.c.kind.concat("")
_PROCESSING_BY_KIND: Final = (
    select(_KIND.label("kind"), func.count().label("number"))
    .where(_RUNS, _KIND.in_(bindparam("kinds", expanding=True)))
    .group_by(_KIND)
)
_ONE_BY_ONE: Final = select(func.pg_advisory_xact_lock(func.hashtext(bindparam("name"))))
_PARK: Final = update(tasks).where(_IDS, *_DUE_TO_RUN[:1]).values(due_at=LOOK_PUT_OFF)
_WAITING: Final = (
    select(tasks)
    .where(tasks.c.kind == bindparam("of_kind"), WAITS, _DUE_TO_RUN[1])  # in words that the index of these has, too
    .order_by(tasks.c.priority.desc(), tasks.c.id)
    .limit(bindparam("most"))
)
_PROGRESS: Final = (
    update(tasks)
    .where(tasks.c.id == bindparam("of_id"), tasks.c.attempt == bindparam("of_attempt"), _RUNS)
    .values(progress=bindparam("progress"), updated_at=bindparam("updated_at"))
    .returning(tasks.c.id)
)
_RUN_NOW: Final = select(tasks).where(_IDS, _RUNS)
_STARTED_AGAIN: Final = select(task_events.c.at).where(
    task_events.c.task_id == bindparam("of_id"),
    task_events.c.made_by == bindparam("by"),
    task_events.c.remark == bindparam("remark"),
    task_events.c.at >= bindparam("asked_at"),
)
_STANDS: Final = select(tasks.c.id, tasks.c.attempt, tasks.c.status).where(_IDS)
_RUNNING: Final = Prepared(
    select(
        *(tasks.c.id, tasks.c.attempt, tasks.c.owner, tasks.c.failures, tasks.c.started_at),
        *(tasks.c.caller, tasks.c.kind, tasks.c.request_id, tasks.c.callback_url),
    )
    .where(tasks.c.id.in_(IDS), _RUNS)
    .with_for_update()
)
_DUE_SOON: Final = (
    select(tasks.c.pool)
    .where(
        tasks.c.due_at <= bindparam("soon"),
        tasks.c.due_at.is_not(None),
        tasks.c.pool == bindparam("of_pool"),
        tasks.c.status.concat("") == Status.PENDING.value,  # hidden from the index of statuses, which lacks the rest
    )
    .limit(bindparam("most"))
    .subquery()
)
BACKLOG: Final = select(func.count().label("waiting")).select_from(_DUE_SOON)


def write_new(connection: Connection, calls: Sequence[Sequence[dict[str, Any]]]) -> Sequence[None]:
    """Write down several callers' accepted tasks, as `task_values` gives them, for `GroupCommit.write_each`."""
    rows = [row for rows_of_call in calls for row in rows_of_call]
    if may_be_written(connection):
        written = {tuple(row) for row in connection.execute(_WRITTEN, {"ids": [row["id"] for row in rows]})}
        rows = [row for row in rows if (row["id"], row["caller"], row["created_at"]) not in written]
    write_tasks(connection, rows)
    return [None] * len(calls)


class Wish(NamedTuple):
    """One caller's call of `Ledger.claim`."""

    task_ids: Sequence[str]
    owner: str
    lease_ms: int
    at_once: Mapping[str, int]
    asked_at: int  #: ms since the epoch

    @property
    def group(self) -> tuple[str, int, bool]:
        """What wishes have to share to be granted by one statement."""
        return self.owner, self.lease_ms, len(self.task_ids) == 1


def claim_each(connection: Connection, wishes: Sequence[Wish], *, now: int) -> list[list[Task]]:
    """Do as `Ledger.claim` for several callers: one UPDATE for those of the same owner and lease."""
    together: dict[tuple[str, int, bool], dict[str, None]] = {}
    at_once: dict[str, int] = {}
    for wish in wishes:
        together.setdefault(wish.group, {}).update(dict.fromkeys(wish.task_ids))
        at_once |= wish.at_once
    taken: dict[tuple[str, int, bool], dict[str, Task]] = {}
    for (owner, lease_ms, alone), wished in together.items():
        task_ids = _fitting(connection, list(wished), at_once, now=now) if at_once else list(wished)
        changes = moves.claimed(owner=owner, now=now, lease_ms=lease_ms, alone=alone)
        wanted = {"ids": task_ids, "now": now, **changes}
        taken[owner, lease_ms, alone] = _claimed(connection, wanted) if task_ids else {}
    known = _granted_before(connection, wishes) if may_be_written(connection) else {}
    for wish in wishes:
        taken[wish.group] |= {id_: known.pop(id_) for id_ in wish.task_ids if id_ in known}
    # Each task is handed out once, also where two callers of one owner wished for it.
    return [[task for id_ in wish.task_ids if (task := taken[wish.group].pop(id_, None))] for wish in wishes]


def _claimed(connection: Connection, wanted: dict[str, Any]) -> dict[str, Task]:
    """Return the tasks that were claimed, by their ids; the event of each is written, too."""
    rows = _CLAIM.execute(connection, wanted).mappings().all()  # first of all: what is half read cannot be committed
    taken = {row["id"]: task_from(row) for row in rows}
    if connection.dialect.name != "postgresql":
        moved = (Status.PENDING, Status.PROCESSING)
        write_events(connection, (event_row(id_, wanted["now"], moved, by=wanted["owner"]) for id_ in taken))
    return taken


def _granted_before(connection: Connection, wishes: Sequence[Wish]) -> dict[str, Task]:
    """Return what the same wishes were granted in a transaction whose COMMIT broke, after it was written."""
    asked = {id_: wish for wish in wishes for id_ in wish.task_ids}
    rows = connection.execute(_RUN_NOW, {"ids": list(asked)}).mappings()
    tasks_now = [task_from(row) for row in rows]
    return {
        task.id: task
        for task in tasks_now
        if task.owner == asked[task.id].owner and (task.updated_at or 0) >= asked[task.id].asked_at
    }


def _fitting(connection: Connection, task_ids: list[str], at_once: Mapping[str, int], *, now: int) -> list[str]:
    """Return the ids without those of kinds of which enough are processing; these are looked at again later."""
    rows = connection.execute(_LIMITED, {"ids": task_ids, "kinds": list(at_once), "now": now})
    kind_of: dict[str, str] = {row.id: row.kind for row in rows}
    if not kind_of:
        return task_ids
    kinds = sorted(set(kind_of.values()))
    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        for kind in kinds:
            connection.execute(_ONE_BY_ONE, {"name": f"at_once {kind}"})
    free = dict(at_once)
    for row in connection.execute(_PROCESSING_BY_KIND, {"kinds": kinds}):
        free[row.kind] -= row.number
    parked: list[str] = []
    for task_id in task_ids:
        if of_kind := kind_of.get(task_id):
            free[of_kind] -= 1
            if free[of_kind] < 0:
                parked.append(task_id)
    if parked:
        connection.execute(_PARK, {"ids": parked, "now": now})
    return [task_id for task_id in task_ids if task_id not in parked]


def beat(connection: Connection, claims: Collection[Claim], *, now: int, lease_ms: int) -> set[Claim]:
    """Do as `Ledger.beat`."""
    pairs = [(claim.task_id, claim.attempt) for claim in claims]
    parameters = {"ids": [task_id for task_id, _ in pairs], "claims": pairs, "due_at": now + lease_ms, "now": now}
    return {Claim(task_id=row.id, attempt=row.attempt) for row in connection.execute(_BEAT, parameters)}


def waiting(kind: str, *, limit: int, now: int) -> tuple[Select[Any], dict[str, Any]]:
    """Return the statement of `Ledger.waiting`, and its parameters."""
    return _WAITING, {"of_kind": kind, "most": limit, "now": now}


def processing(kinds: Collection[str]) -> tuple[Select[str, int], dict[str, Any]]:
    """Return the statement of `Ledger.processing`, and its parameters."""
    return _PROCESSING_BY_KIND, {"kinds": list(kinds)}


def progress(connection: Connection, claim: Claim, value: float, *, now: int) -> bool:
    """Do as `Ledger.progress`."""
    parameters = {"of_id": claim.task_id, "of_attempt": claim.attempt, "progress": value, "updated_at": now}
    return connection.execute(_PROGRESS, parameters).first() is not None


def end_each(
    connection: Connection, calls: Sequence[Sequence[Ending]], *, now: int, launch_grace_ms: int, fold_ms: int
) -> list[set[Claim]]:
    """Do as `Ledger.end` for several callers. Of several endings of one claim the first counts."""
    waiting: dict[Claim, tuple[int, Ending]] = {}
    for caller, endings in enumerate(calls):
        for ending in endings:
            waiting.setdefault(ending.claim, (caller, ending))
    held: list[set[Claim]] = [set() for _ in calls]
    if may_be_written(connection):  # what is written already is told as written
        for over in connection.execute(_STANDS, {"ids": [claim.task_id for claim in waiting]}):
            claim = Claim(task_id=over.id, attempt=over.attempt)
            if claim in waiting and waiting[claim][1].status == over.status:
                held[waiting[claim][0]].add(claim)
    changes, events, ended, alerts = [], [], [], []
    for row in _RUNNING.execute(connection, {"ids": [claim.task_id for claim in waiting]}).all():
        claim = Claim(task_id=row.id, attempt=row.attempt)
        if claim not in waiting:
            continue
        caller, ending = waiting[claim]
        held[caller].add(claim)
        change = moves.ended(
            ending,
            failures=row.failures,
            started_at=row.started_at,
            now=now,
            launch_grace_ms=launch_grace_ms,
        )
        told = cast("moves.Told", row)
        change["callback_url"] = moves.callback_after(told, ending.status)
        change["result"] = None if change["result"] is None else to_json(change["result"])
        changes.append(as_seen(claim, Status.PROCESSING) | change)
        moved = (Status.PROCESSING, ending.status)
        events.append(event_row(claim.task_id, now, moved, by=row.owner, remark=moves.end_remark(ending)))
        ended.append((told, ending.status))
        alerts += [ending.alert] if ending.alert else []
    change_each(connection, changes)
    write_events(connection, events)
    write_deliveries(connection, ended, now=now)
    sql_alerts.raise_each(connection, alerts, now=now, fold_ms=fold_ms)
    return held


def cancel(connection: Connection, task_id: str, *, by: str, caller: str | None, now: int) -> Task:
    """Do as `Ledger.cancel`."""
    task = locked(connection, task_id, caller)
    if task.status is Status.CANCELED:
        return task
    if Status.CANCELED not in MOVES[task.status]:
        raise TaskAlreadyFinished
    return move(connection, task, moves.canceled(now=now), by=by, now=now)


def retry(connection: Connection, task_id: str, *, by: str, asked_at: int, now: int, launch_grace_ms: int) -> Task:
    """Do as `Ledger.retry`, which was called at *asked_at*."""
    task = locked(connection, task_id, None)
    if may_be_written(connection):  # a COMMIT broke: what it wrote is told as written
        written = {"of_id": task_id, "by": by, "remark": moves.STARTED_AGAIN, "asked_at": asked_at}
        if connection.execute(_STARTED_AGAIN, written).first() is not None:
            return task
    moves.check_retryable(task)
    changes = moves.retried(now=now, launch_grace_ms=launch_grace_ms)
    return move(connection, task, changes, by=by, now=now, remark=moves.STARTED_AGAIN)
