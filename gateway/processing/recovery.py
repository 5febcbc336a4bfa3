"""What becomes of attempts whose process is gone, or about to go, as seen by the one that outlives them."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from gateway.delivery.queue import Queue
from gateway.errors import BrokerUnavailable, GatewayError, TaskNotFound
from gateway.journal import Journal
from gateway.ledger.ledger import Ledger
from gateway.ledger.moves import LOST
from gateway.ledger.task import Ending, Status, Task
from gateway.processing.batch import Done
from gateway.processing.limits import NO_LIMIT, Limit, TimeLimitExceeded
from gateway.processing.retry import OWN_POLICIES, RetryPolicy
from gateway.processing.runner import failed, handed_back, launch_next
from gateway.processing.scribe import Scribe
from gateway.telemetry.logs import error_fields

STOPPED: Final = "handed back: its worker stopped"
KILLED: Final = "worker lost"
NOT_BEGUN: Final = "handed back: its worker was lost before it had begun"


class Recovery:
    """Settles what a worker process held, so that nothing waits for its lease to run out."""

    def __init__(
        self,
        ledger: Ledger,
        *,
        queue: Queue,
        scribe: Scribe,
        journal: Journal,
        retry: RetryPolicy,
        limits: Mapping[str, Limit],
    ) -> None:
        self._ledger = ledger
        self._queue = queue
        self._scribe = scribe
        self._journal = journal
        self._retry = retry
        self._limits = limits

    def hand_back(self, task_ids: Iterable[str], *, owner: str) -> None:
        """Give what *owner* holds of the tasks to others, since it stops; their retry budget stays as it is."""
        self._settle(task_ids, owner, lambda task: handed_back(task, STOPPED))

    def lost(self, task_ids: Iterable[str], *, owner: str, at: float) -> None:
        """
        Note that *owner* is dead: what it had begun of the tasks has failed, the rest goes to others.

        Args:
            at: when it died, in seconds since the epoch.
        """
        self._settle(task_ids, owner, lambda task: self._ended_by_death(task, at))

    def _settle(self, task_ids: Iterable[str], owner: str, ending: Callable[[Task], Ending]) -> None:
        try:
            tasks = list(self._found(task_ids))
            held = [task for task in tasks if task.status is Status.PROCESSING and task.owner == owner]
            done = [Done(task=task, ending=ending(task), seconds=_seconds(task)) for task in held]
            self._scribe.write(done)
        except GatewayError as error:
            self._journal.error("tasks.unrecovered", **error_fields(error))  # the monitor does, once their lease ends
            return
        launch_next(self._ledger, self._queue, self._journal, done, self._limits)
        again = [each.task for each in done if each.ending.status is Status.PENDING and each.ending.retry_at is None]
        self._launch([*again, *(task for task in tasks if task.status is Status.PENDING and task.not_before is None)])

    def _found(self, task_ids: Iterable[str]) -> Iterable[Task]:
        for task_id in task_ids:
            try:
                yield self._ledger.get(task_id)
            except TaskNotFound:
                continue

    def _launch(self, tasks: Sequence[Task]) -> None:
        try:
            for task in tasks:
                self._queue.launch(task.id, pool=task.pool, priority=task.priority)
        except BrokerUnavailable as error:
            self._journal.warning("task.unlaunched", **error_fields(error))  # the monitor launches them

    def _ended_by_death(self, task: Task, at: float) -> Ending:
        if task.started_at is None:
            return handed_back(task, NOT_BEGUN)
        limit = self._limits.get(task.kind, NO_LIMIT)
        if limit.seconds is not None and at - task.started_at / 1000 >= limit.seconds:
            return failed(task, TimeLimitExceeded(), retry=self._retry, limit=limit)
        failures = task.failures + 1
        if failures >= (limit.attempts or OWN_POLICIES.get(task.kind, self._retry).max_attempts):
            remark = f"{KILLED}; gave up after {failures} failed attempts"
            return Ending(claim=task.claim, status=Status.FAILED, error=LOST, remark=remark)
        return Ending(claim=task.claim, status=Status.PENDING, error=LOST, remark=KILLED)


def _seconds(task: Task) -> float:
    return time.time() - (task.started_at or task.updated_at or 0) / 1000
