"""What is past its time goes: contents, rows, reports, drafts."""

import time
from typing import Final

from gateway.alerts.alarm import Alarm
from gateway.alerts.files import ReportFolder
from gateway.journal import Journal
from gateway.ledger.clock import now_ms
from gateway.ledger.ledger import Chosen, Ledger
from gateway.processing.duties import Duties

_TIDY_EVERY_S: Final = 60.0
_WIPE_LIMIT: Final = 5_000  #: in one transaction
_WIPES: Final = 20  #: in one pass: as many a minute as a busy mesh accepts
_NEWEST_REPORTS: Final = 200  #: whose files are looked for, in case somebody removed one
_DAY_MS: Final = 86_400_000


class Retention:
    """Empties, deletes and drops once a minute, and keeps the ledger fast."""

    def __init__(self, ledger: Ledger, *, alarm: Alarm, reports: ReportFolder, journal: Journal) -> None:
        self._ledger = ledger
        self._alarm = alarm
        self._reports = reports
        self._journal = journal
        self._tidied_at = -_TIDY_EVERY_S

    def tidy(self, duties: Duties, *, clock_is_sure: bool = True) -> None:
        """
        Do what is due.

        Args:
            clock_is_sure: False where it was set just now: nothing is deleted by a time that may be wrong.
        """
        if time.monotonic() - self._tidied_at < _TIDY_EVERY_S:
            return
        self._tidied_at = time.monotonic()
        if clock_is_sure:
            self._drop(duties, now=now_ms())
        self._ledger.tidy()

    def _drop(self, duties: Duties, *, now: int) -> None:
        self._wipe(duties, now=now)
        oldest_report = now - duties.report_retention_days * _DAY_MS
        alerts = self._ledger.purge_alerts(Chosen(before=oldest_report), limit=_WIPE_LIMIT)
        if alerts:
            self._journal.info("alerts.deleted", alerts=len(alerts))
        self._drop_keys()
        for alert in self._ledger.alerts(limit=_NEWEST_REPORTS):
            if alert.at > oldest_report and not self._reports.has(alert):
                self._alarm.report(alert)
        dropped = self._reports.drop_older_than(duties.report_retention_days)
        if dropped:
            self._journal.info("reports.dropped", days=dropped)
        self._reports.drop_drafts()

    def _drop_keys(self) -> None:
        for _ in range(_WIPES):
            dropped = self._ledger.drop_keys(limit=_WIPE_LIMIT)
            if dropped:
                self._journal.info("idempotency_keys.deleted", keys=dropped)
            if dropped < _WIPE_LIMIT:
                break

    def _wipe(self, duties: Duties, *, now: int) -> None:
        for _ in range(_WIPES):
            wiped = self._ledger.wipe(
                contents_before=now - duties.content_retention_days * _DAY_MS,
                tasks_before=now - duties.task_retention_days * _DAY_MS,
                limit=_WIPE_LIMIT,
            )
            if wiped:
                self._journal.info("tasks.wiped", tasks=wiped)
            if wiped < _WIPE_LIMIT:
                break
