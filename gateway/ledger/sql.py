"""The ledger on SQLite or PostgreSQL."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Final, cast

from sqlalchemy import Connection, Select, bindparam, case, false, func, or_, select, text, update

from gateway.errors import AlertNotFound, LedgerUnavailable, TaskNotFound
from gateway.ledger import (
    moves,
    sql_alerts,
    sql_idempotency,
    sql_moves,
    sql_schedules,
    sql_sweep,
    sql_tasks,
    sql_upkeep,
)
from gateway.ledger.alert import Alert, NewAlert
from gateway.ledger.clock import now_ms
from gateway.ledger.database import Database
from gateway.ledger.idempotency import KeyLease, UsedKey
from gateway.ledger.ledger import FOLD_WINDOW_MS, Chosen, Follow, PoolDepth
from gateway.ledger.rows import alert_from, event_from, task_from
from gateway.ledger.schema import HEAD, alerts, schedules, task_events, tasks
from gateway.ledger.task import Claim, Ending, NewTask, Relaunch, Silence, Status, Task, TaskEvent, Waiting

_PENDING, _PROCESSING = (tasks.c.status == status.value for status in (Status.PENDING, Status.PROCESSING))
_DUE: Final = or_(tasks.c.not_before.is_(None), tasks.c.not_before <= bindparam("now"))
_SINCE: Final = case((tasks.c.not_before > tasks.c.created_at, tasks.c.not_before), else_=tasks.c.created_at)
_DEPTHS: Final = (
    select(
        tasks.c.pool,
        func.count().filter(_PENDING).label("pending"),
        func.count().filter(_PROCESSING).label("processing"),
        func.min(_SINCE).filter(_PENDING, _DUE).label("oldest_pending_at"),
    )
    .where(tasks.c.due_at.is_not(None))
    .group_by(tasks.c.pool)
    .order_by(tasks.c.pool)
)
_COUNTS: Final = select(tasks.c.status, func.count().label("times")).group_by(tasks.c.status)
_WRITE_NOTHING: Final = update(tasks).where(false()).values(id=tasks.c.id)
_PING_S: Final = 3.0  #: a write that takes longer is as good as none
_REVISION: Final = text("SELECT version_num FROM alembic_version")


class SqlLedger:
    """
    `gateway.ledger.ledger.Ledger` on a database whose schema `gateway.ledger.migrations.migrate` has made.

    Safe for threads, and across a fork: a child opens its own connections. Concurrent writers of one process share
    transactions, see `gateway.ledger.group_commit`.
    """

    def __init__(
        self,
        url: str,
        *,
        clock: Callable[[], int] = now_ms,
        launch_grace_ms: int = 2_000,
        write_timeout_s: float = 10,
        max_batch: int = 128,
        gather_s: float = 0,
    ) -> None:
        """
        Open nothing yet.

        Args:
            url: SQLAlchemy's form; SQLite needs a file.
            clock: milliseconds since the epoch; the same for all who share the database.
            launch_grace_ms: how long a publisher has until the monitor launches a task.
            write_timeout_s: how long a writer waits for its commit.
            max_batch: the most writers that share a transaction.
            gather_s: how long a transaction waits for writers who write all the time; see `gateway.ledger.gathering`.

        Raises:
            InvalidSetting: *url* is none, or names an SQLite database in memory.
        """
        self._database = Database(url, max_batch=max_batch, wait_s=write_timeout_s, gather_s=gather_s)
        self._clock = clock
        self._launch_grace_ms = launch_grace_ms

    def accept(self, task: NewTask, *, follow: Follow | None = None) -> Task:
        """
        Write the task down; see `Ledger.accept`.

        Raises:
            LedgerOutcomeUnknown: the task may still be written, and then it runs.
            TypeError: the payload is no JSON.
        """
        (accepted,) = self.accept_all([task], follow=follow)
        return accepted

    def accept_all(self, tasks: Sequence[NewTask], *, follow: Follow | None = None) -> list[Task]:
        """
        Write the tasks down together; see `Ledger.accept_all`.

        Raises:
            TypeError: a payload is no JSON.
        """
        if not tasks:
            return []
        now = self._clock()
        accepted = [moves.accepted(task, now=now, launch_grace_ms=self._launch_grace_ms) for task in tasks]
        rows = [sql_moves.task_values(task) for task in accepted]
        then = partial(follow, accepted) if follow else None
        if keys := [(task.key, task.id) for task in tasks if task.key is not None]:
            accepting = sql_idempotency.Accepting(rows=rows, keys=keys)
            self._database.write_each(sql_idempotency.accept_each, accepting, follow=then)
        else:
            self._database.write_each(sql_tasks.write_new, rows, as_one=True, follow=then)
        return accepted

    def get(self, task_id: str, *, caller: str | None = None) -> Task:
        """Return the task; see `Ledger.get`."""
        statement = select(tasks).where(tasks.c.id == task_id)
        if caller is not None:
            statement = statement.where(tasks.c.caller == caller)
        for row in self._database.rows(statement):
            return task_from(row)
        raise TaskNotFound

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
        statement = select(tasks).order_by(tasks.c.id.desc()).limit(limit)
        for column, value in ((tasks.c.caller, caller), (tasks.c.status, status), (tasks.c.kind, kind)):
            if value is not None:
                statement = statement.where(column == value)
        if before_id is not None:
            statement = statement.where(tasks.c.id < before_id)
        return [task_from(row) for row in self._database.rows(statement)]

    def events(self, task_id: str) -> list[TaskEvent]:
        """Return the changes of state, oldest first; none where there is no such task."""
        statement = select(task_events).where(task_events.c.task_id == task_id).order_by(task_events.c.seq)
        return [event_from(row) for row in self._database.rows(statement)]

    def cancel(self, task_id: str, *, by: str, caller: str | None = None) -> Task:
        """Cancel what has not ended; see `Ledger.cancel`."""
        return self._database.write(lambda c: sql_tasks.cancel(c, task_id, by=by, caller=caller, now=self._clock()))

    def retry(self, task_id: str, *, by: str) -> Task:
        """Set a failed or canceled task back to pending; see `Ledger.retry`."""
        asked_at, grace = self._clock(), self._launch_grace_ms
        return self._database.write(
            lambda c: sql_tasks.retry(c, task_id, by=by, asked_at=asked_at, now=self._clock(), launch_grace_ms=grace)
        )

    def claim(
        self, task_ids: Sequence[str], *, owner: str, lease_ms: int, at_once: Mapping[str, int] | None = None
    ) -> list[Task]:
        """Take those of the tasks that are due to run, in the order given; see `Ledger.claim`."""
        if not task_ids:
            return []
        wish = sql_tasks.Wish(task_ids, owner, lease_ms, at_once or {}, self._clock())
        # Undone by a power cut, it is pending; granted unheard, it would end as a failure of a task that never ran.
        return self._database.write_until_known(self._claim_each, wish, durable=False, within_s=lease_ms / 1000)

    def waiting(self, kind: str, *, limit: int) -> list[Task]:
        """Return what waits for its turn; see `Ledger.waiting`."""
        rows = self._database.rows(*sql_tasks.waiting(kind, limit=limit, now=self._clock()))
        return [task_from(row) for row in rows]

    def processing(self, kinds: Collection[str]) -> dict[str, int]:
        """Count what is processing of each of the kinds; see `Ledger.processing`."""
        counted = {row["kind"]: row["number"] for row in self._database.rows(*sql_tasks.processing(kinds))}
        return {kind: counted.get(kind, 0) for kind in kinds}

    def beat(self, claims: Collection[Claim], *, lease_ms: int) -> set[Claim]:
        """Extend the leases; see `Ledger.beat`."""
        if not claims:
            return set()
        return self._database.write(
            lambda c: sql_tasks.beat(c, claims, now=self._clock(), lease_ms=lease_ms), durable=False
        )

    def progress(self, claim: Claim, value: float) -> bool:
        """Write how far an attempt is; see `Ledger.progress`. What lies outside 0 to 1 is cut off."""
        share = max(0.0, min(1.0, value))
        return self._database.write(lambda c: sql_tasks.progress(c, claim, share, now=self._clock()))

    def end(self, endings: Sequence[Ending], *, again: bool = False) -> set[Claim]:
        """
        Write how attempts ended; see `Ledger.end`.

        Raises:
            ValueError: no attempt ends with one of these states; nothing is written.
            TypeError: a result is no JSON; nothing is written.
        """
        if not endings:
            return set()
        return self._database.write_each(self._end_each, endings, again=again)

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
        return self._database.write(
            lambda c: sql_sweep.sweep(
                c, allowed=allowed, pending=pending, limit=limit, now=self._clock(), fold_ms=FOLD_WINDOW_MS
            )
        )

    def overdue(self, *, limit: int) -> list[Waiting]:
        """Return waiting tasks that somebody should look at; see `Ledger.overdue`."""
        parameters = {"now": self._clock(), "most": limit}
        return [Waiting(**row) for row in self._database.rows(sql_sweep.OVERDUE, parameters)]

    def come_due(self, *, limit: int) -> list[Waiting]:
        """Return tasks whose own time has come; see `Ledger.come_due`."""
        now = self._clock()
        parameters = {"now": now, "since": now - moves.COME_DUE_MS, "grace": self._launch_grace_ms, "most": limit}
        return [Waiting(**row) for row in self._database.rows(sql_sweep.COME_DUE, parameters)]

    def look_again(self, task_ids: Sequence[str], *, soon: bool = False) -> None:
        """Put off the look at waiting tasks; see `Ledger.look_again`. Many take several transactions."""
        for ids in sql_sweep.portions(task_ids):
            self._database.write(partial(sql_sweep.look_again, task_ids=ids, soon=soon, now=self._clock()))

    def bring_near(self, *, lease_ms: int) -> int:
        """Bring looks nearer that lie too far ahead; see `Ledger.bring_near`."""
        return self._database.write(lambda c: sql_sweep.bring_near(c, lease_ms=lease_ms, now=self._clock()))

    def silent(self, *, wait_ms: int, by_kind: Mapping[str, int], limit: int = 5_000) -> list[Silence]:
        """Find tasks that wait too long; see `Ledger.silent`."""
        return self._database.write(
            lambda c: sql_sweep.silent(
                c, wait_ms=wait_ms, by_kind=by_kind, limit=limit, now=self._clock(), fold_ms=FOLD_WINDOW_MS
            )
        )

    def wipe(self, *, contents_before: int, tasks_before: int, limit: int = 500) -> int:
        """Empty and delete what ended long ago; see `Ledger.wipe`."""
        return self._database.write(
            lambda c: sql_upkeep.wipe(
                c, contents_before=contents_before, tasks_before=tasks_before, limit=limit, now=self._clock()
            )
        )

    def erase(self, task_id: str, *, by: str, caller: str | None = None) -> Task:
        """Empty what an ended task holds; see `Ledger.erase`."""
        return self._database.write(lambda c: sql_upkeep.erase(c, task_id, by=by, caller=caller, now=self._clock()))

    def purgeable(self, chosen: Chosen) -> int:
        """Count the ended tasks that *chosen* names; see `Ledger.purgeable`."""
        return int(self._database.rows(sql_upkeep.count(chosen))[0]["tasks"])

    def purgeable_alerts(self, chosen: Chosen) -> int:
        """Count the alerts that *chosen* names; see `Ledger.purgeable_alerts`."""
        return int(self._database.rows(sql_upkeep.count_alerts(chosen))[0]["alerts"])

    def purge(self, chosen: Chosen, *, limit: int = 500) -> int:
        """Delete ended tasks; see `Ledger.purge`."""
        return self._database.write(lambda c: sql_upkeep.purge(c, chosen, limit=limit, now=self._clock()))

    def purge_alerts(self, chosen: Chosen, *, limit: int = 500) -> list[Alert]:
        """Delete alerts; see `Ledger.purge_alerts`."""
        found = self._alerts(sql_upkeep.chosen_alerts(chosen, limit=limit))
        if found:  # deleted by their ids: written again after a COMMIT that broke, it is still these, whose reports go
            self._database.write(lambda c: sql_upkeep.delete_alerts(c, [alert.id for alert in found]))
        return found

    def schedules(self) -> Mapping[str, int]:
        """Return when each schedule is due next; see `Ledger.schedules`."""
        return {row["name"]: row["due_at"] for row in self._database.rows(select(schedules))}

    def plan(self, due: Mapping[str, int], *, seen: Mapping[str, int]) -> None:
        """Set when each schedule is due next; see `Ledger.plan`."""
        self._database.write(lambda c: sql_schedules.plan(c, due, seen=seen))

    def run_due(self, name: str, *, due_at: int, next_at: int, task: NewTask) -> Task | None:
        """Write down the task of a schedule that is due; see `Ledger.run_due`."""
        accepted = moves.accepted(task, now=self._clock(), launch_grace_ms=self._launch_grace_ms)
        done = self._database.write(
            lambda c: sql_schedules.run_due(c, name, due_at=due_at, next_at=next_at, task=accepted)
        )
        return accepted if done else None

    def backlog(self, pool: str, *, at_most: int) -> int:
        """Count what waits in the pool, up to *at_most*; see `Ledger.backlog`."""
        wanted = {"of_pool": pool, "soon": self._clock() + moves.SOON_MS, "most": at_most}
        (row,) = self._database.rows(sql_tasks.BACKLOG, wanted)
        return int(row["waiting"])

    def depths(self) -> list[PoolDepth]:
        """Count what is live in each pool; see `Ledger.depths`."""
        return [PoolDepth(**row) for row in self._database.rows(_DEPTHS, {"now": self._clock()})]

    def counts(self) -> dict[Status, int]:
        """Count the tasks by status, those without any included; see `Ledger.counts`."""
        counted = {row["status"]: row["times"] for row in self._database.rows(_COUNTS)}
        return {status: counted.get(status, 0) for status in Status}

    def lead(self, name: str, *, holder: str, for_ms: int) -> bool:
        """Take or keep the lead; see `Ledger.lead`."""
        return self._database.write(lambda c: sql_alerts.lead(c, name, holder=holder, now=self._clock(), for_ms=for_ms))

    def take_key(self, key_hash: str, body_hash: str, *, for_ms: int) -> KeyLease | UsedKey:
        """Take an idempotency key, or tell what is known of it; see `Ledger.take_key`."""
        return self._database.write_each(
            self._take_each, sql_idempotency.Asking(key_hash, body_hash, self._clock() + for_ms)
        )

    def note_sent(self, key: KeyLease, message_id: str) -> None:
        """Note that a message is sent on under the key; see `Ledger.note_sent`."""
        self._database.write(lambda c: sql_idempotency.note(c, key, message_id))

    def answer_key(self, key: KeyLease, sealed: str) -> bool:
        """Keep what the key's request was answered; see `Ledger.answer_key`."""
        return self._database.write(lambda c: sql_idempotency.answer(c, key, sealed, now=self._clock()))

    def free_key(self, key: KeyLease) -> None:
        """Let others take the key, soon; see `Ledger.free_key`."""
        self._database.write_later(sql_idempotency.free_each, key)

    def drop_keys(self, *, limit: int = 500) -> int:
        """Delete keys that stand for nothing any more; see `Ledger.drop_keys`."""
        return self._database.write(lambda c: sql_idempotency.drop(c, limit=limit, now=self._clock()))

    def raise_alert(self, alert: NewAlert) -> Alert:
        """Write the alert down, or fold it; see `Ledger.raise_alert`."""
        return cast("Alert", self._database.write_each(self._count_each, alert))

    def repeat_alert(self, alert_id: str) -> None:
        """Count one more, soon; see `Ledger.repeat_alert`."""
        self._database.write_later(self._count_each, alert_id)

    def alert(self, alert_id: str) -> Alert:
        """Return one alert; see `Ledger.alert`."""
        for row in self._database.rows(select(alerts).where(alerts.c.id == alert_id)):
            return alert_from(row)
        raise AlertNotFound

    def alerts(self, *, limit: int = 50, before_id: str | None = None) -> list[Alert]:
        """Return the newest first."""
        statement = select(alerts).order_by(alerts.c.id.desc()).limit(limit)
        if before_id is not None:
            statement = statement.where(alerts.c.id < before_id)
        return self._alerts(statement)

    def unreported_alerts(self, *, older_than_ms: int, limit: int = 100) -> list[Alert]:
        """Return alerts whose file has to be written, longest untouched first; see `Ledger.unreported_alerts`."""
        untouched = alerts.c.last_at <= self._clock() - older_than_ms
        statement = select(alerts).where(alerts.c.reported < alerts.c.times, untouched)
        return self._alerts(statement.order_by(alerts.c.last_at).limit(limit))

    def mark_reported(self, alert_id: str, count: int) -> None:
        """Note that the alert's file tells *count*."""
        self._database.write(lambda c: sql_alerts.mark_reported(c, alert_id, count))

    def ping(self) -> None:
        """Read the schema's revision, and take the way of a write, which changes nothing; see `Ledger.ping`."""
        if [row["version_num"] for row in self._database.rows(_REVISION)] != [HEAD]:
            raise LedgerUnavailable("The ledger's schema is not the one that this program needs: migrate it.")
        self._database.write(lambda c: c.execute(_WRITE_NOTHING).close(), durable=False, wait_s=_PING_S)

    def tidy(self) -> bool:
        """Empty SQLite's write-ahead log, behind which the sweep becomes slow; see `Ledger.tidy`."""
        return self._database.tidy()

    def close(self) -> None:
        """Write what waits, then let go of every connection and thread; later calls raise `LedgerUnavailable`."""
        self._database.close()

    def _count_each(self, connection: Connection, asked: Sequence[NewAlert | str]) -> list[Alert | None]:
        return sql_alerts.count_each(connection, asked, now=self._clock(), fold_ms=FOLD_WINDOW_MS)

    def _take_each(self, connection: Connection, asked: Sequence[sql_idempotency.Asking]) -> list[KeyLease | UsedKey]:
        return sql_idempotency.take_each(connection, asked, now=self._clock())

    def _claim_each(self, connection: Connection, wishes: Sequence[sql_tasks.Wish]) -> list[list[Task]]:
        return sql_tasks.claim_each(connection, wishes, now=self._clock())

    def _end_each(self, connection: Connection, calls: Sequence[Sequence[Ending]]) -> list[set[Claim]]:
        return sql_tasks.end_each(
            connection, calls, now=self._clock(), launch_grace_ms=self._launch_grace_ms, fold_ms=FOLD_WINDOW_MS
        )

    def _alerts(self, statement: Select[tuple[object, ...]]) -> list[Alert]:
        return [alert_from(row) for row in self._database.rows(statement)]
