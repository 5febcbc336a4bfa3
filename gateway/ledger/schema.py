"""The ledger's tables, one definition for SQLite and PostgreSQL. Times are BIGINT milliseconds, JSON is text."""

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)

from gateway.ledger.task import LIVE, Status

HEAD: Final = "0002"  #: the newest revision under migrations/versions; this code needs that one

metadata: Final = MetaData()


def _listed(statuses: Any) -> str:
    return ", ".join(f"'{status}'" for status in Status if status in statuses)


def _live(column: str) -> dict[str, Any]:
    """Return the options of an index over the rows where *column* is not null."""
    where = text(f"{column} IS NOT NULL")
    return {"sqlite_where": where, "postgresql_where": where}


tasks: Final = Table(
    "tasks",
    metadata,
    Column("id", Text, primary_key=True),
    Column("caller", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("pool", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("launches", Integer, nullable=False),
    Column("due_at", BigInteger),
    Column("not_before", BigInteger),
    Column("priority", Integer, nullable=False),
    Column("owner", Text),
    Column("progress", Float),
    Column("result", Text),
    Column("error", Text),
    Column("request_id", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("started_at", BigInteger),
    Column("updated_at", BigInteger),
    Column("finished_at", BigInteger),
    Column("callback_url", Text),
    Column("silent_at", BigInteger),
    CheckConstraint(f"status IN ({_listed(Status)})", name="tasks_status"),
    CheckConstraint(f"(status IN ({_listed(LIVE)})) = (due_at IS NOT NULL)", name="tasks_live_is_due"),
)
# The sweep reads it in order of due_at; backlog() needs nothing but what it holds.
Index("tasks_due", tasks.c.due_at, tasks.c.pool, tasks.c.status, tasks.c.created_at, **_live("due_at"))
Index("tasks_by_caller", tasks.c.caller, tasks.c.id)
Index("tasks_by_status", tasks.c.status, tasks.c.id)
# In order of urgency, for kinds of which only so many may run at once.
WAITS: Final = text("status = 'pending'")
Index("tasks_waiting", tasks.c.kind, tasks.c.priority.desc(), tasks.c.id, sqlite_where=WAITS, postgresql_where=WAITS)
# A list finds as quickly that there is nothing: a caller with a million tasks, none of them failed, or an unused kind.
Index("tasks_by_caller_and_status", tasks.c.caller, tasks.c.status, tasks.c.id)
Index("tasks_by_kind", tasks.c.kind, tasks.c.id)
_HOLDS: Final = text("finished_at IS NOT NULL AND payload <> '{}'")
Index("tasks_to_wipe", tasks.c.finished_at, sqlite_where=_HOLDS, postgresql_where=_HOLDS)

task_events: Final = Table(
    "task_events",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), Identity(), primary_key=True),
    Column("task_id", Text, ForeignKey("tasks.id", name="task_events_task", ondelete="CASCADE"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("from_status", Text),
    Column("to_status", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("remark", Text),
)
Index("task_events_by_task", task_events.c.task_id, task_events.c.seq)

alerts: Final = Table(
    "alerts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),  # what makes two alerts the same
    Column("type", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("caller", Text, nullable=False),
    Column("request_id", Text),
    Column("found", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("times", Integer, nullable=False),
    Column("reported", Integer, nullable=False),
)
Index("alerts_by_fingerprint", alerts.c.fingerprint, alerts.c.at)
Index(
    "alerts_unreported",
    alerts.c.last_at,
    sqlite_where=text("reported < times"),
    postgresql_where=text("reported < times"),
)

# What a client asked for under a key of its own, so that asking again does nothing twice.
idempotency: Final = Table(
    "idempotency",
    metadata,
    Column("key_hash", Text, primary_key=True),  # HMAC of the caller and the key
    Column("body_hash", Text, nullable=False),  # HMAC of the route and the body
    Column("until", BigInteger, nullable=False),  # in flight: when others may try; answered: when it is forgotten
    Column("task_id", Text),  # what was accepted for it
    Column("answer", Text),  # status, headers and body; null in flight, empty once wiped
)
Index("idempotency_until", idempotency.c.until)
Index("idempotency_by_task", idempotency.c.task_id, **_live("task_id"))

# When each task on a schedule is due next, by the schedule's name.
schedules: Final = Table(
    "schedules",
    metadata,
    Column("name", Text, primary_key=True),
    Column("due_at", BigInteger, nullable=False),
)

leaders: Final = Table(
    "leaders",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until", BigInteger, nullable=False),
)
