"""What is lost between the ledger, the broker and the workers, and how it is put right."""

import time
from collections.abc import Callable, Collection, Sequence
from typing import Final

from gateway.alerts.alarm import Alarm
from gateway.delivery.queue import Queue
from gateway.errors import BrokerUnavailable
from gateway.journal import Journal
from gateway.ledger.ledger import Ledger
from gateway.ledger.moves import BACK_OFF_MS, LONGEST_BACK_OFF_MS
from gateway.ledger.task import GAVE_UP, Relaunch, Waiting
from gateway.processing.duties import Duties
from gateway.telemetry import metrics
from gateway.telemetry.logs import error_fields

_SWEEP_LIMIT: Final = 1_000  #: tasks that are put right in one pass
_LOOK_LIMIT: Final = 5_000  #: that the broker is asked about in one pass
_PAUSE_S: Final = 5.0  #: for as long a queue skips a broker that failed
_QUICK_S: Final = 0.1
_SHARE: Final = 10  #: what is not quick takes a tenth of the time: looking through a long list is work
_LONGEST_PAUSE_S: Final = 10.0
_SILENCE_EVERY_S: Final = 10.0
_SILENCE_LIMIT: Final = 2_000  #: in one transaction, for which others wait


class Repairs:
    """Takes back what dead workers held, launches what the broker does not hold, and tells of what waits too long."""

    def __init__(
        self,
        ledger: Ledger,
        queue: Queue,
        *,
        alarm: Alarm,
        journal: Journal,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ledger = ledger
        self._queue = queue
        self._alarm = alarm
        self._journal = journal
        self._steady = steady
        self._ask_at = 0.0
        self._broker_is_down = False
        self._launch_at = 0.0
        self._longest_back_off_ms = LONGEST_BACK_OFF_MS
        self._silence_at = 0.0

    def put_right(self, duties: Duties) -> list[Relaunch]:
        """
        Take back what dead workers held, and publish again what the broker does not hold.

        What it does hold, a backlog say, is only looked at again later. While the broker is down nothing is written
        about what waits, so that it goes out as soon as the broker is back.
        """
        relaunches = self._sweep(duties, pending=())  # lost workers first: asking the broker may take a while
        if due := self._with_a_place(self._come_due(), duties):
            relaunches += self._sweep(duties, pending=due)
        if lost := self._with_a_place(self._lost_messages(), duties):
            relaunches += self._sweep(duties, pending=lost)
        return relaunches

    def _sweep(self, duties: Duties, *, pending: Collection[str]) -> list[Relaunch]:
        relaunches = self._ledger.sweep(
            max_attempts=duties.max_attempts,
            by_kind=duties.attempts_by_kind,
            pending=pending,
            limit=_SWEEP_LIMIT,
            longest_back_off_ms=self._longest_back_off_ms,
        )
        for relaunch in relaunches:
            metrics.tasks_relaunched.labels(relaunch.reason).inc()
            task = relaunch.task
            self._journal.warning(
                "task.relaunched", request_id=task.request_id, task_id=task.id, reason=relaunch.reason
            )
            if relaunch.alert is not None:
                self._alarm.announce(relaunch.alert)
        self._publish([relaunch for relaunch in relaunches if relaunch.reason != GAVE_UP])
        return relaunches

    def tell_silence(self, duties: Duties) -> int:
        """Raise an alert for what waits longer than its kind should, and return how many tasks that are."""
        if self._steady() < self._silence_at:
            return 0
        silences = self._ledger.silent(wait_ms=duties.wait_ms, by_kind=duties.wait_ms_by_kind, limit=_SILENCE_LIMIT)
        for silence in silences:
            self._journal.warning("task.silent", kind=silence.kind, pool=silence.pool, tasks=silence.tasks)
            self._alarm.announce(silence.alert, times=silence.tasks)
        told = sum(silence.tasks for silence in silences)
        if told < _SILENCE_LIMIT:  # else there are more: they come with the next pass
            self._silence_at = self._steady() + _SILENCE_EVERY_S
        return told

    def _with_a_place(self, waiting: Sequence[Waiting], duties: Duties) -> list[str]:
        """Return what could run now; what has to wait until one of its kind ends is only looked at again later."""
        limited = duties.at_once.keys() & {each.kind for each in waiting}
        running = self._ledger.processing(limited) if limited else {}
        free = {kind: duties.at_once[kind] - number for kind, number in running.items()}
        fitting: list[str] = []
        crowded: list[str] = []
        for each in waiting:
            if each.kind in free:
                free[each.kind] -= 1
            (crowded if free.get(each.kind, 0) < 0 else fitting).append(each.id)
        if crowded:
            self._ledger.look_again(crowded)
        return fitting

    def _come_due(self) -> list[Waiting]:
        """Return what has come due by a time of its own. The broker need not be asked: nobody has told it of them."""
        return [] if self._steady() < self._launch_at else self._ledger.come_due(limit=_SWEEP_LIMIT)

    def _lost_messages(self) -> list[Waiting]:
        """Return what waits, is overdue, and has no message in the broker, or may have none."""
        started = self._steady()
        if started < self._ask_at:
            return []
        by_pool: dict[str, list[Waiting]] = {}
        for each in self._ledger.overdue(limit=_LOOK_LIMIT):
            by_pool.setdefault(each.pool, []).append(each)
        lost: list[Waiting] = []
        for pool, waiting in by_pool.items():
            try:
                held = self._queue.holds(pool, [each.id for each in waiting])
            except BrokerUnavailable as error:
                self._note_outage(error)
                break
            # Where the broker cannot tell, only ever longer waits keep a backlog from being flooded with doubles.
            self._longest_back_off_ms = LONGEST_BACK_OFF_MS if held is None else BACK_OFF_MS
            lost += [each for each in waiting if not held or each.id not in held]
            if held:
                self._ledger.look_again([each.id for each in waiting if each.id in held])
        else:
            took = self._steady() - started
            self._ask_at = self._steady() + min(took * _SHARE, _LONGEST_PAUSE_S) if took > _QUICK_S else 0.0
        return lost

    def _publish(self, relaunches: Sequence[Relaunch]) -> None:
        for place, relaunch in enumerate(relaunches):
            try:
                task = relaunch.task
                self._queue.launch(task.id, pool=task.pool, priority=task.priority)
            except BrokerUnavailable as error:
                self._note_outage(error)
                self._ask_at = self._steady() + _PAUSE_S
                self._ledger.look_again([left.task.id for left in relaunches[place:]], soon=True)
                return
        if relaunches and self._broker_is_down:
            self._broker_is_down = False
            self._journal.info("broker.back")

    def _note_outage(self, error: BrokerUnavailable) -> None:
        """An outage is told once, not at every pass; nothing more is launched for a while."""
        self._launch_at = self._steady() + _PAUSE_S
        if not self._broker_is_down:
            self._broker_is_down = True
            self._journal.error("broker.unavailable", **error_fields(error))
