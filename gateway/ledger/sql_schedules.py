"""When tasks on a schedule are due, in SQL. Each takes the connection of a transaction that may write."""

from collections.abc import Mapping

from sqlalchemy import Connection, delete, insert, select, update

from gateway.ledger.schema import schedules
from gateway.ledger.sql_moves import task_values, write_tasks
from gateway.ledger.task import Task


def plan(connection: Connection, due: Mapping[str, int], *, seen: Mapping[str, int]) -> None:
    """Do as `Ledger.plan`."""
    known = set(connection.execute(select(schedules.c.name)).scalars())
    for name in due.keys() - known:
        connection.execute(insert(schedules).values(name=name, due_at=due[name]))
    for name, seen_at in seen.items():
        as_seen = (schedules.c.name == name, schedules.c.due_at == seen_at)
        if name not in due:
            connection.execute(delete(schedules).where(*as_seen))
        elif due[name] != seen_at:
            connection.execute(update(schedules).where(*as_seen).values(due_at=due[name]))


def run_due(connection: Connection, name: str, *, due_at: int, next_at: int, task: Task) -> bool:
    """Do as `Ledger.run_due`."""
    moved = (
        update(schedules)
        .where(schedules.c.name == name, schedules.c.due_at == due_at)
        .values(due_at=next_at)
        .returning(schedules.c.name)
    )
    if connection.execute(moved).first() is None:
        return False
    write_tasks(connection, [task_values(task)])
    return True
