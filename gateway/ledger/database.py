"""One database of one process: its engine, its way to read and its one way to write, made anew after a fork."""

import os
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple, TypeVar
from weakref import WeakSet

from sqlalchemy import Connection, Engine, Executable, RowMapping
from sqlalchemy.exc import SQLAlchemyError

from gateway.database_engine import BUSY_MS, new_engine, parsed_url
from gateway.errors import LedgerOutcomeUnknown, LedgerUnavailable
from gateway.ledger.group_commit import BulkOperation, Follow, GroupCommit, Operation
from gateway.ledger.trouble import without_values
from gateway.transactions import Writer, let_sqlite_wait, read

Item = TypeVar("Item")
Result = TypeVar("Result")

_ASK_EVERY_S: Final = 0.2  #: what became of a write, of a database that did not answer
_CUT_WITHIN_MS: Final = 50  #: how long to wait for those who use SQLite's log; nobody can write meanwhile


class _Parts(NamedTuple):
    engine: Engine
    writer: Writer
    committer: GroupCommit


class Database:
    """
    Opens at its first use, and opens anew after a fork.

    A child leaves the connections that it inherited alone: it neither uses nor closes what its parent talks through.
    With SQLite that is not enough where the parent was writing at that moment: see `workers.settling`.
    """

    def __init__(self, url: str, *, max_batch: int, wait_s: float, gather_s: float = 0) -> None:
        """Check *url*; nothing is opened yet. The other arguments are those of `GroupCommit`."""
        parsed_url(url)
        self._url = url
        self._max_batch = max_batch
        self._wait_s = wait_s
        self._gather_s = gather_s
        self._lock = threading.Lock()
        self._parts: _Parts | None = None
        self._closed = False
        _databases.add(self)

    def rows(self, statement: Executable, parameters: dict[str, Any] | None = None) -> Sequence[RowMapping]:
        """Read with one statement."""
        try:
            return read(self._open().engine, statement, parameters)
        except SQLAlchemyError as error:
            raise without_values(error) from None

    def write(self, operation: Operation[Result], *, durable: bool = True, wait_s: float | None = None) -> Result:
        """Write by group commit; see `GroupCommit.write`."""
        return self._open().committer.write(operation, durable=durable, wait_s=wait_s)

    def write_each(
        self,
        operation: BulkOperation[Item, Result],
        item: Item,
        *,
        durable: bool = True,
        as_one: bool = False,
        again: bool = False,
        follow: Follow | None = None,
    ) -> Result:
        """Write by group commit; see `GroupCommit.write_each`."""
        committer = self._open().committer
        return committer.write_each(operation, item, durable=durable, as_one=as_one, again=again, follow=follow)

    def write_until_known(
        self, operation: BulkOperation[Item, Result], item: Item, *, durable: bool = True, within_s: float
    ) -> Result:
        """Do as `write_each`; where nobody can tell what became of it, ask again, until *within_s* later."""
        try:
            return self.write_each(operation, item, durable=durable)
        except LedgerOutcomeUnknown:
            until = time.monotonic() + within_s
        while not self._closed and time.monotonic() < until:
            time.sleep(_ASK_EVERY_S)
            with suppress(LedgerUnavailable):
                return self.write_each(operation, item, durable=durable, again=True)
        raise LedgerOutcomeUnknown

    def write_later(self, operation: BulkOperation[Item, Result], item: Item) -> None:
        """Write by group commit, soon, without waiting; see `GroupCommit.write_later`."""
        self._open().committer.write_later(operation, item)

    def tidy(self) -> bool:
        """
        Empty SQLite's write-ahead log, behind which reads become slow; other databases see to it themselves.

        Who reads for long, or writes just now, is let be. Returns False where somebody stood in the way.
        """
        engine = self._open().engine
        if engine.dialect.name != "sqlite":
            return True
        try:
            with engine.connect() as connection:
                let_sqlite_wait(connection, milliseconds=_CUT_WITHIN_MS)
                try:
                    return _copied(connection) and _cut(connection)
                finally:
                    let_sqlite_wait(connection, milliseconds=BUSY_MS)
        except SQLAlchemyError as error:
            raise without_values(error) from None

    def close(self) -> None:
        """Write what waits, then close every connection; later calls raise `LedgerUnavailable`."""
        with self._lock:
            self._closed = True
            parts, self._parts = self._parts, None
        if parts:
            if parts.committer.close():
                parts.writer.close()
            parts.engine.dispose()

    def forget(self) -> None:
        """In a child, right after a fork: start without the parent's connections, locks and thread."""
        self._lock = threading.Lock()
        if self._parts:
            _inherited.append(self._parts)
            self._parts = None

    def _open(self) -> _Parts:
        if parts := self._parts:
            return parts
        with self._lock:
            if self._closed:
                raise LedgerUnavailable("The ledger is closed.")
            if self._parts is None:
                engine = new_engine(self._url)
                writer = Writer(engine)
                committer = GroupCommit(
                    writer.begin,
                    max_batch=self._max_batch,
                    wait_s=self._wait_s,
                    gather_s=self._gather_s,
                )
                self._parts = _Parts(engine, writer, committer)
            return self._parts


def _copied(connection: Connection) -> bool:
    """Copy SQLite's log into its file while others write; False where a reader needs the file as it is."""
    _, logged, copied = connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)").one()
    return bool(logged == copied)


def _cut(connection: Connection) -> bool:
    """Copy the rest of SQLite's log, and cut it to nothing; False where somebody reads or writes."""
    busy, _, _ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
    return not busy


_databases: "WeakSet[Database]" = WeakSet()
_inherited: list[_Parts] = []  # kept for good: if they were collected, the parent's connections would be closed


def _forget_after_fork() -> None:
    for database in list(_databases):
        database.forget()


os.register_at_fork(after_in_child=_forget_after_fork)
