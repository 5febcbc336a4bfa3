"""What the monitor puts right, in SQL. Each takes the connection of a transaction that may write, and the time."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    exists,
    literal,
    or_,
    select,
    update,
)

from gateway.ledger import moves, sql_alerts
from gateway.ledger.rows import task_from
from gateway.ledger.schema import task_events, tasks
from gateway.ledger.sql_moves import LOOK_PUT_OFF, as_seen, change_each, event_row, write_deliveries, write_events
from gateway.ledger.task import GAVE_UP, Relaunch, Silence, Status, Task

_IDS_AT_ONCE: Final = 1_000  #: in one statement
_IDS: Final = tasks.c.id.in_(bindparam("ids", expanding=True))
_LIVE: Final = tasks.c.due_at.is_not(None)  # said outright, so that the index of what is live serves
_DUE: Final = and_(_LIVE, tasks.c.due_at <= bindparam("now"))
_RUNS: Final = tasks.c.status == Status.PROCESSING.value
_PENDING: Final = tasks.c.status == Status.PENDING.value
# As a range, or SQLite reads all that waits, by the index of statuses, and sorts it for the few that are due. What runs
# is as little as there are workers: that index is the shortest way to it.
_WAITS: Final = tasks.c.status.between(Status.PENDING.value, Status.PENDING.value)

_SEEN: Final = select(tasks).order_by(tasks.c.due_at).limit(bindparam("most")).with_for_update(skip_locked=True)
_LOST: Final = _SEEN.where(_DUE, _RUNS)
_WAITING: Final = _SEEN.where(_DUE, _WAITS)
_THESE: Final = _WAITING.where(_IDS)

#: Read outside of any transaction: which tasks the broker has to be asked about.
OVERDUE: Final = (
    select(tasks.c.id, tasks.c.pool, tasks.c.kind).where(_DUE, _WAITS).order_by(tasks.c.due_at).limit(bindparam("most"))
)
#: What was published when it was accepted has had a grace since its own time. The oldest have a limit for the index.
COME_DUE: Final = OVERDUE.where(
    tasks.c.due_at > bindparam("since"), tasks.c.due_at < tasks.c.not_before + bindparam("grace", type_=BigInteger)
)

_LOOK_AGAIN: Final = update(tasks).where(_IDS, _DUE, _PENDING).values(due_at=LOOK_PUT_OFF)
_LOOK_SOON: Final = update(tasks).where(_IDS, _LIVE, _PENDING).values(due_at=bindparam("now"))
_FAR: Final = update(tasks).where(_LIVE, tasks.c.due_at > bindparam("at")).values(due_at=bindparam("at"))
_FAR_LEASES: Final = _FAR.where(_RUNS)
_FAR_LOOKS: Final = _FAR.where(_PENDING, or_(tasks.c.not_before.is_(None), tasks.c.not_before <= bindparam("now")))


def sweep(
    connection: Connection,
    *,
    allowed: moves.Allowed,
    pending: Collection[str] | None,
    limit: int,
    now: int,
    fold_ms: int,
) -> list[Relaunch]:
    """Do as `Ledger.sweep`: what another sweep is just putting right is left to it."""
    seen = _tasks(connection, _LOST, {"now": now, "most": limit})  # a backlog must not keep these waiting
    left = {"now": now, "most": limit - len(seen)}
    if pending is None:
        seen += _tasks(connection, _WAITING, left)
    else:
        for ids in portions(list(pending)[: left["most"]]):
            seen += _tasks(connection, _THESE, left | {"ids": ids})
    repairs = [moves.repaired(task, now=now, allowed=allowed) for task in seen]
    pairs = list(zip(seen, repairs, strict=True))
    change_each(connection, [as_seen(task.claim, task.status) | repair.changes for task, repair in pairs])
    write_events(
        connection,
        (
            event_row(task.id, now, (task.status, repair.changes["status"]), by=moves.MONITOR, remark=repair.remark)
            for task, repair in pairs
        ),
    )
    write_deliveries(connection, [(task, repair.changes["status"]) for task, repair in pairs], now=now)
    after = [(moves.applied(task, repair.changes), repair.reason) for task, repair in pairs]
    # In the same transaction: nothing can come between the failure and the word of it.
    failed = [moves.task_failed(task) for task, reason in after if reason == GAVE_UP]
    alerts = iter(sql_alerts.raise_each(connection, failed, now=now, fold_ms=fold_ms))
    return [Relaunch(task=task, reason=why, alert=next(alerts) if why == GAVE_UP else None) for task, why in after]


def look_again(connection: Connection, task_ids: Sequence[str], *, soon: bool, now: int) -> None:
    """Do as `Ledger.look_again`."""
    connection.execute(_LOOK_SOON if soon else _LOOK_AGAIN, {"ids": list(task_ids), "now": now})


def bring_near(connection: Connection, *, lease_ms: int, now: int) -> int:
    """Do as `Ledger.bring_near`."""
    leases = connection.execute(_FAR_LEASES, {"at": now + lease_ms})
    looks = connection.execute(_FAR_LOOKS, {"at": now + moves.LONGEST_BACK_OFF_MS, "now": now})
    return leases.rowcount + looks.rowcount


def silent(
    connection: Connection, *, wait_ms: int, by_kind: Mapping[str, int], limit: int, now: int, fold_ms: int
) -> list[Silence]:
    """Do as `Ledger.silent`."""
    patience: ColumnElement[int] = literal(wait_ms)
    if by_kind:
        patience = case(dict(by_kind), value=tasks.c.kind, else_=literal(wait_ms))
    since = literal(now) - patience
    became_pending = exists().where(
        task_events.c.task_id == tasks.c.id,
        task_events.c.at > since,
        task_events.c.to_status == Status.PENDING.value,
        task_events.c.from_status != Status.PENDING.value,
    )
    found = connection.execute(
        select(tasks.c.id, tasks.c.kind, tasks.c.pool)
        .where(
            _LIVE,
            _PENDING,
            tasks.c.created_at <= since,
            tasks.c.silent_at.is_(None),
            or_(tasks.c.not_before.is_(None), tasks.c.not_before <= since),
            ~became_pending,
        )
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for ids in portions([row.id for row in found]):
        connection.execute(update(tasks).where(_IDS, _PENDING).values(silent_at=now), {"ids": ids})
    moved = (Status.PENDING, Status.PENDING)
    write_events(
        connection, (event_row(row.id, now, moved, by=moves.MONITOR, remark=moves.WAITS_TOO_LONG) for row in found)
    )
    silences = []
    for (kind, pool), times in sorted(Counter((row.kind, row.pool) for row in found).items()):
        new = moves.waits_too_long(kind, pool, wait_ms=by_kind.get(kind, wait_ms))
        alert = sql_alerts.raise_times(connection, new, times=times, now=now, fold_ms=fold_ms)
        silences.append(Silence(kind=kind, pool=pool, tasks=times, alert=alert))
    return silences


def _tasks(connection: Connection, statement: Select[Any], parameters: Mapping[str, Any]) -> list[Task]:
    return [task_from(row) for row in connection.execute(statement, parameters).mappings().all()]


def portions(task_ids: Sequence[str]) -> Iterator[list[str]]:
    """Cut a list into parts that one statement takes."""
    left = iter(task_ids)
    while ids := list(islice(left, _IDS_AT_ONCE)):
        yield ids
