"""What is emptied, deleted and forgotten, in SQL. Each takes the connection of a transaction that may write."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, Connection, Select, bindparam, delete, func, select, text, update

from gateway.errors import TaskNotFinished
from gateway.kinds import WEBHOOK
from gateway.ledger import moves, sql_idempotency
from gateway.ledger.ledger import Chosen
from gateway.ledger.rows import from_json
from gateway.ledger.schema import alerts, task_events, tasks
from gateway.ledger.sql_moves import locked, move
from gateway.ledger.task import LIVE, Task
from gateway.message.ids import first_id

_EMPTY: Final = {"payload": "{}", "result": None, "callback_url": None}
# PostgreSQL looks again at conditions outside a subselect where it has waited for another transaction, at others not.
_LONG_OVER: Final = tasks.c.finished_at < bindparam("before")
_TO_WIPE: Final = (
    select(tasks.c.id)
    .where(tasks.c.finished_at < bindparam("before"), tasks.c.finished_at.is_not(None), text("payload <> '{}'"))
    .order_by(tasks.c.finished_at)
    .limit(bindparam("most"))
)
_WIPE: Final = (
    update(tasks)
    .where(tasks.c.id.in_(_TO_WIPE), _LONG_OVER)
    .values(**_EMPTY, updated_at=bindparam("now"))
    .returning(tasks.c.id)
)
# By id, which tells when a task was made, since the rows that are left over at the low end of it are few.
_TO_DELETE: Final = (
    select(tasks.c.id)
    .where(tasks.c.id < bindparam("below"), tasks.c.finished_at < bindparam("before"))
    .limit(bindparam("most"))
)
_ENDS: Final = select(task_events.c.at).where(
    task_events.c.task_id == bindparam("of_id"),
    task_events.c.from_status.in_(LIVE),
    task_events.c.to_status.not_in(LIVE),
)
_DELIVERIES: Final = select(tasks.c.id, tasks.c.payload).where(
    tasks.c.kind == WEBHOOK,
    tasks.c.id >= bindparam("first"),
    tasks.c.id < bindparam("below"),
    tasks.c.finished_at.is_not(None),
    text("payload <> '{}'"),
)
_EMPTY_THESE: Final = (
    update(tasks)
    .where(tasks.c.id.in_(bindparam("ids", expanding=True)), tasks.c.finished_at.is_not(None))
    .values(**_EMPTY, updated_at=bindparam("now"))
)
_DELETE: Final = delete(tasks).where(tasks.c.id.in_(_TO_DELETE), _LONG_OVER).returning(tasks.c.id)

_DELETE_ALERTS: Final = delete(alerts).where(alerts.c.id.in_(bindparam("ids", expanding=True)))


def wipe(connection: Connection, *, contents_before: int, tasks_before: int, limit: int, now: int) -> int:
    """Do as `Ledger.wipe`; a task's events go with its row."""
    old = {"below": first_id(tasks_before), "before": tasks_before, "most": limit}
    deleted = connection.execute(_DELETE, old).all()
    wiped = connection.execute(_WIPE, {"before": contents_before, "most": limit, "now": now}).all()
    return len(deleted) + len(wiped)


def erase(connection: Connection, task_id: str, *, by: str, caller: str | None, now: int) -> Task:
    """Do as `Ledger.erase`."""
    task = locked(connection, task_id, caller)
    if task.status in LIVE:
        raise TaskNotFinished
    _empty_deliveries(connection, task_id, now=now)  # also what has ended since the task was emptied
    if not task.payload:
        return task
    connection.execute(update(task_events).where(task_events.c.task_id == task_id).values(remark=None))
    sql_idempotency.forget_answers(connection, [task_id])
    changes = moves.erased(task, now=now)
    move(connection, task, changes | {"payload": "{}"}, by=by, now=now, remark=moves.ERASED)
    return moves.applied(task, changes)


def count(chosen: Chosen) -> Select[int]:
    """Return the statement that counts the ended tasks that *chosen* names."""
    return select(func.count().label("tasks")).select_from(tasks).where(*_chosen(chosen))


def count_alerts(chosen: Chosen) -> Select[int]:
    """Return the statement that counts the alerts that *chosen* names."""
    return select(func.count().label("alerts")).select_from(alerts).where(*_chosen_alerts(chosen))


def purge(connection: Connection, chosen: Chosen, *, limit: int, now: int) -> int:
    """Do as `Ledger.purge`; a task's events go with its row."""
    some = select(tasks.c.id).where(*_chosen(chosen)).limit(limit).with_for_update()
    ids = [row.id for row in connection.execute(some)]
    for task_id in ids:
        _empty_deliveries(connection, task_id, now=now)
    sql_idempotency.forget_answers(connection, ids)
    connection.execute(delete(tasks).where(tasks.c.id.in_(ids)))
    return len(ids)


def chosen_alerts(chosen: Chosen, *, limit: int) -> Select[tuple[object, ...]]:
    """Return the statement that reads alerts that *chosen* names."""
    return select(alerts).where(*_chosen_alerts(chosen)).limit(limit)


def delete_alerts(connection: Connection, alert_ids: Sequence[str]) -> None:
    """Delete alerts; those that are gone already do not matter."""
    connection.execute(_DELETE_ALERTS, {"ids": list(alert_ids)})


def _empty_deliveries(connection: Connection, task_id: str, *, now: int) -> None:
    """Empty what told the task's callback and has ended; what has not ended goes on, and needs the address for that."""
    ids = []
    for (at,) in connection.execute(_ENDS, {"of_id": task_id}).all():
        told = connection.execute(_DELIVERIES, {"first": first_id(at), "below": first_id(at + 1)}).all()
        ids += [row.id for row in told if from_json(row.payload)["args"]["task_id"] == task_id]
    if ids:
        connection.execute(_EMPTY_THESE, {"ids": ids, "now": now})


def _chosen(chosen: Chosen) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [tasks.c.finished_at.is_not(None)]
    if chosen.ids:
        conditions.append(tasks.c.id.in_(chosen.ids))
    if chosen.caller is not None:
        conditions.append(tasks.c.caller == chosen.caller)
    if chosen.before is not None:
        conditions += [tasks.c.id < first_id(chosen.before), tasks.c.finished_at < chosen.before]
    return conditions


def _chosen_alerts(chosen: Chosen) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if chosen.ids:
        conditions.append(alerts.c.id.in_(chosen.ids))
    if chosen.caller is not None:
        conditions.append(alerts.c.caller == chosen.caller)
    if chosen.before is not None:
        conditions += [alerts.c.id < first_id(chosen.before), alerts.c.last_at < chosen.before]
    return conditions
