"""Tasks on a schedule: each due time makes one, however many monitors there are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.delivery.queue import Queue
from gateway.errors import BrokerUnavailable
from gateway.journal import Journal
from gateway.ledger.clock import now_ms
from gateway.ledger.ledger import Ledger
from gateway.ledger.task import NewTask, Task
from gateway.message.ids import new_id
from gateway.processing.timing import Timing
from gateway.telemetry.logs import error_fields

CALLER: Final = "schedule:"  #: before its name: who made the task


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """What is to be done, and when."""

    name: str
    timing: Timing
    kind: str
    pool: str
    payload: Mapping[str, Any] = field(repr=False)  #: content and args, screened
    priority: int

    def task(self) -> NewTask:
        """Return a task for one due time."""
        return NewTask(
            id=new_id(),
            caller=CALLER + self.name,
            kind=self.kind,
            pool=self.pool,
            payload=self.payload,
            request_id=new_id(),
            priority=self.priority,
        )


class Schedules:
    """Makes what is due. The ledger knows when each is due next, and lets one of several monitors have it."""

    def __init__(
        self,
        ledger: Ledger,
        queue: Queue,
        journal: Journal,
        timetable: Sequence[Schedule] = (),
        *,
        clock: Callable[[], int] = now_ms,
    ) -> None:
        self._ledger = ledger
        self._queue = queue
        self._journal = journal
        self._clock = clock
        self._timetable = timetable
        self._planned: Sequence[Schedule] | None = None  #: the timetable that the ledger was told of last

    def replace(self, timetable: Sequence[Schedule]) -> None:
        """Work by other schedules from now on. Any thread may ask for it, also while another makes what is due."""
        self._timetable = [*timetable]  # a new one, also where it says the same

    def plan_again(self) -> None:
        """Look anew at what the ledger knows: another monitor may have worked by other schedules."""
        self._planned = None

    def run_due(self) -> list[Task]:
        """Make a task of each schedule that is due; of several due times that were missed, one is made up for."""
        timetable = self._timetable
        known, now = self._ledger.schedules(), self._clock()
        if self._planned is not timetable:
            seen = known
            known = {each.name: each.timing.planned(seen.get(each.name), now) for each in timetable}
            self._ledger.plan(known, seen=seen)
            self._planned = timetable
        made = []
        for each in timetable:
            due_at = known.get(each.name)
            if due_at is None or due_at > now:
                continue
            next_at = each.timing.after(due_at, now)
            task = self._ledger.run_due(each.name, due_at=due_at, next_at=next_at, task=each.task())
            if task is not None:
                self._journal.info("schedule.due", name=each.name, task_id=task.id, request_id=task.request_id)
                self._launch(task)
                made.append(task)
        return made

    def _launch(self, task: Task) -> None:
        try:
            self._queue.launch(task.id, pool=task.pool, priority=task.priority)
        except BrokerUnavailable as error:  # it is in the ledger: the sweep launches it
            self._journal.warning("task.unlaunched", request_id=task.request_id, task_id=task.id, **error_fields(error))
