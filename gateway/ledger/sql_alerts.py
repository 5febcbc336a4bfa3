"""Alerts and the lead in SQL. Each takes the connection of a transaction that may write, and the time."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any, Final

from sqlalchemy import Connection, bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from gateway.ledger.alert import Alert, NewAlert
from gateway.ledger.group_commit import may_be_written
from gateway.ledger.rows import alert_from, fingerprint, to_json
from gateway.ledger.schema import alerts, leaders

# Statements are built once: building one costs more than SQLite takes to run it.
_FOLD: Final = (
    update(alerts)
    .where(alerts.c.fingerprint == bindparam("same"), alerts.c.at > bindparam("since"))
    .values(times=alerts.c.times + bindparam("more"), last_at=bindparam("now"))
    .returning(*alerts.c)
)
_REPEAT: Final = (
    update(alerts)
    .where(alerts.c.id == bindparam("of_id"))
    .values(times=alerts.c.times + bindparam("more"), last_at=bindparam("now"))
)
_NEW: Final = insert(alerts).returning(*alerts.c)
_THESE: Final = select(alerts).where(alerts.c.id.in_(bindparam("ids", expanding=True)))


def raise_each(connection: Connection, raised: Sequence[NewAlert], *, now: int, fold_ms: int) -> list[Alert]:
    """Do as `Ledger.raise_alert` for several callers: those with the same alert share one statement."""
    together: dict[str, list[int]] = {}
    for place, alert in enumerate(raised):
        together.setdefault(fingerprint(alert), []).append(place)
    written = _written(connection, raised) if may_be_written(connection) else {}
    told: dict[int, Alert] = {}
    for same, places in sorted(together.items()):  # else two transactions could cross
        first = raised[places[0]]
        row, before = written.get(first.id), 0
        if row is None:
            row = _fold_or_write(connection, first, same, times=len(places), now=now, since=now - fold_ms)
            before = row.count - len(places)
        told |= {place: replace(row, count=before + nth) for nth, place in enumerate(places, start=1)}
    return [told[place] for place in range(len(raised))]


def raise_times(connection: Connection, alert: NewAlert, *, times: int, now: int, fold_ms: int) -> Alert:
    """Write down one alert that stands for *times* of its kind, or fold them."""
    return _fold_or_write(connection, alert, fingerprint(alert), times=times, now=now, since=now - fold_ms)


def repeat_each(connection: Connection, alert_ids: Sequence[str], *, now: int) -> list[None]:
    """Do as `Ledger.repeat_alert` for several callers."""
    counted = sorted(Counter(alert_ids).items())  # else two transactions could cross
    connection.execute(_REPEAT, [{"of_id": id_, "more": times, "now": now} for id_, times in counted])
    return [None] * len(alert_ids)


def _written(connection: Connection, raised: Sequence[NewAlert]) -> dict[str, Alert]:
    """Return those that were written, each as the first of its kind, by a COMMIT that broke."""
    found = connection.execute(_THESE, {"ids": [alert.id for alert in raised]}).mappings()
    return {row["id"]: alert_from(row) for row in found}


def _fold_or_write(connection: Connection, alert: NewAlert, same: str, *, times: int, now: int, since: int) -> Alert:
    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        lock = int.from_bytes(bytes.fromhex(same[:16]), signed=True)
        connection.execute(select(func.pg_advisory_xact_lock(lock)))
    folding = {"same": same, "since": since, "more": times, "now": now}
    folded = connection.execute(_FOLD, folding).mappings().first()
    if folded is None:
        folded = connection.execute(_NEW, _values(alert, same, now) | {"times": times}).mappings().one()
    return alert_from(folded)


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
            # A lead that lasts longer than any was taken before the clock was set back.
            where=(leaders.c.holder == holder) | (leaders.c.until <= now) | (leaders.c.until > now + for_ms),
        )
        .returning(leaders.c.holder)
    )
    return connection.execute(statement).first() is not None
