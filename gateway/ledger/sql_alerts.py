"""Alerts and the lead in SQL. Each takes the connection of a transaction that may write, and the time."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from gateway.ledger.alert import Alert, NewAlert
from gateway.ledger.rows import alert_from, fingerprint, to_json
from gateway.ledger.schema import alerts, leaders


def raise_alert(connection: Connection, alert: NewAlert, *, now: int, fold_ms: int) -> Alert:
    """Do as `Ledger.raise_alert`."""
    same = fingerprint(alert)
    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        lock = int.from_bytes(bytes.fromhex(same[:16]), signed=True)
        connection.execute(select(func.pg_advisory_xact_lock(lock)))
    fold = (
        update(alerts)
        .where(alerts.c.fingerprint == same, alerts.c.at > now - fold_ms)
        .values(times=alerts.c.times + 1, last_at=now)
        .returning(*alerts.c)
    )
    if folded := connection.execute(fold).mappings().first():
        return alert_from(folded)
    new = insert(alerts).values(_values(alert, same, now)).returning(*alerts.c)
    return alert_from(connection.execute(new).mappings().one())


def _values(alert: NewAlert, same: str, now: int) -> dict[str, Any]:
    return {
        "id": alert.id,
        "fingerprint": same,
        "type": alert.type.value,
        "severity": alert.severity.value,
        "description": alert.description,
        "action": alert.action,
        "caller": alert.caller,
        "request_id": alert.request_id,
        "found": to_json([asdict(item) for item in alert.found]),
        "subject": alert.subject,
        "at": now,
        "last_at": now,
        "times": 1,
        "reported": 0,
    }


def mark_reported(connection: Connection, alert_id: str, count: int) -> None:
    """Do as `Ledger.mark_reported`; a file that tells less than another does not count."""
    newer = update(alerts).where(alerts.c.id == alert_id, alerts.c.reported < count)
    connection.execute(newer.values(reported=count))


def lead(connection: Connection, name: str, *, holder: str, now: int, for_ms: int) -> bool:
    """Do as `Ledger.lead`."""
    insert_or = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    values = {"holder": holder, "until": now + for_ms}
    statement = (
        insert_or(leaders)
        .values(name=name, **values)
        .on_conflict_do_update(
            index_elements=[leaders.c.name],
            set_=values,
            where=(leaders.c.holder == holder) | (leaders.c.until <= now),
        )
        .returning(leaders.c.holder)
    )
    return connection.execute(statement).first() is not None
