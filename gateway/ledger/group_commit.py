"""
Group commit: concurrent writers of one process share transactions.

A transaction costs one wait for the disk however much it writes. So callers hand their operations to one thread; while
it waits for a commit, the next operations gather, and the next transaction takes them all.
"""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from queue import Empty, SimpleQueue
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from gateway.database_engine import CommitBroke, broke_at_once
from gateway.errors import GatewayError, LedgerOutcomeUnknown, LedgerUnavailable
from gateway.ledger.trouble import spoils_only_itself, without_values, worth_another_try

Item = TypeVar("Item")
Result = TypeVar("Result")

Operation = Callable[[Connection], Result]
BulkOperation = Callable[[Connection, Sequence[Item]], Sequence[Result]]

_MOST_LATER: Final = 10_000  #: operations that wait for a database that does not answer
_TRIES: Final = 3  #: of a transaction that stood in another's way, or whose connection had died
_ASK_AGAIN_S: Final = 5.0  #: how long to try to learn what became of a COMMIT that broke
_ASK_EVERY_S: Final = 0.1
_AGAIN: Final = "may_be_written"  #: an execution option


class _Job(NamedTuple):
    run: BulkOperation[Any, Any]  # jobs of one batch with the same one are run by one call
    item: Any
    future: "Future[Any]"
    durable: bool = True


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

    Where the connection is lost during the commit, the batch is written once more, since it may be written or not.
    The moves of tasks bear that: each is made under a guard. An operation that does not can ask its connection:
    `may_be_written`. Only where the database does not come back in time, callers get `LedgerOutcomeUnknown`.
    """

    def __init__(
        self,
        begin: Callable[[], AbstractContextManager[Connection]],
        *,
        begin_lightly: Callable[[], AbstractContextManager[Connection]] | None = None,
        max_batch: int = 128,
        wait_s: float = 10,
    ) -> None:
        """
        Start the thread.

        Args:
            begin: opens a transaction for writing, which commits at the end of its `with` block.
            begin_lightly: the same for a transaction that a power cut may undo; where it is None, `begin` does.
            max_batch: the most operations that share a transaction.
            wait_s: how long a caller waits.
        """
        self._begin = begin
        self._begin_lightly = begin_lightly or begin
        self._max_batch = max_batch
        self._wait_s = wait_s
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._gate = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="ledger-committer", daemon=True)
        self._thread.start()

    def write(self, operation: Operation[Result], *, durable: bool = True) -> Result:
        """
        Run *operation* in a transaction, and return what it returns once that is committed.

        Raises:
            LedgerOutcomeUnknown: the database did not answer in time; it may be committed, or be so afterwards.
            LedgerUnavailable: nothing was written.
        """
        return self.write_each(lambda connection, _: [operation(connection)], None, durable=durable)

    def write_each(self, operation: BulkOperation[Item, Result], item: Item, *, durable: bool = True) -> Result:
        """
        Do as `write`, where one call of *operation* takes the items of all callers that share a transaction.

        Args:
            durable: False for what a power cut may undo; it is, unless something of the transaction has to last.
        """
        future: Future[Result] = Future()
        with self._gate:
            if self._closed:
                raise LedgerUnavailable("The ledger is closed.")
            self._queue.put(_Job(operation, item, future, durable))
        try:
            return future.result(self._wait_s)
        except TimeoutError:
            if future.cancel():
                raise LedgerUnavailable from None
            if future.done():  # the operation's own TimeoutError, or just in time
                return future.result()
            raise LedgerOutcomeUnknown from None

    def write_later(self, operation: BulkOperation[Item, Result], item: Item) -> None:
        """
        Do as `write_each`, without waiting: nobody learns whether it was written.

        Where so much waits that the database must be away, it is left out.
        """
        with self._gate:
            if not self._closed and self._queue.qsize() < _MOST_LATER:
                self._queue.put(_Job(operation, item, Future()))

    def close(self, *, wait_s: float = 10) -> None:
        """Write what has been handed over, and end the thread; later writes raise `LedgerUnavailable`."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        if self._thread is not threading.current_thread():
            self._thread.join(wait_s)

    def _run(self) -> None:
        more = True
        while more:
            batch, more = self._next_batch()
            jobs = [job for job in batch if job.future.set_running_or_notify_cancel()]
            if jobs:
                self._settle(jobs)

    def _next_batch(self) -> tuple[list[_Job], bool]:
        """Wait for a job, take those that wait behind it, and tell whether there will be more."""
        batch: list[_Job] = []
        try:
            job = self._queue.get()
            while job is not None:
                batch.append(job)
                if len(batch) == self._max_batch:
                    return batch, True
                job = self._queue.get_nowait()
        except Empty:
            return batch, True
        return batch, False

    def _settle(self, jobs: list[_Job]) -> None:
        """Write a batch and tell each caller. Whatever happens, the thread lives on."""
        try:
            outcomes = list(zip(jobs, self._written(jobs), strict=True))
        except Exception as error:  # noqa: BLE001 - the callers get it; the thread must serve the next ones
            failure = error if isinstance(error, SQLAlchemyError) else LedgerUnavailable()
            outcomes = [(job, failure) for job in jobs]
        for job, outcome in outcomes:
            if isinstance(outcome, Exception):
                job.future.set_exception(without_values(outcome))
            else:
                job.future.set_result(outcome)

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
        begin = self._begin if any(job.durable for job in jobs) else self._begin_lightly
        tries = 0
        while True:
            started = time.monotonic()
            try:
                with begin() as connection:
                    outcomes = run(connection.execution_options(**{_AGAIN: again}), jobs)
            except _Spoiled:
                run = _run_apart
            except SQLAlchemyError as error:
                tries += 1
                if tries == _TRIES or not (worth_another_try(error) or broke_at_once(error, started)):
                    raise
            else:
                return outcomes


def may_be_written(connection: Connection) -> bool:
    """Tell whether the same operations were tried before, and nobody knows whether they were committed."""
    return bool(connection.get_execution_options().get(_AGAIN))


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
                raise _Spoiled from None
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
