"""A ledger that has been in use for 80 days: rows in bulk, made by the database itself."""

import time
from typing import Final

from sqlalchemy import Engine

from gateway.database_engine import new_engine
from gateway.ledger.migrations import migrate
from gateway.transactions import begin_writing

CALLERS: Final = 50
RARE_KIND: Final = "rare"  #: one task in a thousand
_DAYS: Final = 80
_LIVE_SHARE: Final = 100  #: one task in so many waits or runs,
_MOST_LIVE: Final = 10_000  # and no more than these
_HOUR_MS: Final = 3_600_000

_SERIES: Final = {
    "sqlite": "(WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < {rows}) SELECT i FROM s)",
    "postgresql": "generate_series(1, {rows}) AS s(i)",
}
_ID: Final = {  # a UUIDv7's form: the time first, so that ids sort by it
    "sqlite": "printf('%08x-%04x-7000-8000-%012x', {at} >> 16, {at} & 65535, i)",
    "postgresql": "lpad(to_hex(({at}) >> 16), 8, '0') || '-' || lpad(to_hex(({at}) & 65535), 4, '0') "
    "|| '-7000-8000-' || lpad(to_hex(i), 12, '0')",
}
_TASKS: Final = """
INSERT INTO tasks (id, caller, kind, pool, payload, status, attempt, failures, launches, due_at, priority, owner,
                   progress, result, request_id, created_at, started_at, updated_at, finished_at)
SELECT {id}, 'caller-' || (i % {callers}), CASE WHEN i % 1000 = 0 THEN '{rare}' ELSE 'process' END,
       CASE WHEN i % 4 = 0 THEN 'cpu' ELSE 'io' END,
       CASE WHEN i <= {rows} * 5 / 8 THEN '{{}}' ELSE '{{"content":"{content}"}}' END,
       CASE WHEN i > {ended} THEN CASE WHEN i % 10 = 0 THEN 'processing' ELSE 'pending' END
            WHEN i % 20 = 0 THEN 'failed' WHEN i % 20 = 1 THEN 'canceled' ELSE 'completed' END,
       1, 0, 0, CASE WHEN i > {ended} THEN {due} ELSE NULL END, 0, NULL, NULL,
       CASE WHEN i <= {rows} * 5 / 8 THEN NULL ELSE '{{"text":"{content}"}}' END,
       'request', {at}, {at} + 5, {at} + 900, CASE WHEN i > {ended} THEN NULL ELSE {at} + 900 END
FROM {series}
"""
_EVENTS: Final = """
INSERT INTO task_events (task_id, at, from_status, to_status, made_by)
SELECT id, created_at, NULL, 'pending', caller FROM tasks
UNION ALL SELECT id, finished_at, 'processing', status, 'io@host' FROM tasks WHERE finished_at IS NOT NULL
"""


def fill(url: str, rows: int) -> None:
    """Migrate the database at *url*, and write down so many tasks with two events each."""
    migrate(url)
    engine = new_engine(url, migrates=True)
    sort = engine.dialect.name
    now = int(time.time() * 1000)
    at = f"({now - _DAYS * 24 * _HOUR_MS} + i * {_DAYS * 24 * _HOUR_MS // (rows + 1)})"
    if sort == "postgresql":
        at = f"({now - _DAYS * 24 * _HOUR_MS}::bigint + i::bigint * {_DAYS * 24 * _HOUR_MS // (rows + 1)})"
    values = {
        "rows": rows,
        "ended": rows - min(_MOST_LIVE, max(1, rows // _LIVE_SHARE)),
        "callers": CALLERS,
        "rare": RARE_KIND,
        "content": "x" * 100,
        "due": now + 24 * _HOUR_MS,
        "at": at,
        "id": _ID[sort].format(at=at),
        "series": _SERIES[sort].format(rows=rows),
    }
    with begin_writing(engine) as connection:
        connection.exec_driver_sql(_TASKS.format(**values).replace("%", "%%" if sort == "postgresql" else "%"))
        connection.exec_driver_sql(_EVENTS)
    _settle(engine)
    engine.dispose()


def _settle(engine: Engine) -> None:
    """Do what time does: PostgreSQL's own vacuum, SQLite's checkpoint."""
    with engine.connect() as connection:
        done = "VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "PRAGMA wal_checkpoint(TRUNCATE)"
        connection.exec_driver_sql(done).close()
