"""The monitor: a pass every second that puts right, makes what is due, writes reports, counts and tidies."""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from gateway.alerts.alarm import Alarm
from gateway.alerts.files import ReportFolder
from gateway.delivery.queue import Queue
from gateway.errors import LedgerUnavailable
from gateway.journal import Journal
from gateway.kinds import Pool
from gateway.ledger.ledger import Ledger
from gateway.ledger.task import Relaunch, Status
from gateway.processing.calm import Calm
from gateway.processing.duties import Duties
from gateway.processing.health_checks import HealthChecks
from gateway.processing.repairs import Repairs
from gateway.processing.retention import Retention
from gateway.processing.schedules import Schedules
from gateway.telemetry import metrics
from gateway.telemetry.logs import error_fields
from gateway.telemetry.rotation import rotate

_LEAD: Final = "monitor"
_LEAD_MS: Final = 10_000
_COUNT_EVERY_S: Final = 5.0
_REPORTS_S: Final = 1.0  #: spent on reports in one pass
_COUNT_AGAIN_S: Final = 60.0  #: after a count that failed
_COUNT_SHARE: Final = 100  #: times as long as it took is the pause after a count
_UNREPORTED_AFTER_MS: Final = 1000  #: leaves the program that raised an alert the time to write its report
_UNSURE_S: Final = 3600.0  #: for as long nothing is deleted after the clock was set: it may be set again


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
        schedules: Schedules | None = None,
        health: HealthChecks | None = None,
        calm: Calm | None = None,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        Put the parts together.

        Args:
            logs: the folder whose files this monitor rotates; None where there are none.
            holder: what the ledger calls this monitor.
            duties: may be replaced while it runs.
            steady: what pauses are measured by, in seconds.
        """
        self._ledger = ledger
        self._alarm = alarm
        self._logs = logs
        self._journal = journal
        self._holder = holder
        self.duties = duties
        self.schedules = schedules or Schedules(ledger, queue, journal)
        self._health = health
        self._calm = calm or Calm()
        self._repairs = Repairs(ledger, queue, alarm=alarm, journal=journal, steady=steady)
        self._retention = Retention(ledger, alarm=alarm, reports=reports, journal=journal)
        self._leading = False
        self._count_at = 0.0

    def run(self, *, until: Callable[[], bool], wait: Callable[[float], object]) -> None:
        """
        Make a pass every second.

        Args:
            until: tells when to stop.
            wait: sleeps for some seconds, less if it should stop.
        """
        if self._health is not None:
            told = {"until": until, "wait": wait, "leads": lambda: self._leading}
            threading.Thread(target=self._health.run, kwargs=told, name="health-checks", daemon=True).start()
        duties = (self.put_right, self._run_schedules, self._tell_silence, self.write_reports, self._count, self._tidy)
        while not until():
            self.attempt(self._rotate_logs)
            if self.attempt(self._leads):
                for duty in duties:
                    self.attempt(duty)
            wait(1.0)

    def attempt(self, duty: Callable[[], object]) -> object:
        """Do one duty; what hinders it is written down, and it comes again with the next pass."""
        try:
            return duty()
        except Exception as error:  # noqa: BLE001 - whatever stops one duty must not stop the others
            self._journal.error("monitor.hindered", duty=duty.__name__.strip("_"), **error_fields(error))
            return None
        finally:
            self._calm.breathe()

    def put_right(self) -> list[Relaunch]:
        """Take back what dead workers held, and publish again what the broker does not hold."""
        step = self._calm.look()
        if step:
            self._journal.warning("clock.set", seconds=step)
        if step < 0:
            self._ledger.bring_near(lease_ms=self.duties.lease_ms)
            self.schedules.plan_again()
        return self._repairs.put_right(self.duties) if self._calm.is_calm else []

    def write_reports(self) -> int:
        """Write the reports that are missing or tell too few, and return how many."""
        written, started = 0, time.monotonic()
        for alert in self._ledger.unreported_alerts(older_than_ms=_UNREPORTED_AFTER_MS):
            if self._alarm.report(alert):
                self._ledger.mark_reported(alert.id, alert.count)
                written += 1
            if time.monotonic() - started > _REPORTS_S:
                break  # the rest with the next pass: what is lost must not wait
        return written

    def _leads(self) -> bool:
        """Take or keep the lead; a ledger that does not answer leaves it with whom it was."""
        led = self._leading
        try:
            self._leading = self._ledger.lead(_LEAD, holder=self._holder, for_ms=_LEAD_MS)
        except LedgerUnavailable:
            self._calm.lose()
            raise
        if self._leading and not led:
            self._journal.info("monitor.leads")
            self.schedules.plan_again()
            self._ledger.bring_near(lease_ms=self.duties.lease_ms)  # the clock may have been set while nobody looked
        return self._leading

    def _run_schedules(self) -> None:
        self.schedules.run_due()

    def _tell_silence(self) -> None:
        # By a clock that was set just now, everything may seem to have waited for long.
        if self._calm.is_calm and not self._calm.stepped_within(self.duties.wait_ms / 1000):
            self._repairs.tell_silence(self.duties)

    def _rotate_logs(self) -> None:
        if self._logs is not None:
            for name in rotate(self._logs, max_bytes=self.duties.log_max_bytes):
                self._journal.info("log.rotated", file=name)

    def _count(self) -> None:
        """Keep the gauges of what waits. Counting costs more the more there is: it takes a hundredth of the time."""
        started = time.monotonic()
        if started < self._count_at:
            return
        self._count_at = started + _COUNT_AGAIN_S  # where it fails, by taking too long say, the other duties go on
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
        took = time.monotonic() - started
        self._count_at = time.monotonic() + max(_COUNT_EVERY_S, _COUNT_SHARE * took)

    def _tidy(self) -> None:
        self._retention.tidy(self.duties, clock_is_sure=not self._calm.stepped_within(_UNSURE_S))
