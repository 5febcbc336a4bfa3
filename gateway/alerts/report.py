"""The text of an alert's report, and where it lies."""

from datetime import UTC, datetime
from pathlib import PurePosixPath

from gateway.ledger.alert import Alert, AlertType
from gateway.telemetry.logs import rfc3339

_SLUGS = {
    AlertType.PERSONAL_DATA: "personal_data",
    AlertType.SECRET: "secret",
    AlertType.INVALID_MESSAGE: "invalid_message",
    AlertType.FRAUD_ATTEMPT: "fraud_attempt",
    AlertType.SERVICE_DOWN: "service_down",
    AlertType.SILENT_FAILURE: "silent_failure",
    AlertType.TASK_FAILED: "task_failed",
}


def path_of(alert: Alert) -> PurePosixPath:
    """Return `2026/11/22/101530-personal_data-<alert id>.txt`, by the time (UTC) of the first."""
    at = datetime.fromtimestamp(alert.at / 1000, UTC)
    return PurePosixPath(f"{at:%Y/%m/%d/%H%M%S}-{_SLUGS[alert.type]}-{alert.id}.txt")


def text_of(alert: Alert) -> str:
    """Return the report. It tells kinds and places, never a value, and no offsets."""
    repeats = f"{alert.count}, the last at {rfc3339(alert.last_at / 1000)}" if alert.count > 1 else "1"
    lines = [
        f"time:        {rfc3339(alert.at / 1000)}",
        f"type:        {alert.type}",
        f"severity:    {alert.severity}",
        f"description: {alert.description}",
        f"request id:  {alert.request_id or '-'}",
        f"alert id:    {alert.id}",
        f"caller:      {alert.caller}",
        f"count:       {repeats}",
        f"done:        {alert.action}",
    ]
    if alert.found:
        lines.append("found:")
        lines += [f"  {f.entity_type} at {f.path}, score {f.score:.2f}, {f.count} of it" for f in alert.found]
    return "\n".join(lines) + "\n"
