"""
Group commit: concurrent writers of one process share transactions.

A transaction costs one wait for the disk however much it writes. So callers hand their operations to one thread; while
it waits for a commit, the next operations gather, and the next transaction takes them all.
"""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from queue import Empty, SimpleQueue
from typing import Any, Final, Protocol, TypeVar, cast

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from gateway.errors import GatewayError, LedgerOutcomeUnknown, LedgerUnavailable
from gateway.ledger.gathering import Company
from gateway.ledger.ledger import FOLLOWED_WITHIN_S, Done
from gateway.ledger.trouble import spoils_only_itself, without_values, worth_another_try
from gateway.transactions import CommitBroke, broke_at_once

Item = TypeVar("Item")
Result = TypeVar("Result")

Operation = Callable[[Connection], Result]
BulkOperation = Callable[[Connection, Sequence[Item]], Sequence[Result]]
Follow = Callable[[Done], object]

_MOST_LATER: Final = 10_000  #: operations that wait for a database that does not answer
_TRIES: Final = 3  #: of a transaction that stood in another's way, or whose connection had died
_ASK_AGAIN_S: Final = 5.0  #: how long to try to learn what became of a COMMIT that broke
_ASK_EVERY_S: Final = 0.1
_AGAIN: Final = "may_be_written"  #: what a connection knows of its transaction


class Begin(Protocol):
    """Opens a transaction for writing, which commits at the end of its `with` block."""

    def __call__(self, *, lightly: bool, as_one: bool) -> AbstractContextManager[Connection]: ...  # noqa: D102


class _Job:
    """
    What one caller has handed over, and what became of it.

    Whoever acquires `ticket` first decides: the committer, that it is run, or the caller, that it is not. The caller
    waits for `ended` alone. Slots and bare locks: one is made for each write.
    """

    __slots__ = (
        "again",
        "as_one",
        "durable",
        "ended",
        "follow",
        "item",
        "outcome",
        "run",
        "thread",
        "ticket",
        "told_at",
    )

    def __init__(
        self,
        run: BulkOperation[Any, Any],
        item: Any,
        *,
        durable: bool = True,
        as_one: bool = False,
        again: bool = False,
        follow: Follow | None = None,
    ) -> None:
        self.run = run  # jobs of one batch with the same one are run by one call
        self.item = item
        self.again = again
        self.as_one = as_one
        self.durable = durable
        self.follow = follow
        self.thread = threading.get_ident()
        self.ticket = threading.Lock()
        self.ended = threading.Lock()
        self.ended.acquire()
        self.outcome: Any = None
        self.told_at: float | None = None

    def tell(self, outcome: Any) -> None:
        """Let the caller go on, with what follows a success before it."""
        self.outcome = outcome
        self.told_at = time.monotonic()
        if self.follow is None or isinstance(outcome, Exception):
            self.ended.release()
        else:
            self.follow(self.ended.release)

    def wait(self, wait_s: float) -> None:
        """
        Wait until it has ended, and a little for what follows.

        Raises:
            LedgerUnavailable: it was not run, and never will be.
            LedgerOutcomeUnknown: it is being run.
        """
        until = time.monotonic() + wait_s
        next_s = min(wait_s, FOLLOWED_WITHIN_S)
        while not self.ended.acquire(timeout=next_s):
            now = time.monotonic()
            if self.told_at is not None:
                next_s = self.told_at + FOLLOWED_WITHIN_S - now
                if next_s <= 0:
                    return
            elif now < until:
                next_s = min(until - now, FOLLOWED_WITHIN_S)
            else:
                raise LedgerUnavailable if self.ticket.acquire(blocking=False) else LedgerOutcomeUnknown


class _Spoiled(Exception):
    """An operation failed after it may have written something."""


class GroupCommit:
    """
    One thread that writes what callers hand it, batch by batch, each batch in one transaction.

    An operation gets the connection of the shared transaction; it neither commits nor rolls back, and may be run
    twice. It raises a `GatewayError` only before it has written anything: that goes to its caller alone. After any
    other exception of an operation the batch is rolled back and written again with a savepoint around each
    operation, so that it, too, reaches nobody else. Where the database itself fails, or refuses the commit, nothing
    of the batch is written, and every caller gets `LedgerUnavailable`.

    Where the connection is lost during the commit, the batch is written once more, since it may be written or not; so
    is one that was a single statement, whatever goes wrong behind that.
    The moves of tasks bear that: each is made under a guard. An operation that does not can ask its connection:
    `may_be_written`. Only where the database does not come back in time, callers get `LedgerOutcomeUnknown`.
    """

    def __init__(
        self,
        begin: Begin,
        *,
        max_batch: int = 128,
        wait_s: float = 10,
        gather_s: float = 0,
    ) -> None:
        """
        Start the thread.

        Args:
            begin: opens a transaction for writing, as `gateway.transactions.Writer.begin` does.
            max_batch: the most operations that share a transaction.
            wait_s: how long a caller waits.
            gather_s: how long a batch waits for callers who write all the time.
        """
        self._begin = begin
        self._max_batch = max_batch
        self._wait_s = wait_s
        self._company = Company(wait_s=gather_s)
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._gate = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="ledger-committer", daemon=True)
        self._thread.start()

    def write(self, operation: Operation[Result], *, durable: bool = True, wait_s: float | None = None) -> Result:
        """
        Run *operation* in a transaction, and return what it returns once that is committed.

        The other arguments are those of `write_each`.

        Raises:
            LedgerOutcomeUnknown: the database did not answer in time; it may be committed, or be so afterwards.
            LedgerUnavailable: nothing was written.
        """
        return self.write_each(lambda connection, _: [operation(connection)], None, durable=durable, wait_s=wait_s)

    def write_each(
        self,
        operation: BulkOperation[Item, Result],
        item: Item,
        *,
        durable: bool = True,
        as_one: bool = False,
        again: bool = False,
        follow: Follow | None = None,
        wait_s: float | None = None,
    ) -> Result:
        """
        Do as `write`, where one call of *operation* takes the items of all callers that share a transaction.

        Args:
            durable: False for what a power cut may undo; it is, unless something of the transaction has to last.
            as_one: whether *operation* writes all items by one statement, where the database has such a one.
            again: whether the same was asked for before, and ended in `LedgerOutcomeUnknown`.
            follow: called once that is committed, in the thread that commits for all; what it is given lets the
                caller go on, as half a second does. It may neither wait nor raise.
            wait_s: how long this caller waits, if not as long as any.
        """
        job = _Job(operation, item, durable=durable, as_one=as_one, again=again, follow=follow)
        with self._gate:
            if self._closed:
                raise LedgerUnavailable("The ledger is closed.")
            self._queue.put(job)
        job.wait(self._wait_s if wait_s is None else wait_s)
        if isinstance(job.outcome, Exception):
            raise job.outcome
        return cast("Result", job.outcome)

    def write_later(self, operation: BulkOperation[Item, Result], item: Item) -> None:
        """
        Do as `write_each`, without waiting: nobody learns whether it was written.

        Where so much waits that the database must be away, it is left out.
        """
        with self._gate:
            if not self._closed and self._queue.qsize() < _MOST_LATER:
                self._queue.put(_Job(operation, item))

    def close(self, *, wait_s: float = 10) -> bool:
        """
        Write what has been handed over, and end the thread; later writes raise `LedgerUnavailable`.

        Returns False where it has not ended in time.
        """
        with self._gate:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        if self._thread is not threading.current_thread():
            self._thread.join(wait_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        more = True
        while more:
            with suppress(Exception):  # there was no memory, say: those whose turn it was have waited in vain
                batch, more = self._next_batch()
                jobs = [job for job in batch if job.ticket.acquire(blocking=False)]
                if jobs:
                    self._settle(jobs)

    def _next_batch(self) -> tuple[list[_Job], bool]:
        """Wait for a job, take those that wait behind it, and tell whether there will be more."""
        batch: list[_Job] = []
        try:
            job = self._queue.get()
            since = time.monotonic()
            while job is not None:
                batch.append(job)
                if len(batch) == self._max_batch:
                    return batch, True
                job = self._one_more(batch, since)
        except Empty:
            return batch, True
        return batch, False

    def _one_more(self, batch: Sequence[_Job], since: float) -> _Job | None:
        """
        Return what may go with the *batch*, the first of which came at *since*; None at the end of all.

        Raises:
            Empty: nothing waits, and nobody is waited for.
        """
        try:
            return self._queue.get_nowait()
        except Empty:
            patience_s = self._company.patience_s({job.thread for job in batch}, since=since)
            if not patience_s:
                raise
        return self._queue.get(timeout=patience_s)

    def _settle(self, jobs: list[_Job]) -> None:
        """Write a batch and tell each caller. Whatever happens, the thread lives on."""
        try:
            outcomes = list(zip(jobs, self._written(jobs), strict=True))
        except Exception as error:  # noqa: BLE001 - the callers get it; the thread must serve the next ones
            failure = error if isinstance(error, SQLAlchemyError) else LedgerUnavailable()
            outcomes = [(job, failure) for job in jobs]
        self._company.answered(job.thread for job in jobs)
        for job, outcome in outcomes:
            with suppress(Exception):  # what should follow failed: the caller goes on after its time
                job.tell(without_values(outcome) if isinstance(outcome, Exception) else outcome)

    def _written(self, jobs: list[_Job]) -> list[Any]:
        """Commit the jobs, and return the result or the error of each."""
        try:
            return self._committed(jobs)
        except CommitBroke:
            until = time.monotonic() + _ASK_AGAIN_S
        while True:
            time.sleep(_ASK_EVERY_S)
            try:
                return self._committed(jobs, again=True)
            except SQLAlchemyError:
                if time.monotonic() > until:
                    raise CommitBroke from None

    def _committed(self, jobs: list[_Job], *, again: bool = False) -> list[Any]:
        run = _run_together
        again = again or any(job.again for job in jobs)
        lightly = not any(job.durable for job in jobs)
        as_one = not again and all(job.as_one and job.run is jobs[0].run for job in jobs)
        tries = 0
        while True:
            started = time.monotonic()
            try:
                with self._begin(lightly=lightly, as_one=as_one) as connection:
                    connection.info[_AGAIN] = again
                    outcomes = run(connection, jobs)
            except _Spoiled as spoiled:
                again = again or (as_one and not isinstance(spoiled.__cause__, SQLAlchemyError))  # it came behind it
                run, as_one = _run_apart, False
            except SQLAlchemyError as error:
                tries += 1
                if tries == _TRIES or not (worth_another_try(error) or broke_at_once(error, started)):
                    raise
            else:
                return outcomes


def may_be_written(connection: Connection) -> bool:
    """Tell whether operations of this transaction were tried before, and nobody knows whether they were committed."""
    return bool(connection.info.get(_AGAIN))


def _run_together(connection: Connection, jobs: list[_Job]) -> list[Any]:
    groups: dict[BulkOperation[Any, Any], list[int]] = {}
    for place, job in enumerate(jobs):
        groups.setdefault(job.run, []).append(place)
    outcomes: list[Any] = [None] * len(jobs)
    for run, places in groups.items():
        try:
            results = run(connection, [jobs[place].item for place in places])
        except Exception as error:
            if len(places) == 1 and isinstance(error, GatewayError):
                outcomes[places[0]] = error
                continue
            if spoils_only_itself(error):
                raise _Spoiled from error
            raise
        for place, result in zip(places, results, strict=True):
            outcomes[place] = result
    return outcomes


def _run_apart(connection: Connection, jobs: list[_Job]) -> list[Any]:
    outcomes: list[Any] = []
    for job in jobs:
        try:
            with connection.begin_nested():
                outcomes.extend(job.run(connection, [job.item]))
        except Exception as error:
            if not spoils_only_itself(error):
                raise
            outcomes.append(error)
    return outcomes
