"""How moves are written in SQL: rows that were seen and locked, and the event of each change of state."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Connection,
    Table,
    Text,
    bindparam,
    case,
    cast,
    func,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.exc import StatementError

from gateway.errors import TaskNotFound
from gateway.ledger import moves
from gateway.ledger.prepared import Prepared
from gateway.ledger.rows import task_from, to_json
from gateway.ledger.schema import task_events, tasks
from gateway.ledger.task import LIVE, Claim, Status, Task
from gateway.ledger.trouble import REFUSED

_COLUMNS: Final = tuple(map(str, tasks.c.keys()))
_MOST_VALUES: Final = 512  #: in one statement of SQLite, which takes 32,766
# PostgreSQL writes tasks and their first events by one statement, whose text is the same however many there are: one
# round trip, planned once. They come as JSON, which takes a tenth of the time of an array for each column.
_ROWS: Final = func.json_populate_recordset(text("NULL::tasks"), cast(bindparam("rows", type_=Text), JSON))
_BORN: Final = (
    insert(tasks)
    .from_select(list(tasks.c.keys()), select(*_ROWS.table_valued(*tasks.c.keys()).c))
    .returning(tasks.c.id, tasks.c.created_at, tasks.c.caller)
    .cte("born")
)
_NEW_AT_ONCE: Final = insert(task_events).from_select(
    ["task_id", "at", "made_by", "to_status"], select(*_BORN.c, literal(Status.PENDING.value, Text))
)
_ONE: Final = select(tasks).where(tasks.c.id == bindparam("id")).with_for_update()
# A row is changed only if it is still as it was seen. `of_…` sets these names apart from columns that are set.
_STILL: Final = (
    tasks.c.id == bindparam("of_id"),
    tasks.c.attempt == bindparam("of_attempt"),
    tasks.c.status == bindparam("of_status"),
)
_NOW: Final = bindparam("now", type_=BigInteger)
_HALF: Final = (_NOW - func.coalesce(tasks.c.updated_at, tasks.c.created_at)) // 2
#: `moves.look_put_off` in SQL.
LOOK_PUT_OFF: Final[ColumnElement[int]] = _NOW + case(
    (_HALF < moves.BACK_OFF_MS, literal(moves.BACK_OFF_MS)),
    (_HALF > moves.LONGEST_LOOK_MS, literal(moves.LONGEST_LOOK_MS)),
    else_=_HALF,
)


def as_seen(claim: Claim, status: Status) -> dict[str, Any]:
    """Return the parameters that name a row, and what it was when it was seen."""
    return {"of_id": claim.task_id, "of_attempt": claim.attempt, "of_status": status.value}


def change_each(connection: Connection, changes: list[dict[str, Any]]) -> None:
    """Write different values into each of several rows, all with the same columns, which were seen and locked."""
    if changes:
        _change(tuple(name for name in changes[0] if not name.startswith("of_"))).execute_each(connection, changes)


@cache
def _change(columns: tuple[str, ...]) -> Prepared:
    return Prepared(update(tasks).where(*_STILL).values({name: bindparam(name) for name in columns}))


def locked(connection: Connection, task_id: str, caller: str | None) -> Task:
    """
    Return a task that nobody else changes before the transaction ends; with *caller*, only if it is that caller's.

    Raises:
        TaskNotFound: also where it belongs to somebody else.
    """
    row = connection.execute(_ONE, {"id": task_id}).mappings().first()
    if row is None or (caller is not None and row["caller"] != caller):
        raise TaskNotFound
    return task_from(row)


def move(
    connection: Connection, task: Task, changes: moves.Changes, *, by: str, now: int, remark: str | None = None
) -> Task:
    """Change a locked task, write the event, and return the task as it is then."""
    change_each(connection, [as_seen(task.claim, task.status) | changes])
    write_events(connection, [event_row(task.id, now, (task.status, changes["status"]), by=by, remark=remark)])
    if task.status in LIVE:
        write_deliveries(connection, [(task, changes["status"])], now=now)
    return moves.applied(task, changes)


def task_values(task: Task) -> dict[str, Any]:
    """
    Return the task's columns.

    Raises:
        TypeError: its payload is no JSON.
    """
    values = {name: getattr(task, name) for name in _COLUMNS}
    return values | {"status": task.status.value, "payload": to_json(task.payload), "result": None}


def write_tasks(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """
    Write new tasks, as `task_values` gives them, and the event that each begins with.

    Raises:
        StatementError: PostgreSQL does not take a text with a NUL, and would quote the rows in its log.
    """
    if rows and connection.dialect.name == "postgresql":
        if any("\0" in value for row in rows for value in row.values() if isinstance(value, str)):
            raise StatementError(REFUSED, None, None, None)
        connection.execute(_NEW_AT_ONCE, {"rows": to_json(rows)})
    elif rows:
        _insert(connection, tasks, rows)
        born = (event_row(row["id"], row["created_at"], (None, Status.PENDING), by=row["caller"]) for row in rows)
        write_events(connection, born)


def _insert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """
    Write rows that have the same columns.

    SQLite gets many by one statement: its driver lets go of the interpreter's lock for each row otherwise, and has to
    wait for it, while other processes wait for the transaction.
    """
    if connection.dialect.name != "sqlite":
        connection.execute(insert(table), rows)
        return
    columns = tuple(rows[0])
    step = _MOST_VALUES // len(columns)
    for at in range(0, len(rows), step):
        some = rows[at : at + step]
        values = tuple(value for row in some for value in row.values())
        connection.exec_driver_sql(_insertion(table.name, columns, len(some)), values)


@cache
def _insertion(table: str, columns: Sequence[str], rows: int) -> str:
    row = f"({', '.join('?' * len(columns))})"
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([row] * rows)}"  # noqa: S608 - the schema's names


def write_deliveries(connection: Connection, moved: Iterable[tuple[moves.Told, Status]], *, now: int) -> None:
    """Write the tasks that tell the callbacks of live tasks that have *moved*, those of them that have ended."""
    write_tasks(connection, [task_values(task) for task in moves.deliveries(moved, now=now)])


def event_row(
    task_id: str, at: int, moved: tuple[Status | None, Status], *, by: str, remark: str | None = None
) -> dict[str, Any]:
    """Return the columns of one event."""
    return {
        "task_id": task_id,
        "at": at,
        "from_status": moved[0],
        "to_status": moved[1],
        "made_by": by,
        "remark": remark,
    }


def write_events(connection: Connection, events: Iterable[dict[str, Any]]) -> None:
    """Write the events, in their order."""
    if rows := list(events):
        _insert(connection, task_events, rows)
