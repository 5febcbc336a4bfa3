"""
The ledger's contract: what SQLite, PostgreSQL and the in-memory ledger all promise.

Each method is one transaction. A method that changes a task's state is one conditional UPDATE: it changes one row,
or the race was lost. Every change of state writes its event in the same transaction, and the end of a task that has
a `callback_url` the task that delivers the news of it (`gateway.ledger.moves.deliveries`).

Raises everywhere: `LedgerUnavailable` where the database cannot be reached, and nothing was written; its subclass
`LedgerOutcomeUnknown` where it did not answer in time, and what was asked for may be written, or still be.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from gateway.ledger.alert import Alert, NewAlert
from gateway.ledger.idempotency import KeyLease, UsedKey
from gateway.ledger.moves import LONGEST_BACK_OFF_MS
from gateway.ledger.task import Claim, Ending, NewTask, Relaunch, Silence, Status, Task, TaskEvent, Waiting

FOLD_WINDOW_MS: Final = 60_000  #: repeats of an alert within this long become one
FOLLOWED_WITHIN_S: Final = 0.5  #: how long `accept` waits for what follows it

Done: TypeAlias = Callable[[], object]
Follow: TypeAlias = Callable[[Sequence[Task], Done], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolDepth:
    """How much waits and runs in one pool."""

    pool: str
    pending: int
    processing: int
    oldest_pending_at: int | None  #: since when the one that waits longest could have run, in ms since the epoch


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which rows are to be purged: those that meet every condition that is given."""

    ids: tuple[str, ...] = ()
    caller: str | None = None
    before: int | None = None  #: ms since the epoch: ended, or last raised, before then


class Ledger(Protocol):
    """Where every accepted task and every alert is written down."""

    def accept(self, task: NewTask, *, follow: Follow | None = None) -> Task:
        """
        Write the task down, durably, as pending; concurrent calls share a transaction.

        Its `due_at` lies one launch grace ahead (later where `not_before` is): until then its publisher has time
        to tell the broker, after that the monitor does. Under a `key`, the same transaction writes into it what was
        accepted.

        Args:
            follow: called with the tasks of this call once they are on disk, and with what it calls when it is done;
                this returns then, or half a second later. It is called by a thread that others wait for: it may
                neither wait nor raise.

        Raises:
            IdempotencyInFlight: another request has taken the key over; nothing is written.
        """

    def accept_all(self, tasks: Sequence[NewTask], *, follow: Follow | None = None) -> list[Task]:
        """Do as `accept` for each, all of them in one transaction: either every task is written down or none is."""

    def get(self, task_id: str, *, caller: str | None = None) -> Task:
        """
        Return the task; with *caller*, only if it is that caller's.

        Raises:
            TaskNotFound: also where it belongs to somebody else.
        """

    def tasks(
        self,
        *,
        caller: str | None = None,
        status: Status | None = None,
        kind: str | None = None,
        limit: int = 50,
        before_id: str | None = None,
    ) -> list[Task]:
        """Return the newest first; `before_id` is the last id of the page before."""

    def events(self, task_id: str) -> list[TaskEvent]:
        """Return the changes of state, oldest first."""

    def cancel(self, task_id: str, *, by: str, caller: str | None = None) -> Task:
        """
        Cancel what has not ended; canceling twice is no error.

        Raises:
            TaskNotFound: as in `get`.
            TaskAlreadyFinished: it has completed or failed.
        """

    def retry(self, task_id: str, *, by: str) -> Task:
        """
        Set a failed or canceled task back to pending, with a fresh retry budget (`failures` = 0) and no `not_before`.

        Raises:
            TaskNotFound: as in `get`.
            TaskNotRetryable: it is neither failed nor canceled, or what it held has been wiped.
        """

    def claim(
        self, task_ids: Sequence[str], *, owner: str, lease_ms: int, at_once: Mapping[str, int] | None = None
    ) -> list[Task]:
        """
        Take those of the pending tasks that are due to run; the others are duplicates, canceled or ended.

        Of several ids none has begun yet: its `started_at` is None until its first beat or its end, and until then
        a lost worker does not count as its failure. Where the database does not tell what became of the claim, it is
        asked for as long as the lease may last: nobody would run, or hand back, what was granted unheard.

        Args:
            at_once: by kind, how many may be processing in the whole ledger. What does not fit stays pending, and is
                looked at later, as by `look_again`; whoever ends one of the kind launches the next, see `waiting`.
        """

    def waiting(self, kind: str, *, limit: int) -> list[Task]:
        """Return the tasks of *kind* that are pending and due to run, the most urgent first, then the oldest."""

    def processing(self, kinds: Collection[str]) -> dict[str, int]:
        """Count what is processing of each of the kinds; of no more than run, so it costs little."""

    def beat(self, claims: Collection[Claim], *, lease_ms: int) -> set[Claim]:
        """Extend the leases of what runs, and return the claims that still hold; the others' work must stop."""

    def progress(self, claim: Claim, value: float) -> bool:
        """Write how far an attempt is, from 0 to 1; False where the claim no longer holds."""

    def end(self, endings: Sequence[Ending], *, again: bool = False) -> set[Claim]:
        """
        Write how attempts ended, and return the claims that held; the others' results are thrown away.

        A webhook that was taken keeps no address.

        Args:
            again: whether the same was asked for before, and ended in `LedgerOutcomeUnknown`: what is written by now
                counts as held.
        """

    def sweep(
        self,
        *,
        max_attempts: int,
        limit: int = 500,
        by_kind: Mapping[str, int] | None = None,
        pending: Collection[str] | None = None,
        longest_back_off_ms: int = LONGEST_BACK_OFF_MS,
    ) -> list[Relaunch]:
        """
        Put right what is live and overdue: what lost its worker first, then what waits, each the oldest first.

        A processing task goes back to pending, or to failed once its `failures` reach *max_attempts* (a lost worker
        counts as one), with a `TaskFailed` alert in the same transaction; an overdue pending task stays pending.
        `launches` counts up, and the next `due_at` backs off: 10 s, doubling to *longest_back_off_ms*. What comes back
        as pending is to be published again by the caller.

        Args:
            by_kind: other attempts for some kinds.
            pending: the waiting tasks that are to be launched, of those that are overdue; None: all of them.
        """

    def overdue(self, *, limit: int) -> list[Waiting]:
        """Return waiting tasks that somebody should look at, the longest overdue first."""

    def come_due(self, *, limit: int) -> list[Waiting]:
        """
        Return tasks whose `not_before` came within the last half minute, and of which no worker was ever told.

        Nobody has to ask the broker about these. They are overdue as well: what is not dealt with here is there.
        """

    def look_again(self, task_ids: Sequence[str], *, soon: bool = False) -> None:
        """
        Put off the look at waiting tasks, without an event: the broker holds them, or no place of their kind is free.

        By 10 s at first, later by half of what a task has waited since it last changed, 60 s at most.

        Args:
            soon: they could not be published: look at the next pass.
        """

    def bring_near(self, *, lease_ms: int) -> int:
        """
        Bring looks that lie further ahead than any lease or back-off nearer, after the clock was set back.

        What waits for its `not_before` goes on to do so. Returns how many there were.
        """

    def silent(self, *, wait_ms: int, by_kind: Mapping[str, int], limit: int = 5_000) -> list[Silence]:
        """
        Find tasks that have been pending, and due to run, for longer than *wait_ms* (or what *by_kind* says).

        Each is told once for each wait, by an event; those of a kind and pool share an alert, whose count they raise.
        """

    def backlog(self, pool: str, *, at_most: int) -> int:
        """
        Count what waits in the pool and is due within minutes, up to *at_most*.

        Not for the request path: the cost grows with the backlog.
        """

    def depths(self) -> list[PoolDepth]:
        """
        Count what is live in each pool; what is not due yet is pending, but does not wait.

        Not for the request path: the cost grows with the backlog.
        """

    def counts(self) -> dict[Status, int]:
        """Count the tasks by status. Not for the request path."""

    def lead(self, name: str, *, holder: str, for_ms: int) -> bool:
        """Take or keep the lead called *name*; False while another holder's time has not run out."""

    def raise_alert(self, alert: NewAlert) -> Alert:
        """
        Write the alert down, or fold it into the same one (type, entity types, caller, subject) of the last minute.

        A folded alert comes back with the first one's id and a higher `count`.
        """

    def repeat_alert(self, alert_id: str) -> None:
        """
        Count one more of an alert, soon: the caller does not wait, and does not learn whether it was written.

        So a flood of messages that have to be held costs the ledger next to nothing. A crash may lose the counts of
        the last moment; the alert itself was written before anybody could repeat it.
        """

    def alert(self, alert_id: str) -> Alert:
        """
        Return one alert.

        Raises:
            AlertNotFound: there is none with this id.
        """

    def alerts(self, *, limit: int = 50, before_id: str | None = None) -> list[Alert]:
        """Return the newest first."""

    def unreported_alerts(self, *, older_than_ms: int, limit: int = 100) -> list[Alert]:
        """Return alerts whose file is missing or tells an older count, and which nobody touched for this long."""

    def mark_reported(self, alert_id: str, count: int) -> None:
        """Note that the alert's file tells *count*."""

    def take_key(self, key_hash: str, body_hash: str, *, for_ms: int) -> KeyLease | UsedKey:
        """
        Take an idempotency key for a request that may last *for_ms*, or tell what is known of it.

        A key can be taken if it is new or expired, or if its request is gone and had taken nothing in.
        """

    def note_sent(self, key: KeyLease, message_id: str) -> None:
        """
        Note that a message is now sent on under the key: from here on it is not known what becomes of it.

        Raises:
            IdempotencyInFlight: another request has taken the key over.
        """

    def answer_key(self, key: KeyLease, sealed: str) -> bool:
        """Keep what the key's request was answered, for `KEY_KEPT_MS`; False where another request has the key."""

    def free_key(self, key: KeyLease) -> None:
        """
        Let others take the key, soon: nothing was done under it. The caller does not wait.

        A key under which a task was accepted after all stays taken.
        """

    def drop_keys(self, *, limit: int = 500) -> int:
        """Delete at most *limit* keys that stand for nothing any more, and return how many there were."""

    def wipe(self, *, contents_before: int, tasks_before: int, limit: int = 500) -> int:
        """
        Empty what tasks hold that ended before *contents_before*, and delete those that ended before *tasks_before*.

        Both in ms since the epoch, at most *limit* of each; returns how many there were.
        """

    def erase(self, task_id: str, *, by: str, caller: str | None = None) -> Task:
        """
        Empty what an ended task holds at once: content, args, result, callback, remarks; doing so twice is no error.

        What was answered for it goes, too, and what its ended webhooks hold; a webhook that has not ended is delivered
        yet. The key that it was accepted under stays taken.

        Raises:
            TaskNotFound: as in `get`.
            TaskNotFinished: it has not ended.
        """

    def purgeable(self, chosen: Chosen) -> int:
        """Count the ended tasks that *chosen* names."""

    def purgeable_alerts(self, chosen: Chosen) -> int:
        """Count the alerts that *chosen* names."""

    def purge(self, chosen: Chosen, *, limit: int = 500) -> int:
        """
        Delete ended tasks with their events and stored answers, at most *limit*; returns how many there were.

        The keys that they were accepted under stay taken; their webhooks are dealt with as by `erase`.
        """

    def purge_alerts(self, chosen: Chosen, *, limit: int = 500) -> list[Alert]:
        """Delete alerts, at most *limit*, and return them."""

    def schedules(self) -> Mapping[str, int]:
        """Return when each schedule is due next, in ms since the epoch."""

    def plan(self, due: Mapping[str, int], *, seen: Mapping[str, int]) -> None:
        """
        Set when each schedule is due next; those that *due* does not name are dropped.

        What is not as it was *seen* any more is let be: another monitor has made the task of that time. What another
        has dropped comes back.
        """

    def run_due(self, name: str, *, due_at: int, next_at: int, task: NewTask) -> Task | None:
        """
        Write down the task of a schedule that is due, and when it is due next, in one transaction.

        None where it is not due at *due_at* any more: somebody else has done it.
        """

    def tidy(self) -> bool:
        """
        Do what keeps reads fast as the ledger grows, and what was deleted out of its log; for now and then.

        Returns False where somebody else stood in the way.
        """

    def ping(self) -> None:
        """Do the least that shows that the ledger answers, takes writes and has the schema that this code needs."""

    def close(self) -> None:
        """Let go of every connection and thread."""
