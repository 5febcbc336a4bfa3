"""Idempotency keys in SQL. Each takes the connection of a transaction that may write, and the time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, delete, exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from gateway.errors import IdempotencyInFlight
from gateway.ledger import sql_tasks
from gateway.ledger.group_commit import may_be_written
from gateway.ledger.idempotency import KEY_KEPT_MS, WIPED, KeyLease, UsedKey
from gateway.ledger.schema import idempotency, tasks

# Statements are built once: building one costs more than SQLite takes to run it.
_MINE: Final = and_(idempotency.c.key_hash == bindparam("of_key"), idempotency.c.until == bindparam("of_until"))
_UNTIL: Final = idempotency.c.until
_LOOK: Final = select(idempotency).where(idempotency.c.key_hash == bindparam("of_key"))
_NOTE: Final = (
    update(idempotency)
    # Its own id may be there already, from a COMMIT that broke.
    .where(_MINE, or_(idempotency.c.task_id.is_(None), idempotency.c.task_id == bindparam("taken_id")))
    .values(task_id=bindparam("taken_id"))
    .returning(idempotency.c.key_hash)
)
_ANSWER: Final = (
    update(idempotency)
    .where(_MINE)
    .values(answer=bindparam("sealed"), until=bindparam("kept_until"))
    .returning(idempotency.c.key_hash)
)
# A lease is worth nothing from here on; a key that was in flight is kept as long as it would have been.
_FORGET: Final = (
    update(idempotency)
    .where(idempotency.c.task_id.in_(bindparam("ids", expanding=True)))
    .values(answer=WIPED, until=case((idempotency.c.answer.is_(None), _UNTIL + KEY_KEPT_MS), else_=_UNTIL))
)
_FREE: Final = delete(idempotency).where(_MINE, ~exists().where(tasks.c.id == idempotency.c.task_id))


def _is_over() -> ColumnElement[bool]:
    """Tell whether a row stands in nobody's way: expired, or its request is gone and took nothing in."""
    unanswered = and_(idempotency.c.answer.is_(None), idempotency.c.task_id.is_not(None))
    return and_(
        idempotency.c.until <= bindparam("now"),
        or_(~unanswered, idempotency.c.until <= bindparam("long_ago")),
    )


_OVER: Final = select(idempotency.c.key_hash).where(_is_over()).order_by(idempotency.c.until).limit(bindparam("most"))
# The condition once more outside: PostgreSQL looks at that again where it has waited for somebody who took the key.
_DROP: Final = (
    delete(idempotency).where(idempotency.c.key_hash.in_(_OVER), _is_over()).returning(idempotency.c.key_hash)
)


class Asking(NamedTuple):
    """One caller's call of `Ledger.take_key`."""

    key_hash: str
    body_hash: str
    until: int  #: ms since the epoch


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepting:
    """One caller's call of `Ledger.accept_all` where tasks are accepted under keys."""

    rows: Sequence[dict[str, Any]] = field(repr=False)  #: of the tasks
    keys: Sequence[tuple[KeyLease, str]]  #: with the id of the task that is accepted under each


def take_each(connection: Connection, asked: Sequence[Asking], *, now: int) -> list[KeyLease | UsedKey]:
    """Do as `Ledger.take_key` for several callers; of two with the same key, the first gets it."""
    told: dict[int, KeyLease | UsedKey] = {}
    for place in sorted(range(len(asked)), key=lambda at: asked[at].key_hash):  # else two transactions could cross
        told[place] = _take(connection, asked[place], now=now)
    return [told[place] for place in range(len(asked))]


def accept_each(connection: Connection, calls: Sequence[Accepting]) -> Sequence[None]:
    """Do as `Ledger.accept_all` for several callers, and write into their keys what was accepted."""
    for call in calls:
        for key, task_id in call.keys:
            note(connection, key, task_id)
    return sql_tasks.write_new(connection, [call.rows for call in calls])


def note(connection: Connection, key: KeyLease, taken_id: str) -> None:
    """Do as `Ledger.note_sent`."""
    if connection.execute(_NOTE, {**_of(key), "taken_id": taken_id}).first() is None:
        raise IdempotencyInFlight


def answer(connection: Connection, key: KeyLease, sealed: str, *, now: int) -> bool:
    """Do as `Ledger.answer_key`."""
    values = {**_of(key), "sealed": sealed, "kept_until": now + KEY_KEPT_MS}
    return connection.execute(_ANSWER, values).first() is not None


def forget_answers(connection: Connection, task_ids: Sequence[str]) -> None:
    """Wipe what was answered for tasks, also what is about to be; that they were accepted under a key stays known."""
    connection.execute(_FORGET, {"ids": list(task_ids)})


def free_each(connection: Connection, keys: Sequence[KeyLease]) -> list[None]:
    """Do as `Ledger.free_key` for several callers."""
    connection.execute(_FREE, [_of(key) for key in keys])
    return [None] * len(keys)


def drop(connection: Connection, *, limit: int, now: int) -> int:
    """Do as `Ledger.drop_keys`."""
    return len(connection.execute(_DROP, {**_times(now), "most": limit}).all())


def _take(connection: Connection, asking: Asking, *, now: int) -> KeyLease | UsedKey:
    values = asking._asdict()
    if connection.execute(_taking(connection.dialect.name), {**values, **_times(now)}).first() is not None:
        return KeyLease(key_hash=asking.key_hash, until=asking.until)
    row = connection.execute(_LOOK, {"of_key": asking.key_hash}).mappings().one()
    if may_be_written(connection) and (row["body_hash"], row["until"]) == (asking.body_hash, asking.until):
        return KeyLease(key_hash=asking.key_hash, until=asking.until)  # by a COMMIT that broke
    return UsedKey(
        body_hash=row["body_hash"], in_flight=row["until"] > now, taken_id=row["task_id"], answer=row["answer"]
    )


@cache
def _taking(dialect: str) -> Any:
    insert_or = postgresql.insert if dialect == "postgresql" else sqlite.insert
    fresh: dict[str, Any] = {
        "body_hash": bindparam("body_hash"),
        "until": bindparam("until"),
        "task_id": None,
        "answer": None,
    }
    return (
        insert_or(idempotency)
        .values(key_hash=bindparam("key_hash"), **fresh)
        .on_conflict_do_update(index_elements=[idempotency.c.key_hash], set_=fresh, where=_is_over())
        .returning(idempotency.c.key_hash)
    )


def _of(key: KeyLease) -> dict[str, Any]:
    return {"of_key": key.key_hash, "of_until": key.until}


def _times(now: int) -> dict[str, int]:
    return {"now": now, "long_ago": now - KEY_KEPT_MS}
