"""The monitor: puts right what was lost between the ledger, the broker and the workers."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.alerts.alarm import Alarm
from gateway.alerts.files import ReportFolder
from gateway.delivery.queue import Queue
from gateway.errors import BrokerUnavailable
from gateway.journal import Journal
from gateway.kinds import Pool
from gateway.ledger.ledger import Ledger
from gateway.ledger.task import GAVE_UP, Relaunch, Status
from gateway.processing.runner import raise_task_failed
from gateway.telemetry import metrics
from gateway.telemetry.logs import error_fields
from gateway.telemetry.rotation import rotate

_LEAD: Final = "monitor"
_LEAD_MS: Final = 10_000
_STALL_S: Final = 3.0
_SWEEP_LIMIT: Final = 500
_COUNT_EVERY_S: Final = 5.0
_TIDY_EVERY_S: Final = 60.0
_WIPE_LIMIT: Final = 5000  #: in one transaction
_WIPES: Final = 20  #: in one pass: as many a minute as a busy mesh accepts
_NEWEST_REPORTS: Final = 200  #: whose files are looked for, in case somebody removed one
_DAY_MS: Final = 86_400_000
_UNREPORTED_AFTER_MS: Final = 1000  #: leaves the program that raised an alert the time to write its report


@dataclass(frozen=True, slots=True, kw_only=True)
class Duties:
    """The numbers that the monitor works by."""

    max_attempts: int
    log_max_bytes: int
    report_retention_days: int
    content_retention_days: int
    task_retention_days: int


class Monitor:
    """One leads at a time, by a row in the ledger; any number may wait."""

    def __init__(
        self,
        ledger: Ledger,
        queue: Queue,
        *,
        alarm: Alarm,
        reports: ReportFolder,
        logs: Path | None,
        journal: Journal,
        holder: str,
        duties: Duties,
    ) -> None:
        """
        Put the parts together.

        Args:
            logs: the folder whose files this monitor rotates; None where there are none.
            holder: what the ledger calls this monitor.
        """
        self._ledger = ledger
        self._queue = queue
        self._alarm = alarm
        self._reports = reports
        self._logs = logs
        self._journal = journal
        self._holder = holder
        self._duties = duties
        self._passed_at = time.monotonic()
        self._calm_at = 0.0
        self._counted_at = -_COUNT_EVERY_S
        self._tidied_at = -_TIDY_EVERY_S

    def run(self, *, until: Callable[[], bool], wait: Callable[[float], object]) -> None:
        """
        Make a pass every second.

        Args:
            until: tells when to stop.
            wait: sleeps for some seconds, less if it should stop.
        """
        while not until():
            self.attempt(self._rotate_logs)
            if self.attempt(self._leads):
                for duty in (self.put_right, self.write_reports, self._count, self._tidy):
                    self.attempt(duty)
            wait(1.0)

    def attempt(self, duty: Callable[[], object]) -> object:
        """Do one duty; what hinders it is written down, and it comes again with the next pass."""
        try:
            return duty()
        except Exception as error:  # noqa: BLE001 - whatever stops one duty must not stop the others
            self._journal.error("monitor.hindered", duty=duty.__name__.strip("_"), **error_fields(error))
            return None

    def put_right(self) -> list[Relaunch]:
        """Take back what dead workers held, and publish again what the broker does not hold."""
        if not self._is_calm():
            return []
        relaunches = self._ledger.sweep(max_attempts=self._duties.max_attempts, limit=_SWEEP_LIMIT)
        for relaunch in relaunches:
            metrics.tasks_relaunched.labels(relaunch.reason).inc()
            task = relaunch.task
            self._journal.warning(
                "task.relaunched", request_id=task.request_id, task_id=task.id, reason=relaunch.reason
            )
            if relaunch.reason == GAVE_UP:
                raise_task_failed(self._alarm, task, task.error or "", self._journal)
        self._publish([r for r in relaunches if r.reason != GAVE_UP])
        return relaunches

    def _is_calm(self) -> bool:
        """
        Whether passes have followed each other for a while.

        After a stall of the ledger, or of the machine, all leases are over at once, and the workers beat again within
        a second: they are not lost.
        """
        now = time.monotonic()
        if now - self._passed_at > _STALL_S:
            self._calm_at = now + _STALL_S
        self._passed_at = now
        return now >= self._calm_at

    def write_reports(self) -> int:
        """Write the reports that are missing or tell too few, and return how many."""
        written = 0
        for alert in self._ledger.unreported_alerts(older_than_ms=_UNREPORTED_AFTER_MS):
            if self._alarm.report(alert):
                self._ledger.mark_reported(alert.id, alert.count)
                written += 1
        return written

    def _publish(self, relaunches: Sequence[Relaunch]) -> None:
        for pool in Pool:
            waiting = [r.task for r in relaunches if r.task.pool == pool]
            if not waiting:
                continue
            try:
                held = self._queue.holds(pool, [task.id for task in waiting]) or set()
                for task in waiting:
                    if task.id not in held:  # else a backlog would be flooded with doubles
                        self._queue.launch(task.id, pool=pool)
            except BrokerUnavailable as error:
                self._journal.error("broker.unavailable", pool=pool, **error_fields(error))

    def _leads(self) -> bool:
        return self._ledger.lead(_LEAD, holder=self._holder, for_ms=_LEAD_MS)

    def _rotate_logs(self) -> None:
        if self._logs is not None:
            for name in rotate(self._logs, max_bytes=self._duties.log_max_bytes):
                self._journal.info("log.rotated", file=name)

    def _count(self) -> None:
        """Keep the gauges of what waits; counting costs too much for every pass."""
        if time.monotonic() - self._counted_at < _COUNT_EVERY_S:
            return
        self._counted_at = time.monotonic()
        counts = self._ledger.counts()
        for status in Status:
            metrics.task_status.labels(status.value).set(counts.get(status, 0))
        depths = {depth.pool: depth for depth in self._ledger.depths()}
        for pool in Pool:
            depth = depths.get(pool.value)
            oldest = depth.oldest_pending_at if depth else None
            age = time.time() - oldest / 1000 if oldest else 0.0
            metrics.queue_depth.labels(pool.value).set(depth.pending if depth else 0)
            metrics.oldest_pending_seconds.labels(pool.value).set(max(age, 0.0))

    def _tidy(self) -> None:
        """Keep the ledger fast, and drop what is past its retention."""
        if time.monotonic() - self._tidied_at < _TIDY_EVERY_S:
            return
        self._tidied_at = time.monotonic()
        now = int(time.time() * 1000)
        for _ in range(_WIPES):
            wiped = self._ledger.wipe(
                contents_before=now - self._duties.content_retention_days * _DAY_MS,
                tasks_before=now - self._duties.task_retention_days * _DAY_MS,
                limit=_WIPE_LIMIT,
            )
            if wiped:
                self._journal.info("tasks.wiped", tasks=wiped)
            if wiped < _WIPE_LIMIT:
                break
        self._ledger.tidy()
        for alert in self._ledger.alerts(limit=_NEWEST_REPORTS):
            kept = alert.at > now - self._duties.report_retention_days * _DAY_MS
            if kept and not self._reports.has(alert):
                self._alarm.report(alert)
        dropped = self._reports.drop_older_than(self._duties.report_retention_days)
        if dropped:
            self._journal.info("reports.dropped", days=dropped)
