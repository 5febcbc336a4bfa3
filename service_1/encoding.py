"""How tasks, alerts and receipts look from outside."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from gateway.errors import InvalidRequest
from gateway.ledger.alert import Alert
from gateway.ledger.task import Priority, Task, TaskEvent
from gateway.message.ids import is_id
from gateway.telemetry.logs import rfc3339

PREFIX = "/producer"  #: where NGINX mounts this service


def time_of(milliseconds: int | None) -> str | None:
    """Write a time of the ledger in RFC 3339."""
    return None if milliseconds is None else rfc3339(milliseconds / 1000)


def task_json(task: Task) -> dict[str, Any]:
    """Return the task as it is answered when it is made."""
    return {
        "id": task.id,
        "kind": task.kind,
        "content": task.payload.get("content"),
        "status": task.status,
        "created_at": time_of(task.created_at),
        "updated_at": time_of(task.updated_at),
    }


def task_detail_json(task: Task, events: Sequence[TaskEvent] | None = None) -> dict[str, Any]:
    """Return all that is known of the task; its remarks only where *events* are given."""
    remarks = {} if events is None else {"remarks": [event.remark for event in events if event.remark]}
    return {
        **task_json(task),
        "pool": task.pool,
        "priority": Priority(task.priority).name.lower(),
        "not_before": time_of(task.not_before),
        "attempts": task.attempt,
        "progress": task.progress,
        "result": task.result,
        "error": task.error,
        **remarks,
        "started_at": time_of(task.started_at),
        "finished_at": time_of(task.finished_at),
    }


def event_json(event: TaskEvent) -> dict[str, Any]:
    """Return one change of state."""
    return {
        "at": time_of(event.at),
        "from": event.from_status,
        "to": event.to_status,
        "by": event.by,
        "remark": event.remark,
    }


def alert_json(alert: Alert) -> dict[str, Any]:
    """Return an alert."""
    return {
        "id": alert.id,
        "type": alert.type,
        "severity": alert.severity,
        "description": alert.description,
        "action": alert.action,
        "caller": alert.caller,
        "request_id": alert.request_id,
        "found": [
            {"entity_type": f.entity_type, "path": f.path, "score": f.score, "count": f.count} for f in alert.found
        ],
        "at": time_of(alert.at),
        "last_at": time_of(alert.last_at),
        "count": alert.count,
    }


def page(items: Sequence[Task] | Sequence[Alert], shown: list[dict[str, Any]], limit: int) -> dict[str, Any]:
    """Return a page; it has a next one if it is full."""
    cursor = base64.urlsafe_b64encode(items[-1].id.encode()).decode() if len(items) == limit else None
    return {"items": shown, "next_cursor": cursor}


def before_id(cursor: str | None) -> str | None:
    """
    Return the id that *cursor* hides.

    Raises:
        InvalidRequest: it is not one of ours.
    """
    if cursor is None:
        return None
    try:
        last = base64.urlsafe_b64decode(cursor.encode()).decode("ascii")
    except (binascii.Error, ValueError):
        last = ""
    if not is_id(last):
        raise InvalidRequest("not a cursor that was given out", field="/cursor")
    return last


def etag_of(task: Task) -> str:
    """Return what changes whenever the task does, or its remarks do."""
    changed_at = task.updated_at or task.created_at
    return f"{task.status}-{task.attempt}-{changed_at}-{task.silent_at or 0}-{task.progress or 0:g}"
