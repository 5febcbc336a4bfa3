"""What the monitor asks of the ledger in memory: the sweep, what is emptied and forgotten, figures, schedules."""

import threading
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from gateway.errors import GatewayError, TaskNotFinished
from gateway.kinds import WEBHOOK
from gateway.ledger import moves
from gateway.ledger.alert import Alert
from gateway.ledger.ledger import Chosen, PoolDepth
from gateway.ledger.rows import from_json, to_json
from gateway.ledger.task import GAVE_UP, LIVE, NewTask, Relaunch, Silence, Status, Task, TaskEvent, Waiting


class MemoryUpkeep:
    """A part of `MemoryLedger`, which has the rest of what is used here."""

    _clock: Callable[[], int]
    _launch_grace_ms: int
    _tasks: dict[str, Task]
    _events: dict[str, list[TaskEvent]]
    _alerts: dict[str, tuple[str, Alert]]
    _schedules: dict[str, int]
    _open: Callable[[], threading.RLock]
    _set: Callable[[str, moves.Changes], Task]
    _move: Callable[..., Task]
    _raise: Callable[..., Alert]
    _add: Callable[[Task], None]
    _forget_answers: Callable[[Collection[str]], None]
    get: Callable[..., Task]

    def sweep(
        self,
        *,
        max_attempts: int,
        limit: int = 500,
        by_kind: Mapping[str, int] | None = None,
        pending: Collection[str] | None = None,
        longest_back_off_ms: int = moves.LONGEST_BACK_OFF_MS,
    ) -> list[Relaunch]:
        """Put right what is live and overdue; see `Ledger.sweep`."""
        allowed = moves.Allowed(attempts=max_attempts, by_kind=by_kind or {}, longest_back_off_ms=longest_back_off_ms)
        with self._open():
            now = self._clock()
            waiting = [task for task in self._due(Status.PENDING) if pending is None or task.id in pending]
            relaunched = []
            for task in [*self._due(Status.PROCESSING), *waiting][:limit]:
                repair = moves.repaired(task, now=now, allowed=allowed)
                after = self._move(task, repair.changes, by=moves.MONITOR, remark=repair.remark)
                alert = self._raise(moves.task_failed(after)) if repair.reason == GAVE_UP else None
                relaunched.append(Relaunch(task=after, reason=repair.reason, alert=alert))
            return relaunched

    def overdue(self, *, limit: int) -> list[Waiting]:
        """Return waiting tasks that somebody should look at; see `Ledger.overdue`."""
        with self._open():
            return [_waiting(task) for task in self._due(Status.PENDING)[:limit]]

    def come_due(self, *, limit: int) -> list[Waiting]:
        """Return tasks whose own time has come; see `Ledger.come_due`."""
        with self._open():
            since = self._clock() - moves.COME_DUE_MS
            found = (
                task
                for task in self._due(Status.PENDING)
                if since < (task.due_at or 0) < (task.not_before or 0) + self._launch_grace_ms
            )
            return [_waiting(task) for task in islice(found, limit)]

    def look_again(self, task_ids: Sequence[str], *, soon: bool = False) -> None:
        """Put off the look at waiting tasks; see `Ledger.look_again`."""
        with self._open():
            now = self._clock()
            for task in [self._tasks[id_] for id_ in task_ids if id_ in self._tasks]:
                if task.status is Status.PENDING and (soon or (task.due_at or 0) <= now):
                    self._set(task.id, {"due_at": now} if soon else moves.look_put_off(task, now=now))

    def bring_near(self, *, lease_ms: int) -> int:
        """Bring looks nearer that lie too far ahead; see `Ledger.bring_near`."""
        with self._open():
            now = self._clock()
            far = []
            for task in self._tasks.values():
                at = now + (lease_ms if task.status is Status.PROCESSING else moves.LONGEST_BACK_OFF_MS)
                waits_its_time = task.status is Status.PENDING and (task.not_before or 0) > now
                if (task.due_at or 0) > at and not waits_its_time:
                    far.append((task.id, at))
            for task_id, at in far:
                self._set(task_id, {"due_at": at})
            return len(far)

    def silent(self, *, wait_ms: int, by_kind: Mapping[str, int], limit: int = 5_000) -> list[Silence]:
        """Find tasks that wait too long; see `Ledger.silent`."""
        with self._open():
            now = self._clock()
            found = [
                task
                for task in self._tasks.values()
                if task.status is Status.PENDING
                and task.silent_at is None
                and self._waits_since(task) <= now - by_kind.get(task.kind, wait_ms)
            ][:limit]
            for task in found:
                self._move(
                    task, {"status": task.status, "silent_at": now}, by=moves.MONITOR, remark=moves.WAITS_TOO_LONG
                )
            silences = []
            for (kind, pool), times in sorted(Counter((task.kind, task.pool) for task in found).items()):
                new = moves.waits_too_long(kind, pool, wait_ms=by_kind.get(kind, wait_ms))
                silences.append(Silence(kind=kind, pool=pool, tasks=times, alert=self._raise(new, times=times)))
            return silences

    def wipe(self, *, contents_before: int, tasks_before: int, limit: int = 500) -> int:
        """Empty and delete what ended long ago; see `Ledger.wipe`."""
        with self._open():
            ended = [task for task in self._tasks.values() if task.finished_at is not None]
            old = [task for task in ended if (task.finished_at or 0) < tasks_before][:limit]
            for task in old:
                del self._tasks[task.id], self._events[task.id]
            held = [t for t in ended if t.payload and (t.finished_at or 0) < contents_before and t.id in self._tasks]
            for task in held[:limit]:
                self._set(task.id, moves.erased(task, now=self._clock()))
            return len(old) + len(held[:limit])

    def erase(self, task_id: str, *, by: str, caller: str | None = None) -> Task:
        """Empty what an ended task holds; see `Ledger.erase`."""
        with self._open():
            task = self.get(task_id, caller=caller)
            if task.status in LIVE:
                raise TaskNotFinished
            if not task.payload:
                self._empty_deliveries({task_id})
                return task
            self._events[task_id] = [replace(event, remark=None) for event in self._events[task_id]]
            self._forget_answers([task_id])
            self._empty_deliveries({task_id})
            return self._move(task, moves.erased(task, now=self._clock()), by=by, remark=moves.ERASED)

    def purgeable(self, chosen: Chosen) -> int:
        """Count the ended tasks that *chosen* names; see `Ledger.purgeable`."""
        with self._open():
            return len(self._chosen(chosen))

    def purgeable_alerts(self, chosen: Chosen) -> int:
        """Count the alerts that *chosen* names; see `Ledger.purgeable_alerts`."""
        with self._open():
            return len(self._chosen_alerts(chosen))

    def purge(self, chosen: Chosen, *, limit: int = 500) -> int:
        """Delete ended tasks; see `Ledger.purge`."""
        with self._open():
            found = self._chosen(chosen)[:limit]
            ids = {task.id for task in found}
            self._forget_answers(ids)
            self._empty_deliveries(ids)
            for task in found:
                del self._tasks[task.id], self._events[task.id]
            return len(found)

    def purge_alerts(self, chosen: Chosen, *, limit: int = 500) -> list[Alert]:
        """Delete alerts; see `Ledger.purge_alerts`."""
        with self._open():
            found = self._chosen_alerts(chosen)[:limit]
            for alert in found:
                del self._alerts[alert.id]
            return found

    def depths(self) -> list[PoolDepth]:
        """Count what is live in each pool; see `Ledger.depths`."""
        with self._open():
            now, live = self._clock(), [task for task in self._tasks.values() if task.status in LIVE]
            return [_depth(pool, [t for t in live if t.pool == pool], now) for pool in sorted({t.pool for t in live})]

    def counts(self) -> dict[Status, int]:
        """Count the tasks by status, those without any included; see `Ledger.counts`."""
        with self._open():
            statuses = [task.status for task in self._tasks.values()]
            return {status: statuses.count(status) for status in Status}

    def schedules(self) -> Mapping[str, int]:
        """Return when each schedule is due next; see `Ledger.schedules`."""
        with self._open():
            return dict(self._schedules)

    def plan(self, due: Mapping[str, int], *, seen: Mapping[str, int]) -> None:
        """Set when each schedule is due next; see `Ledger.plan`."""
        with self._open():
            for name in due.keys() | seen.keys():
                if name in self._schedules and self._schedules[name] != seen.get(name):
                    continue
                if name in due:
                    self._schedules[name] = due[name]
                else:
                    self._schedules.pop(name, None)

    def run_due(self, name: str, *, due_at: int, next_at: int, task: NewTask) -> Task | None:
        """Write down the task of a schedule that is due; see `Ledger.run_due`."""
        payload = from_json(to_json(task.payload))
        with self._open():
            if self._schedules.get(name) != due_at:
                return None
            if task.id in self._tasks:
                raise GatewayError("The ledger refused what was to be written.")
            self._schedules[name] = next_at
            accepted = moves.accepted(task, now=self._clock(), launch_grace_ms=self._launch_grace_ms)
            self._add(replace(accepted, payload=payload))
            return accepted

    def _empty_deliveries(self, task_ids: Collection[str]) -> None:
        for task in list(self._tasks.values()):
            is_over = task.kind == WEBHOOK and task.finished_at is not None
            if is_over and task.payload and task.payload["args"]["task_id"] in task_ids:
                self._set(task.id, moves.erased(task, now=self._clock()))

    def _due(self, status: Status) -> list[Task]:
        now = self._clock()
        due = [t for t in self._tasks.values() if t.status is status and t.due_at is not None and t.due_at <= now]
        return sorted(due, key=lambda task: task.due_at or 0)

    def _waits_since(self, task: Task) -> int:
        became = [e.at for e in self._events[task.id] if e.to_status is Status.PENDING is not e.from_status]
        return max(became[-1], task.not_before or 0)

    def _chosen(self, chosen: Chosen) -> list[Task]:
        ended = [task for task in self._tasks.values() if task.finished_at is not None]
        return [task for task in ended if _meets(chosen, task.id, task.caller, task.finished_at or 0)]

    def _chosen_alerts(self, chosen: Chosen) -> list[Alert]:
        return [alert for _, alert in self._alerts.values() if _meets(chosen, alert.id, alert.caller, alert.last_at)]


def is_due_to_run(task: Task, now: int) -> bool:
    """Tell whether a worker may take the task."""
    return task.status is Status.PENDING and (task.not_before or 0) <= now


def _waiting(task: Task) -> Waiting:
    return Waiting(id=task.id, pool=task.pool, kind=task.kind)


def _depth(pool: str, live: list[Task], now: int) -> PoolDepth:
    pending = [task for task in live if task.status is Status.PENDING]
    waiting = [max(task.created_at, task.not_before or 0) for task in pending if is_due_to_run(task, now)]
    return PoolDepth(
        pool=pool,
        pending=len(pending),
        processing=len(live) - len(pending),
        oldest_pending_at=min(waiting, default=None),
    )


def _meets(chosen: Chosen, id_: str, caller: str, at: int) -> bool:
    of_ids = not chosen.ids or id_ in chosen.ids
    return of_ids and chosen.caller in {None, caller} and (chosen.before is None or at < chosen.before)
