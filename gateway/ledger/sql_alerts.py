"""Alerts and the lead in SQL. Each takes the connection of a transaction that may write, and the time."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, select, text, update
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
_FINGERPRINTS: Final = select(alerts.c.fingerprint).where(alerts.c.id.in_(bindparam("ids", expanding=True)))
_TURNS: Final = text("SELECT pg_advisory_xact_lock(turn) FROM unnest(CAST(:turns AS bigint[])) AS turn")
_THESE: Final = select(alerts).where(alerts.c.id.in_(bindparam("ids", expanding=True)))


def count_each(
    connection: Connection, asked: Sequence[NewAlert | str], *, now: int, fold_ms: int
) -> list[Alert | None]:
    """Do as `Ledger.raise_alert`, and where an id is given as `Ledger.repeat_alert`, for several callers."""
    raised = [each for each in asked if isinstance(each, NewAlert)]
    repeated = Counter(each for each in asked if isinstance(each, str))
    if raised or len(repeated) > 1:
        known = connection.execute(_FINGERPRINTS, {"ids": list(repeated)}).scalars() if repeated else ()
        _take_turns(connection, {*known, *map(fingerprint, raised)})
    if repeated:
        rows = [{"of_id": id_, "more": times, "now": now} for id_, times in repeated.items()]
        connection.execute(_REPEAT, rows)
    told = iter(_raise_each(connection, raised, now=now, fold_ms=fold_ms))
    return [next(told) if isinstance(each, NewAlert) else None for each in asked]


def raise_each(connection: Connection, raised: Sequence[NewAlert], *, now: int, fold_ms: int) -> list[Alert]:
    """Write down several alerts, or fold them."""
    _take_turns(connection, {fingerprint(alert) for alert in raised})
    return _raise_each(connection, raised, now=now, fold_ms=fold_ms)


def _raise_each(connection: Connection, raised: Sequence[NewAlert], *, now: int, fold_ms: int) -> list[Alert]:
    """Do as `raise_each` where it is our turn; those that are the same share one statement."""
    together: dict[str, list[int]] = {}
    for place, alert in enumerate(raised):
        together.setdefault(fingerprint(alert), []).append(place)
    written = _written(connection, raised) if may_be_written(connection) else {}
    told: dict[int, Alert] = {}
    for same, places in together.items():
        first = raised[places[0]]
        row, before = written.get(first.id), 0
        if row is None:
            row = _fold_or_write(connection, first, same, times=len(places), now=now, since=now - fold_ms)
            before = row.count - len(places)
        told |= {place: replace(row, count=before + nth) for nth, place in enumerate(places, start=1)}
    return [told[place] for place in range(len(raised))]


def raise_times(connection: Connection, alert: NewAlert, *, times: int, now: int, fold_ms: int) -> Alert:
    """Write down one alert that stands for *times* of its kind, or fold them."""
    same = fingerprint(alert)
    _take_turns(connection, [same])
    return _fold_or_write(connection, alert, same, times=times, now=now, since=now - fold_ms)


def _take_turns(connection: Connection, same: Collection[str]) -> None:
    """
    Wait for other transactions that count these alerts.

    Each takes all of its turns at once, and in one order: or two could cross, and wait for each other. SQLite has one
    writer at a time anyway.
    """
    if same and connection.dialect.name == "postgresql":
        turns = sorted(int.from_bytes(bytes.fromhex(each[:16]), signed=True) for each in same)
        connection.execute(_TURNS, {"turns": turns}).close()


def _written(connection: Connection, raised: Sequence[NewAlert]) -> dict[str, Alert]:
    """Return those that were written, each as the first of its kind, by a COMMIT that broke."""
    found = connection.execute(_THESE, {"ids": [alert.id for alert in raised]}).mappings()
    return {row["id"]: alert_from(row) for row in found}


def _fold_or_write(connection: Connection, alert: NewAlert, same: str, *, times: int, now: int, since: int) -> Alert:
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
