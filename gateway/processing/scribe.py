"""Writing down how attempts ended, and telling of it: journal, metrics, alerts."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from gateway.alerts.alarm import Alarm
from gateway.errors import AlertNotFound, LedgerOutcomeUnknown, LedgerUnavailable
from gateway.journal import Journal
from gateway.ledger import moves
from gateway.ledger.ledger import Ledger
from gateway.ledger.task import Claim, Status
from gateway.processing.batch import Done
from gateway.telemetry import metrics
from gateway.telemetry.logs import error_fields

_WRITE_TRIES: Final = 60
_WRITE_PAUSE_S: Final = 1.0


class Scribe:
    """Knows where the ends of attempts are written, and who else hears of them."""

    def __init__(self, ledger: Ledger, *, alarm: Alarm, journal: Journal) -> None:
        self._ledger = ledger
        self._alarm = alarm
        self._journal = journal

    def write(self, done: Sequence[Done]) -> list[Done]:
        """
        Write the ends down in one transaction, and return those that counted; the others' results are discarded.

        Where the ledger is away, a result that may have cost an hour waits for it.
        """
        if not done:
            return []
        done = [_with_alert(each) for each in done]
        held = self._held(done)
        counted = [each for each in done if each.task.claim in held]
        self._tell([each for each in done if each.task.claim not in held], "discarded")
        for status in (Status.COMPLETED, Status.FAILED, Status.PENDING):
            ended = [each for each in counted if each.ending.status is status]
            self._tell([each for each in ended if _ran(each)], "retried" if status is Status.PENDING else status.value)
            self._tell([each for each in ended if not _ran(each)], "handed_back")
        for each in counted:
            if each.ending.status is Status.COMPLETED:
                metrics.task_processing_successes.inc()
            elif _ran(each):
                metrics.task_processing_failures.inc()
            if each.ending.alert is not None:
                self._announce(each.ending.alert.id)
        return counted

    def _held(self, done: Sequence[Done]) -> set[Claim]:
        unknown = False
        for _ in range(_WRITE_TRIES):
            try:
                return self._ledger.end([each.ending for each in done], again=unknown)
            except LedgerUnavailable as error:
                unknown = unknown or isinstance(error, LedgerOutcomeUnknown)
                for each in done:
                    ids = {"task_id": each.task.id, "attempt": each.task.attempt}
                    self._journal.error("task.unwritten", **ids, **error_fields(error))
            time.sleep(_WRITE_PAUSE_S)
        return set()

    def _announce(self, alert_id: str) -> None:
        try:
            self._alarm.announce(self._ledger.alert(alert_id))
        except AlertNotFound:
            return  # it was folded into one that is told already
        except LedgerUnavailable as error:  # the monitor writes its report
            self._journal.error("alert.unwritten", alert_id=alert_id, **error_fields(error))

    def _tell(self, done: Sequence[Done], outcome: str) -> None:
        for each in done:
            if _ran(each):
                metrics.task_processing_duration.observe(each.seconds)
        rows = [
            {
                "request_id": each.task.request_id,
                "task_id": each.task.id,
                "kind": each.task.kind,
                "attempt": each.task.attempt,
                "ms": each.seconds * 1000,
            }
            for each in done
        ]
        self._journal.info_each(f"task.{outcome}", rows)


def _ran(done: Done) -> bool:
    return done.ending.status is not Status.PENDING or done.ending.counts_as_failure


def _with_alert(done: Done) -> Done:
    """Return *done* with the word of a failure for good, so that nothing can come between the two."""
    task, ending = done.task, done.ending
    if ending.status is not Status.FAILED:
        return done
    return replace(done, ending=replace(ending, alert=moves.task_failed(replace(task, error=ending.error))))
