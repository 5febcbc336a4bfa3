"""Running tasks: claim, work, write how it ended."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.alerts.alarm import Alarm
from gateway.errors import Canceled, LedgerUnavailable, PermanentFailure
from gateway.journal import Journal
from gateway.kinds import PROCESS
from gateway.ledger.alert import AlertType, NewAlert, Severity
from gateway.ledger.ledger import Ledger
from gateway.ledger.rows import from_json, to_json
from gateway.ledger.task import Ending, Status, Task
from gateway.message.ids import new_id
from gateway.processing.heartbeat import Heartbeat
from gateway.processing.job import Job, Processor
from gateway.processing.retry import OWN_POLICIES, RetryPolicy, error_code
from gateway.telemetry import metrics
from gateway.telemetry.logs import error_fields

_WRITE_TRIES = 60
_WRITE_PAUSE_S = 1.0
_PROGRESS_STEP_S = 0.5  #: progress is written this often at most


class ResultIsNoJson(PermanentFailure):
    """What the processor returned cannot be written as JSON."""

    code = "result_is_no_json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What is done with a task, and with its result."""

    processors: Mapping[str, Processor]  #: by kind; the others run `process`
    clean_result: Callable[[str, Any], Any]  #: takes a kind and a result, and returns it with its findings redacted


class Runner:
    """What a worker does with the ids that the broker gives it."""

    def __init__(
        self,
        ledger: Ledger,
        *,
        work: Work,
        alarm: Alarm,
        journal: Journal,
        owner: str,
        lease_ms: int,
        retry: RetryPolicy,
    ) -> None:
        """
        Put the parts together.

        Args:
            work: what is done with the next task; it may be replaced while another runs.
            owner: what the ledger calls this worker.
        """
        self._ledger = ledger
        self.work = work
        self._alarm = alarm
        self._journal = journal
        self._owner = owner
        self._lease_ms = lease_ms
        self._retry = retry
        self._heartbeat = Heartbeat(ledger, journal, lease_ms=lease_ms)

    def run(self, task_ids: Sequence[str]) -> None:
        """
        Run those of the tasks that can be claimed; the others are doubles, canceled or not yet due.

        Raises:
            LedgerUnavailable: nothing could be claimed; the monitor launches them again.
        """
        for task in self._ledger.claim(task_ids, owner=self._owner, lease_ms=self._lease_ms):
            self._run_one(task)

    def _run_one(self, task: Task) -> None:
        self._journal.info("task.started", request_id=task.request_id, task_id=task.id, attempt=task.attempt)
        started = time.monotonic()
        stopped = self._heartbeat.start(task.claim)
        try:
            ending = self._attempt(task, stopped.is_set)
            seconds = time.monotonic() - started
            held = self._write(task, ending, stopped)
        finally:
            self._heartbeat.stop(task.claim)
        metrics.task_processing_duration.observe(seconds)
        self._tell(task, ending, seconds, still_ours=held)

    def _write(self, task: Task, ending: Ending, stopped: threading.Event) -> bool:
        """
        Write how the attempt ended, and return whether it was still this worker's.

        Where the ledger is away, a result that may have cost an hour waits for it, as long as nobody else has the task.
        """
        for _ in range(_WRITE_TRIES):
            try:
                return bool(self._ledger.end([ending]))
            except LedgerUnavailable as error:
                self._journal.error("task.unwritten", task_id=task.id, attempt=task.attempt, **error_fields(error))
                if stopped.wait(_WRITE_PAUSE_S):
                    break
        return False

    def _attempt(self, task: Task, stopped: Callable[[], bool]) -> Ending:
        """Run the processor once."""
        job = self._job(task, stopped)
        work = self.work
        processor = work.processors.get(task.kind) or work.processors[PROCESS]
        try:
            result = processor(job)
            try:
                plain = from_json(to_json(result))
            except TypeError:
                raise ResultIsNoJson from None
            return Ending(claim=task.claim, status=Status.COMPLETED, result=work.clean_result(task.kind, plain))
        except Canceled as error:  # as a rule the claim is gone, and this is written nowhere
            return Ending(claim=task.claim, status=Status.FAILED, error=error_code(error), remark="stopped by itself")
        except (KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:  # noqa: BLE001 - a processor may fail in any way; class and code are kept
            self._journal.warning("task.error", request_id=task.request_id, task_id=task.id, **error_fields(error))
            return self._failed(task, error)

    def _failed(self, task: Task, error: BaseException) -> Ending:
        code = error_code(error)
        delay = OWN_POLICIES.get(task.kind, self._retry).delay_ms(task.failures, error)
        if delay is None:
            return Ending(claim=task.claim, status=Status.FAILED, error=code, remark=f"failed: {code}")
        at = int(time.time() * 1000) + delay
        return Ending(claim=task.claim, status=Status.PENDING, error=code, remark=f"retry after {code}", retry_at=at)

    def _job(self, task: Task, stopped: Callable[[], bool]) -> Job:
        written_at = time.monotonic()

        def report(done: float) -> None:
            nonlocal written_at
            if time.monotonic() - written_at < _PROGRESS_STEP_S:
                return
            written_at = time.monotonic()
            try:
                ours = self._ledger.progress(task.claim, min(max(done, 0.0), 1.0))
            except LedgerUnavailable:
                return  # progress is a courtesy: the job goes on
            if not ours:
                raise Canceled

        return Job(
            id=task.id,
            kind=task.kind,
            attempt=task.attempt,
            content=task.payload.get("content", ""),
            args=task.payload.get("args", {}),
            metadata=task.payload.get("metadata", {}),
            callback_url=task.callback_url,
            report=report,
            stopped=stopped,
        )

    def _tell(self, task: Task, ending: Ending, seconds: float, *, still_ours: bool) -> None:
        outcome = ending.status.value if still_ours else "discarded"
        self._journal.info(
            f"task.{'retried' if outcome == Status.PENDING else outcome}",
            request_id=task.request_id,
            task_id=task.id,
            kind=task.kind,
            attempt=task.attempt,
            ms=seconds * 1000,
        )
        if not still_ours:
            return
        if ending.status is Status.COMPLETED:
            metrics.task_processing_successes.inc()
            return
        metrics.task_processing_failures.inc()
        if ending.status is Status.FAILED:
            raise_task_failed(self._alarm, task, ending.error or "", self._journal)


def raise_task_failed(alarm: Alarm, task: Task, error: str, journal: Journal) -> None:
    """Alert that a task has failed for good; the ledger's row tells it even where the alert cannot be recorded."""
    try:
        alarm.raise_alert(
            NewAlert(
                id=new_id(),
                type=AlertType.TASK_FAILED,
                severity=Severity.MEDIUM,
                description=f"A task of kind {task.kind} has failed: {error}.",
                action="It stays in the ledger; an operator can start it again.",
                caller=task.caller,
                request_id=task.request_id,
                subject=task.id,
            )
        )
    except LedgerUnavailable as unavailable:
        journal.error("alert.unrecorded", task_id=task.id, **error_fields(unavailable))
