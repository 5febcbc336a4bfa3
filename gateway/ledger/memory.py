"""The ledger in memory, for tests: the same promises, kept by one lock; nothing outlives the process."""

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice

from gateway.errors import (
    AlertNotFound,
    GatewayError,
    IdempotencyInFlight,
    LedgerUnavailable,
    TaskAlreadyFinished,
    TaskNotFound,
)
from gateway.ledger import moves
from gateway.ledger.alert import Alert, NewAlert
from gateway.ledger.clock import now_ms
from gateway.ledger.idempotency import KEY_KEPT_MS, WIPED, KeyLease, UsedKey
from gateway.ledger.ledger import FOLD_WINDOW_MS, FOLLOWED_WITHIN_S, Follow
from gateway.ledger.memory_upkeep import MemoryUpkeep, is_due_to_run
from gateway.ledger.rows import fingerprint, from_json, to_json
from gateway.ledger.task import LIVE, MOVES, Claim, Ending, NewTask, Status, Task, TaskEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class _Key:
    lease: KeyLease
    body_hash: str
    taken_id: str | None = None
    answer: str | None = None

    def is_over(self, now: int) -> bool:
        """Tell whether the key can be taken."""
        stays = self.answer is None and self.taken_id is not None
        return self.lease.until <= now - KEY_KEPT_MS * stays


class MemoryLedger(MemoryUpkeep):
    """`gateway.ledger.ledger.Ledger` without a database. Payloads and results go through JSON, as they do there."""

    def __init__(self, *, clock: Callable[[], int] = now_ms, launch_grace_ms: int = 2_000) -> None:
        """Begin empty; the arguments are those of `SqlLedger`."""
        self._clock = clock
        self._launch_grace_ms = launch_grace_ms
        self._lock = threading.RLock()
        self._tasks: dict[str, Task] = {}
        self._events: dict[str, list[TaskEvent]] = {}
        self._alerts: dict[str, tuple[str, Alert]] = {}  # with their fingerprints
        self._keys: dict[str, _Key] = {}
        self._leaders: dict[str, tuple[str, int]] = {}
        self._schedules: dict[str, int] = {}
        self._closed = False

    def accept(self, task: NewTask, *, follow: Follow | None = None) -> Task:
        """Write the task down; see `Ledger.accept`."""
        (accepted,) = self.accept_all([task], follow=follow)
        return accepted

    def accept_all(self, tasks: Sequence[NewTask], *, follow: Follow | None = None) -> list[Task]:
        """Write the tasks down together; see `Ledger.accept_all`."""
        accepted = self._accepted(tasks)
        if follow and accepted:
            done = threading.Event()
            with suppress(Exception):  # as the other ledgers
                follow(accepted, done.set)
            done.wait(FOLLOWED_WITHIN_S)
        return accepted

    def _accepted(self, tasks: Sequence[NewTask]) -> list[Task]:
        payloads = [from_json(to_json(task.payload)) for task in tasks]
        with self._open():
            now, ids = self._clock(), {task.id for task in tasks}
            if len(ids) < len(tasks) or not ids.isdisjoint(self._tasks):
                raise GatewayError("The ledger refused what was to be written.")
            keys = [(self._mine(task.key), task.id) for task in tasks if task.key is not None]
            for key, task_id in keys:
                if key is None or key.taken_id is not None:
                    raise IdempotencyInFlight
                self._keys[key.lease.key_hash] = replace(key, taken_id=task_id)
            accepted = [moves.accepted(task, now=now, launch_grace_ms=self._launch_grace_ms) for task in tasks]
            for task, payload in zip(accepted, payloads, strict=True):
                self._add(replace(task, payload=payload))
            return accepted

    def get(self, task_id: str, *, caller: str | None = None) -> Task:
        """Return the task; see `Ledger.get`."""
        with self._open():
            task = self._tasks.get(task_id)
            if task is None or caller not in {None, task.caller}:
                raise TaskNotFound
            return task

    def tasks(
        self,
        *,
        caller: str | None = None,
        status: Status | None = None,
        kind: str | None = None,
        limit: int = 50,
        before_id: str | None = None,
    ) -> list[Task]:
        """Return the newest first; see `Ledger.tasks`."""
        with self._open():
            found = (
                self._tasks[task_id]
                for task_id in sorted(self._tasks, reverse=True)
                if before_id is None or task_id < before_id
            )
            wanted = (
                task
                for task in found
                if caller in {None, task.caller} and status in {None, task.status} and kind in {None, task.kind}
            )
            return list(islice(wanted, limit))

    def events(self, task_id: str) -> list[TaskEvent]:
        """Return the changes of state, oldest first; none where there is no such task."""
        with self._open():
            return list(self._events.get(task_id, ()))

    def cancel(self, task_id: str, *, by: str, caller: str | None = None) -> Task:
        """Cancel what has not ended; see `Ledger.cancel`."""
        with self._open():
            task = self.get(task_id, caller=caller)
            if task.status is Status.CANCELED:
                return task
            if Status.CANCELED not in MOVES[task.status]:
                raise TaskAlreadyFinished
            return self._move(task, moves.canceled(now=self._clock()), by=by)

    def retry(self, task_id: str, *, by: str) -> Task:
        """Set a failed or canceled task back to pending; see `Ledger.retry`."""
        with self._open():
            task = self.get(task_id)
            moves.check_retryable(task)
            changes = moves.retried(now=self._clock(), launch_grace_ms=self._launch_grace_ms)
            return self._move(task, changes, by=by, remark=moves.STARTED_AGAIN)

    def claim(
        self, task_ids: Sequence[str], *, owner: str, lease_ms: int, at_once: Mapping[str, int] | None = None
    ) -> list[Task]:
        """Take those of the tasks that are due to run, in the order given; see `Ledger.claim`."""
        with self._open():
            now = self._clock()
            taken = []
            for task_id in task_ids:
                task = self._tasks.get(task_id)
                if task is None or not is_due_to_run(task, now):
                    continue
                if self._processing(task.kind) >= (at_once or {}).get(task.kind, len(self._tasks)):
                    self._set(task_id, moves.look_put_off(task, now=now))
                    continue
                changes = moves.claimed(owner=owner, now=now, lease_ms=lease_ms, alone=len(task_ids) == 1)
                taken.append(self._move(task, changes | {"attempt": task.attempt + 1}, by=owner))
            return taken

    def waiting(self, kind: str, *, limit: int) -> list[Task]:
        """Return what waits for its turn; see `Ledger.waiting`."""
        with self._open():
            now = self._clock()
            due = [task for task in self._tasks.values() if task.kind == kind and is_due_to_run(task, now)]
            return sorted(due, key=lambda task: (-task.priority, task.id))[:limit]

    def processing(self, kinds: Collection[str]) -> dict[str, int]:
        """Count what is processing of each of the kinds; see `Ledger.processing`."""
        with self._open():
            return {kind: self._processing(kind) for kind in kinds}

    def beat(self, claims: Collection[Claim], *, lease_ms: int) -> set[Claim]:
        """Extend the leases; see `Ledger.beat`."""
        with self._open():
            held = self._held(claims)
            for claim in held:
                now, started_at = self._clock(), self._tasks[claim.task_id].started_at
                self._set(claim.task_id, {"due_at": now + lease_ms, "started_at": started_at or now})
            return held

    def progress(self, claim: Claim, value: float) -> bool:
        """Write how far an attempt is; see `Ledger.progress`. What lies outside 0 to 1 is cut off."""
        with self._open():
            held = self._held([claim])
            for _ in held:
                self._set(claim.task_id, {"progress": max(0.0, min(1.0, value)), "updated_at": self._clock()})
            return bool(held)

    def end(self, endings: Sequence[Ending], *, again: bool = False) -> set[Claim]:
        """Write how attempts ended; see `Ledger.end`, and `SqlLedger.end` for what it raises."""
        with self._open():
            now = self._clock()
            written = {ending.claim for ending in endings if again and self._stands(ending)}
            held = self._held(ending.claim for ending in endings)
            first = {ending.claim: ending for ending in reversed(endings) if ending.claim in held}
            changes = {
                claim: moves.ended(
                    ending,
                    failures=self._tasks[claim.task_id].failures,
                    started_at=self._tasks[claim.task_id].started_at,
                    now=now,
                    launch_grace_ms=self._launch_grace_ms,
                )
                for claim, ending in first.items()
            }
            results = {claim: from_json(to_json(change["result"])) for claim, change in changes.items()}
            for claim, ending in first.items():
                task = self._tasks[claim.task_id]
                callback_url = moves.callback_after(task, ending.status)
                change = changes[claim] | {"result": results[claim], "callback_url": callback_url}
                self._move(task, change, by=task.owner or "", remark=moves.end_remark(ending))
                if ending.alert:
                    self._raise(ending.alert)
            return held | written

    def backlog(self, pool: str, *, at_most: int) -> int:
        """Count what waits in the pool, up to *at_most*; see `Ledger.backlog`."""
        with self._open():
            soon = self._clock() + moves.SOON_MS
            pending = (t for t in self._tasks.values() if t.pool == pool and t.status is Status.PENDING)
            return min(at_most, sum(1 for task in pending if (task.due_at or 0) <= soon))

    def lead(self, name: str, *, holder: str, for_ms: int) -> bool:
        """Take or keep the lead; see `Ledger.lead`."""
        with self._open():
            now = self._clock()
            current, until = self._leaders.get(name, (holder, now))
            if current != holder and now < until <= now + for_ms:
                return False
            self._leaders[name] = (holder, now + for_ms)
            return True

    def take_key(self, key_hash: str, body_hash: str, *, for_ms: int) -> KeyLease | UsedKey:
        """Take an idempotency key, or tell what is known of it; see `Ledger.take_key`."""
        with self._open():
            now, key = self._clock(), self._keys.get(key_hash)
            if key is not None and not key.is_over(now):
                in_flight = key.lease.until > now
                return UsedKey(body_hash=key.body_hash, in_flight=in_flight, taken_id=key.taken_id, answer=key.answer)
            lease = KeyLease(key_hash=key_hash, until=now + for_ms)
            self._keys[key_hash] = _Key(lease=lease, body_hash=body_hash)
            return lease

    def note_sent(self, key: KeyLease, message_id: str) -> None:
        """Note that a message is sent on under the key; see `Ledger.note_sent`."""
        with self._open():
            mine = self._mine(key)
            if mine is None or mine.taken_id is not None:
                raise IdempotencyInFlight
            self._keys[key.key_hash] = replace(mine, taken_id=message_id)

    def answer_key(self, key: KeyLease, sealed: str) -> bool:
        """Keep what the key's request was answered; see `Ledger.answer_key`."""
        with self._open():
            mine = self._mine(key)
            if mine is not None:
                kept = replace(key, until=self._clock() + KEY_KEPT_MS)
                self._keys[key.key_hash] = replace(mine, lease=kept, answer=sealed)
            return mine is not None

    def free_key(self, key: KeyLease) -> None:
        """Let others take the key; see `Ledger.free_key`."""
        with self._lock:
            mine = self._mine(key)
            if mine is not None and mine.taken_id not in self._tasks:
                del self._keys[key.key_hash]

    def drop_keys(self, *, limit: int = 500) -> int:
        """Delete keys that stand for nothing any more; see `Ledger.drop_keys`."""
        with self._open():
            now = self._clock()
            over = [key_hash for key_hash, key in self._keys.items() if key.is_over(now)][:limit]
            for key_hash in over:
                del self._keys[key_hash]
            return len(over)

    def raise_alert(self, alert: NewAlert) -> Alert:
        """Write the alert down, or fold it; see `Ledger.raise_alert`."""
        with self._open():
            return self._raise(alert)

    def repeat_alert(self, alert_id: str) -> None:
        """Count one more; see `Ledger.repeat_alert`."""
        with self._open():
            same, alert = self._alerts[alert_id]
            self._alerts[alert_id] = (same, replace(alert, count=alert.count + 1, last_at=self._clock()))

    def alert(self, alert_id: str) -> Alert:
        """Return one alert; see `Ledger.alert`."""
        with self._open():
            if alert_id not in self._alerts:
                raise AlertNotFound
            return self._alerts[alert_id][1]

    def alerts(self, *, limit: int = 50, before_id: str | None = None) -> list[Alert]:
        """Return the newest first."""
        with self._open():
            newest = sorted(self._alerts, reverse=True)
            return [self._alerts[id_][1] for id_ in newest if before_id is None or id_ < before_id][:limit]

    def unreported_alerts(self, *, older_than_ms: int, limit: int = 100) -> list[Alert]:
        """Return alerts whose file has to be written, longest untouched first; see `Ledger.unreported_alerts`."""
        with self._open():
            before = self._clock() - older_than_ms
            found = [alert for _, alert in self._alerts.values() if alert.reported < alert.count]
            return sorted((a for a in found if a.last_at <= before), key=lambda a: a.last_at)[:limit]

    def mark_reported(self, alert_id: str, count: int) -> None:
        """Note that the alert's file tells *count*."""
        with self._open():
            if alert_id in self._alerts:
                same, alert = self._alerts[alert_id]
                self._alerts[alert_id] = (same, replace(alert, reported=max(alert.reported, count)))

    def ping(self) -> None:
        """Answer, unless closed."""
        with self._open():
            pass

    def tidy(self) -> bool:
        """Do nothing; there is no log to empty."""
        return True

    def close(self) -> None:
        """Refuse everything from now on."""
        self._closed = True

    def _open(self) -> threading.RLock:
        if self._closed:
            raise LedgerUnavailable("The ledger is closed.")
        return self._lock

    def _mine(self, lease: KeyLease) -> "_Key | None":
        key = self._keys.get(lease.key_hash)
        return key if key is not None and key.lease == lease else None

    def _forget_answers(self, task_ids: Collection[str]) -> None:
        for key_hash, key in self._keys.items():
            if key.taken_id in task_ids:
                until = key.lease.until + KEY_KEPT_MS * (key.answer is None)
                self._keys[key_hash] = replace(key, lease=replace(key.lease, until=until), answer=WIPED)

    def _held(self, claims: Iterable[Claim]) -> set[Claim]:
        running = {task.claim for task in self._tasks.values() if task.status is Status.PROCESSING}
        return running & set(claims)

    def _stands(self, ending: Ending) -> bool:
        task = self._tasks.get(ending.claim.task_id)
        return task is not None and (task.claim, task.status) == (ending.claim, ending.status)

    def _add(self, task: Task) -> None:
        self._tasks[task.id] = task
        self._events[task.id] = []
        self._note(task.id, None, Status.PENDING, by=task.caller)

    def _raise(self, alert: NewAlert, *, times: int = 1) -> Alert:
        now, same = self._clock(), fingerprint(alert)
        for known, first in self._alerts.values():
            if known == same and first.at > now - FOLD_WINDOW_MS:
                folded = replace(first, count=first.count + times, last_at=now)
                break
        else:
            fields = {name: getattr(alert, name) for name in NewAlert.__slots__}
            folded = Alert(**fields, at=now, last_at=now, count=times)
        self._alerts[folded.id] = (same, folded)
        return folded

    def _processing(self, kind: str) -> int:
        return sum(task.kind == kind and task.status is Status.PROCESSING for task in self._tasks.values())

    def _set(self, task_id: str, changes: moves.Changes) -> Task:
        after = self._tasks[task_id] = moves.applied(self._tasks[task_id], changes)
        return after

    def _move(self, task: Task, changes: moves.Changes, *, by: str, remark: str | None = None) -> Task:
        self._note(task.id, task.status, changes["status"], by=by, remark=remark)
        if task.status in LIVE:
            for delivery in moves.deliveries([(task, changes["status"])], now=self._clock()):
                self._add(delivery)
        return self._set(task.id, changes)

    def _note(
        self, task_id: str, from_status: Status | None, to_status: Status, *, by: str, remark: str | None = None
    ) -> None:
        event = TaskEvent(at=self._clock(), from_status=from_status, to_status=to_status, by=by, remark=remark)
        self._events[task_id].append(event)
