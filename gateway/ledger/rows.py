"""Between rows and values: how tasks, events and alerts are written in columns."""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import RowMapping

from gateway.ledger.alert import Alert, AlertType, FoundItem, NewAlert, Severity
from gateway.ledger.task import Status, Task, TaskEvent


def to_json(value: Any) -> str:
    """
    Return *value* as JSON text.

    Raises:
        TypeError: it is no JSON value, or an integer beyond 64 bits. The words do not repeat it.
    """
    return orjson.dumps(value, default=_plain).decode()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError


def from_json(text: str | None) -> Any:
    """Return the value; None for a column that is null."""
    return None if text is None else orjson.loads(text)


def task_from(row: RowMapping) -> Task:
    """Read a row of `tasks`."""
    fields = dict(row)
    fields["status"] = Status(row["status"])
    fields["payload"] = orjson.loads(row["payload"])
    fields["result"] = from_json(row["result"])
    return Task(**fields)


def event_from(row: RowMapping) -> TaskEvent:
    """Read a row of `task_events`."""
    return TaskEvent(
        at=row["at"],
        from_status=Status(row["from_status"]) if row["from_status"] else None,
        to_status=Status(row["to_status"]),
        by=row["made_by"],
        remark=row["remark"],
    )


def alert_from(row: RowMapping) -> Alert:
    """Read a row of `alerts`."""
    return Alert(
        id=row["id"],
        type=AlertType(row["type"]),
        severity=Severity(row["severity"]),
        description=row["description"],
        action=row["action"],
        caller=row["caller"],
        request_id=row["request_id"],
        found=tuple(FoundItem(**item) for item in orjson.loads(row["found"])),
        subject=row["subject"],
        at=row["at"],
        last_at=row["last_at"],
        count=row["times"],
        reported=row["reported"],
    )


def fingerprint(alert: NewAlert) -> str:
    """Return what two alerts share that are the same: a hash of type, entity types, caller and subject."""
    same = [alert.type, sorted({item.entity_type for item in alert.found}), alert.caller, alert.subject]
    return hashlib.sha256(orjson.dumps(same)).hexdigest()
