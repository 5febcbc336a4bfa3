"""Running tasks: claim, work, write how it ended."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, Final

from gateway.delivery.queue import Queue
from gateway.errors import BrokerUnavailable, Canceled, LedgerUnavailable, PermanentFailure
from gateway.journal import Journal
from gateway.kinds import PROCESS
from gateway.ledger.ledger import Ledger
from gateway.ledger.rows import from_json, to_json
from gateway.ledger.task import Claim, Ending, Status, Task
from gateway.processing.batch import Batch, Done
from gateway.processing.heartbeat import Heartbeat
from gateway.processing.job import Job, Processor
from gateway.processing.limits import CANCEL_GRACE_S, NO_LIMIT, Limit, Room, TimeLimitExceeded
from gateway.processing.outbox import Outbox
from gateway.processing.retry import OWN_POLICIES, RetryPolicy, error_code
from gateway.processing.scribe import Scribe
from gateway.processing.timer import Timer
from gateway.telemetry.logs import error_fields

_PROGRESS_STEP_S = 0.5  #: progress is written this often at most
_LONG_S: Final = 0.05  #: a task that takes longer keeps none waiting: what came with it goes to whoever is free
_BATCH_S: Final = 0.25  #: spent on a batch of tasks each of which is short, after which the rest goes, too
_WRITTEN_WITHIN_S: Final = 60.0  #: the ledger may be away; what is not written by then is run again
SHARED: Final = "handed back: it shared a message with a longer task"


class ResultIsNoJson(PermanentFailure):
    """What the processor returned cannot be written as JSON."""

    code = "result_is_no_json"


@dataclass(frozen=True, kw_only=True)
class Work:
    """What is done with a task, and with its result."""

    processors: Mapping[str, Processor]  #: by kind; the others run `process`
    clean_result: Callable[[str, Any], Any]  #: takes a kind and a result, and returns it with its findings redacted
    limits: Mapping[str, Limit] = field(default_factory=dict)  #: by kind

    def limit(self, kind: str) -> Limit:
        """Return what a task of *kind* may take."""
        return self.limits.get(kind, NO_LIMIT)

    @cached_property
    def at_once(self) -> Mapping[str, int]:
        """How many may run at once, of the kinds for which it is said."""
        return {kind: limit.at_once for kind, limit in self.limits.items() if limit.at_once is not None}


class Runner:
    """What a worker does with the ids that the broker gives it."""

    def __init__(
        self,
        ledger: Ledger,
        *,
        queue: Queue,
        work: Work,
        scribe: Scribe,
        journal: Journal,
        owner: str,
        lease_ms: int,
        retry: RetryPolicy,
        room: Room,
    ) -> None:
        """
        Put the parts together.

        Args:
            work: what is done with the next task; it may be replaced while another runs.
            owner: what the ledger calls this worker.
            room: what attempts run in.
        """
        self._ledger = ledger
        self._queue = queue
        self.work = work
        self._scribe = scribe
        self._journal = journal
        self._owner = owner
        self._lease_ms = lease_ms
        self._retry = retry
        self._room = room
        self._timer = Timer()
        self._running: set[Claim] = set()
        self._in_hand: dict[Claim, object] = {}  #: from the claim until the end is written down, by the call of `run`
        self._outbox = Outbox(self._write, journal)
        self._heartbeat = Heartbeat(ledger, journal, lease_ms=lease_ms, on_lost=self._await_its_end)

    def run(self, task_ids: Sequence[str]) -> None:
        """
        Run those of the tasks that can be claimed; the others are doubles, canceled or not yet due.

        Several are run one after the other. Behind one that runs for 50 ms, the rest is handed back, and published each
        by itself: short tasks never wait behind a long one. The ends are written down before this returns, so that the
        next task, which may kill this process, harms none of them. Where threads share the process that is no gain: the
        ends are written soon after, `settle` waits for that, and a place of a limited kind alone is freed at once.

        Raises:
            LedgerUnavailable: nothing could be claimed; the monitor launches them again.
        """
        at_once = self.work.at_once
        claimed = self._ledger.claim(task_ids, owner=self._owner, lease_ms=self._lease_ms, at_once=at_once)
        # A ledger whose COMMIT broke may grant again what this worker has, where the message came twice.
        call = object()
        tasks = [task for task in claimed if self._in_hand.setdefault(task.claim, call) is call]
        if not tasks:
            return
        batch = Batch(tasks)
        watch = self._timer.call_in(_LONG_S, partial(self._look_at, batch, time.monotonic() + _BATCH_S))
        unended = {task.claim for task in tasks}
        try:
            while task := batch.next():
                batch.add(self._run_one(task))
                unended.discard(task.claim)
        except BaseException:
            for claim in unended:
                self._in_hand.pop(claim, None)
            raise
        finally:
            watch.cancel()  # where it has begun, it finds the batch over, now or at its next look
            if self._room.is_shared and at_once.keys().isdisjoint(task.kind for task in tasks):
                self._outbox.put(batch.take_done())
            else:
                self._write(batch.take_done())
                self.settle(within_s=_WRITTEN_WITHIN_S)  # what was taken out of the batch meanwhile

    def settle(self, *, within_s: float) -> bool:
        """Wait until the ends of all that has run are written down; False where they were not in time."""
        return self._outbox.flush(within_s=within_s)

    def _look_at(self, batch: Batch, until: float) -> None:
        """Break the batch up where one of it takes long, or all of it; else look again when that may be so."""
        if batch.is_over():
            return
        left_s = min(_LONG_S - batch.running_s(), until - time.monotonic())
        if left_s > 0:
            self._timer.call_in(left_s, partial(self._look_at, batch, until))
        else:
            self._break_up(batch)

    def _break_up(self, batch: Batch) -> None:
        """Have written down what has ended, and handed back what has not begun, while the one between goes on."""

        def take(done: Sequence[Done], waiting: Sequence[Task]) -> None:
            back = (Done(task=task, ending=handed_back(task, SHARED), seconds=0.0) for task in waiting)
            self._outbox.put([*done, *back])

        running = batch.break_up(take)
        if running:
            self._tell_started(running)
            try:
                self._ledger.beat([running.claim], lease_ms=self._lease_ms)  # from now on it is known to have begun
            except Exception as error:  # noqa: BLE001 - whatever it is, the next beat may come in time
                self._journal.error("heartbeat.missed", **error_fields(error))

    def _run_one(self, task: Task) -> Done:
        limit = self.work.limit(task.kind)
        started_at, started = int(time.time() * 1000), time.monotonic()
        overrun = None
        try:
            stopped = self._heartbeat.start(task.claim)
            self._running.add(task.claim)
            self._room.enter(limit.seconds)
            if limit.seconds:
                overrun = self._timer.call_in(limit.seconds, partial(self._overrun, task, limit, stopped))
            ending = self._attempt(task, stopped.is_set, started_at)
        except BaseException:
            self._heartbeat.stop(task.claim)  # nobody writes its end down
            raise
        finally:
            if overrun:
                overrun.cancel()
            self._running.discard(task.claim)
            self._room.leave(task.claim)
        return Done(task=task, ending=ending, seconds=time.monotonic() - started)

    def _write(self, done: Sequence[Done]) -> None:
        """Write down how attempts ended, and launch what was handed back, and what waited for them to end."""
        try:
            counted = self._scribe.write(done)
        finally:
            for each in done:
                self._heartbeat.stop(each.task.claim)
                self._in_hand.pop(each.task.claim, None)
        try:
            for each in counted:
                if each.ending.remark == SHARED:
                    self._queue.launch(each.task.id, pool=each.task.pool, priority=each.task.priority)
        except BrokerUnavailable as error:
            self._journal.warning("task.unlaunched", **error_fields(error))  # the monitor does it
        self._launch_next(done)

    def _launch_next(self, done: Sequence[Done]) -> None:
        launch_next(self._ledger, self._queue, self._journal, done, self.work.limits)

    def _overrun(self, task: Task, limit: Limit, stopped: threading.Event) -> None:
        """End the attempt in the ledger, so that what it returns counts no more, and have it end here, too."""
        if task.claim not in self._running:
            return
        done = Done(task=task, ending=self._failed(task, TimeLimitExceeded()), seconds=limit.seconds or 0.0)
        self._scribe.write([done])
        stopped.set()  # only now, or a job that stops at once would be written down as canceled
        self._launch_next([done])
        self._remove(task.claim)

    def _await_its_end(self, claim: Claim) -> None:
        self._timer.call_in(CANCEL_GRACE_S, partial(self._remove, claim))

    def _remove(self, claim: Claim) -> None:
        if claim in self._running:
            self._journal.warning("task.removed", task_id=claim.task_id, attempt=claim.attempt)
            self._room.remove(claim)

    def _attempt(self, task: Task, stopped: Callable[[], bool], started_at: int) -> Ending:
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
            clean = work.clean_result(task.kind, plain)
            return Ending(claim=task.claim, status=Status.COMPLETED, result=clean, started_at=started_at)
        except Canceled as error:  # as a rule the claim is gone, and this is written nowhere
            remark, code = "stopped by itself", error_code(error)
            return Ending(claim=task.claim, status=Status.FAILED, error=code, remark=remark, started_at=started_at)
        except (KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:  # noqa: BLE001 - a processor may fail in any way; class and code are kept
            self._journal.warning("task.error", request_id=task.request_id, task_id=task.id, **error_fields(error))
            return self._failed(task, error, started_at)

    def _failed(self, task: Task, error: BaseException, started_at: int | None = None) -> Ending:
        return failed(
            task,
            error,
            retry=self._retry,
            limit=self.work.limit(task.kind),
            started_at=started_at,
        )

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

    def _tell_started(self, task: Task) -> None:
        self._journal.info("task.started", request_id=task.request_id, task_id=task.id, attempt=task.attempt)


def failed(
    task: Task, error: BaseException, *, retry: RetryPolicy, limit: Limit, started_at: int | None = None
) -> Ending:
    """Return the end of an attempt that failed by *error*: for good, or until its next try."""
    code = error_code(error)
    delay = OWN_POLICIES.get(task.kind, retry).delay_ms(task.failures, error, attempts=limit.attempts)
    if delay is None:
        remark = f"failed: {code}"
        return Ending(claim=task.claim, status=Status.FAILED, error=code, remark=remark, started_at=started_at)
    return Ending(
        claim=task.claim,
        status=Status.PENDING,
        error=code,
        remark=f"retry after {code}",
        retry_at=int(time.time() * 1000) + delay,
        started_at=started_at,
    )


def launch_next(
    ledger: Ledger, queue: Queue, journal: Journal, done: Sequence[Done], limits: Mapping[str, Limit]
) -> None:
    """Launch what waited for the end of those of *done* of whose kind only some may run at once."""
    for kind, ended in Counter(each.task.kind for each in done).items():
        at_once = limits.get(kind, NO_LIMIT).at_once
        if at_once is None:
            continue
        try:
            free = at_once - ledger.processing([kind])[kind]
            next_ones = ledger.waiting(kind, limit=max(0, free))
            # Where several end at the same moment, each finds the same ones to be next, and a place for each of these:
            # if all launched the same ones, most places would stay empty.
            drawn = random.sample(next_ones[1:], min(len(next_ones[1:]), 2 * ended))
            for task in next_ones[:1] + drawn:
                queue.launch(task.id, pool=task.pool, priority=task.priority)
        except (LedgerUnavailable, BrokerUnavailable) as error:
            journal.warning("task.unlaunched", kind=kind, **error_fields(error))  # the monitor does it


def handed_back(task: Task, remark: str) -> Ending:
    """Return the end of an attempt that goes to another worker, and spends no try."""
    return Ending(claim=task.claim, status=Status.PENDING, remark=remark, counts_as_failure=False)
