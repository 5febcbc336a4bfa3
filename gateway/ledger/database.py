"""One database: its engine, its way to read and its one way to write, kept apart for each process."""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, NamedTuple, TypeVar
from weakref import WeakSet

from sqlalchemy import URL, Connection, Engine, Executable, RowMapping, create_engine, event, make_url
from sqlalchemy.exc import SQLAlchemyError

from gateway.errors import InvalidSetting, LedgerUnavailable
from gateway.ledger.group_commit import BulkOperation, GroupCommit, Operation
from gateway.ledger.trouble import without_values

Item = TypeVar("Item")
Result = TypeVar("Result")

BUSY_MS: Final = 5_000  #: how long to wait for another writer, or for one statement
_PACE_S: Final = 0.001  #: between two tries to begin an SQLite transaction
_WRITES: Final = {"writes": True}


def new_engine(url: str, **options: Any) -> Engine:
    """
    Return an engine with our settings of the database; it opens nothing yet.

    On SQLite only transactions with the execution option `writes` begin, and at once as writers; anything else is
    a single statement that reads.

    Raises:
        InvalidSetting: *url* is none, or names an SQLite database that other connections cannot see.
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed, hide_parameters=True, connect_args={"timeout": BUSY_MS / 1000}, **options)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    settings = {"connect_timeout": 5, "options": f"-c statement_timeout={BUSY_MS} -c lock_timeout={BUSY_MS}"}
    try:
        return create_engine(parsed, hide_parameters=True, pool_pre_ping=True, connect_args=settings, **options)
    except (ImportError, SQLAlchemyError):
        raise InvalidSetting("GATEWAY_DATABASE_URL: no driver for this kind of database is installed") from None


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except SQLAlchemyError:
        raise InvalidSetting("GATEWAY_DATABASE_URL cannot be read as the URL of a database") from None
    if parsed.get_backend_name() == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise InvalidSetting("GATEWAY_DATABASE_URL: the ledger needs a file, an SQLite database in memory will not do")
    return parsed


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say when a transaction begins; see new_engine
    _keep_a_log(connection)
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _keep_a_log(connection: Any) -> None:
    """Turn the write-ahead log on; SQLite does not wait here for others who do the same to a new file."""
    until = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(_PACE_S)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    """
    Begin as a writer, or as nothing.

    SQLite's own wait for another process's transaction sleeps longer and longer, up to 0.1 s, and whoever came last
    often goes first: we ask again at a steady pace instead.
    """
    if not connection.get_execution_options().get("writes"):
        return
    raw: Any = connection.connection.driver_connection  # an SQLAlchemy error for each try would cost more than the try
    raw.execute("PRAGMA busy_timeout=0").close()
    try:
        until = time.monotonic() + BUSY_MS / 1000
        while time.monotonic() < until:
            try:
                raw.execute("BEGIN IMMEDIATE").close()
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    break
            time.sleep(_PACE_S)
        connection.exec_driver_sql("BEGIN IMMEDIATE").close()  # now or never, and with SQLAlchemy's error
    finally:
        raw.execute(f"PRAGMA busy_timeout={BUSY_MS}").close()


@contextmanager
def begin_writing(engine: Engine) -> Iterator[Connection]:
    """Open a transaction that may write; it commits at the end, or rolls back after an exception."""
    with engine.connect().execution_options(**_WRITES) as connection, connection.begin():
        yield connection


class _Parts(NamedTuple):
    engine: Engine
    committer: GroupCommit


class Database:
    """
    Opens at its first use, and opens anew after a fork.

    A child leaves the connections that it inherited alone: it neither uses nor closes what its parent talks through.
    """

    def __init__(self, url: str, *, max_batch: int, wait_s: float) -> None:
        """Check *url*; nothing is opened yet. `max_batch` and `wait_s` are those of `GroupCommit`."""
        _parsed(url)
        self._url = url
        self._max_batch = max_batch
        self._wait_s = wait_s
        self._lock = threading.Lock()
        self._parts: _Parts | None = None
        self._closed = False
        _databases.add(self)

    def rows(self, statement: Executable, parameters: dict[str, Any] | None = None) -> Sequence[RowMapping]:
        """Read with one statement."""
        try:
            with self._open().engine.connect() as connection:
                return connection.execute(statement, parameters).mappings().all()
        except SQLAlchemyError as error:
            raise without_values(error) from None

    def write(self, operation: Operation[Result]) -> Result:
        """Write by group commit; see `GroupCommit.write`."""
        return self._open().committer.write(operation)

    def write_each(self, operation: BulkOperation[Item, Result], item: Item) -> Result:
        """Write by group commit; see `GroupCommit.write_each`."""
        return self._open().committer.write_each(operation, item)

    def write_later(self, operation: BulkOperation[Item, Result], item: Item) -> None:
        """Write by group commit, soon, without waiting; see `GroupCommit.write_later`."""
        self._open().committer.write_later(operation, item)

    def tidy(self) -> None:
        """Empty SQLite's write-ahead log, behind which reads become slow; other databases see to it themselves."""
        engine = self._open().engine
        if engine.dialect.name != "sqlite":
            return
        try:
            with engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").close()
        except SQLAlchemyError as error:
            raise without_values(error) from None

    def close(self) -> None:
        """Write what waits, then close every connection; later calls raise `LedgerUnavailable`."""
        with self._lock:
            self._closed = True
            parts, self._parts = self._parts, None
        if parts:
            parts.committer.close()
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
                engine = new_engine(self._url, pool_timeout=BUSY_MS / 1000)
                committer = GroupCommit(lambda: begin_writing(engine), max_batch=self._max_batch, wait_s=self._wait_s)
                self._parts = _Parts(engine, committer)
            return self._parts


_databases: "WeakSet[Database]" = WeakSet()
_inherited: list[_Parts] = []  # kept for good: if they were collected, the parent's connections would be closed


def _forget_after_fork() -> None:
    for database in list(_databases):
        database.forget()


os.register_at_fork(after_in_child=_forget_after_fork)
