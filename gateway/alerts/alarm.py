"""Raising an alert: the ledger first, then its file."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from gateway.alerts.files import ReportFolder
from gateway.errors import InvalidRequest
from gateway.journal import Journal
from gateway.ledger.alert import Alert, AlertType, FoundItem, NewAlert, Severity
from gateway.ledger.clock import now_ms
from gateway.ledger.ledger import FOLD_WINDOW_MS, Ledger
from gateway.ledger.rows import fingerprint
from gateway.message.ids import new_id
from gateway.policy.rules import SECRET_TYPES
from gateway.screening.findings import Finding
from gateway.telemetry import metrics
from gateway.telemetry.logs import error_fields

_MOST_RECENT: Final = 1024  #: alerts that are remembered, to know their repeats


class Alarm:
    """Records alerts and writes their reports."""

    def __init__(
        self, ledger: Ledger, folder: ReportFolder, journal: Journal, *, clock: Callable[[], int] = now_ms
    ) -> None:
        self._ledger = ledger
        self._folder = folder
        self._journal = journal
        self._clock = clock
        self._recent: dict[str, Alert] = {}  #: by what two alerts share that are the same

    def findings_held(self, findings: Sequence[Finding], *, caller: str, request_id: str) -> Alert:
        """
        Tell that a message was held for what was found in it.

        Raises:
            LedgerUnavailable: the alert could not be recorded.
        """
        secret = any(finding.entity_type in SECRET_TYPES for finding in findings)
        what = "A secret" if secret else "Personal data"
        return self.raise_alert(
            NewAlert(
                id=new_id(),
                type=AlertType.SECRET if secret else AlertType.PERSONAL_DATA,
                severity=Severity.HIGH if secret else Severity.MEDIUM,
                description=f"{what} was found in a message.",
                action="The message was held: nothing was forwarded or kept.",
                caller=caller,
                request_id=request_id,
                found=summary(findings),
            )
        )

    def message_invalid(self, error: InvalidRequest, *, caller: str, request_id: str) -> Alert:
        """
        Tell that a message did not have the right form.

        Raises:
            LedgerUnavailable: the alert could not be recorded.
        """
        place = f" at {error.field}" if error.field else ""
        return self.raise_alert(
            NewAlert(
                id=new_id(),
                type=AlertType.INVALID_MESSAGE,
                severity=Severity.LOW,
                description=f"A message did not have the right form: {error.code}{place}.",
                action="The message was refused: nothing was forwarded or kept.",
                caller=caller,
                request_id=request_id,
                subject=error.code,
            )
        )

    def fraud_attempted(self, *, caller: str, request_id: str) -> Alert:
        """
        Tell that somebody asked for what only admins may do.

        Raises:
            LedgerUnavailable: the alert could not be recorded.
        """
        return self.raise_alert(
            NewAlert(
                id=new_id(),
                type=AlertType.FRAUD_ATTEMPT,
                severity=Severity.HIGH,
                description="A job that is for admins was asked for without an admin's key.",
                action="The request was refused: nothing was kept.",
                caller=caller,
                request_id=request_id,
            )
        )

    def raise_alert(self, new: NewAlert) -> Alert:
        """
        Record the alert, and write its report if it is the first of its kind within a minute.

        A repeat of one that this process has just recorded is counted without waiting for the ledger. A report that
        cannot be written now, or whose count has grown, is the monitor's to write.
        Raises:
            LedgerUnavailable: the alert could not be recorded.
        """
        metrics.alerts.labels(new.type).inc()
        same = fingerprint(new)
        known = self._recent.get(same)
        if known is not None and self._clock() < known.at + FOLD_WINDOW_MS:
            self._ledger.repeat_alert(known.id)
            self._recent[same] = repeat = replace(known, count=known.count + 1)
            return repeat
        alert = self._ledger.raise_alert(new)
        if len(self._recent) >= _MOST_RECENT:
            self._recent.clear()
        self._recent[same] = alert
        if alert.count == 1:
            self._tell(alert)
        return alert

    def announce(self, alert: Alert, *, times: int = 1) -> None:
        """
        Tell of an alert that the ledger has written down together with what it is about.

        Args:
            times: how many it stands for; where it counts more, it was folded into one that is told already.
        """
        metrics.alerts.labels(alert.type).inc(times)
        if alert.count == times:
            self._tell(alert)

    def _tell(self, alert: Alert) -> None:
        self._journal.warning("alert.raised", alert_id=alert.id, type=alert.type, request_id=alert.request_id or "-")
        self.report(alert)

    def report(self, alert: Alert) -> bool:
        """Write the alert's file; False where the folder cannot be written now."""
        try:
            self._folder.write(alert)
        except OSError as error:
            self._journal.error("alert.unwritten", alert_id=alert.id, **error_fields(error))
            return False
        return True


def summary(findings: Sequence[Finding]) -> tuple[FoundItem, ...]:
    """Count the findings by kind and place, in order of appearance."""
    grouped: dict[tuple[str, str], list[float]] = {}
    for finding in findings:
        grouped.setdefault((finding.entity_type, finding.path), []).append(finding.score)
    return tuple(
        FoundItem(entity_type=kind, path=path, score=max(scores), count=len(scores))
        for (kind, path), scores in grouped.items()
    )
