"""
How the ledger's database is read and written.

A read is one statement, outside of any transaction; a transaction writes, and begins as one that does. So a read is one
round trip, and no transaction stays open by mistake.
"""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

from sqlalchemy import Connection, Engine, Executable, RowMapping
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from gateway.database_engine import BUSY_MS, has_hung_up

_PACE_S: Final = 0.0003  #: between two tries to begin an SQLite transaction
_AT_ONCE_S: Final = 1.0  #: a connection that broke this soon was stale, or the server is gone: not slow
_SYNCHRONOUS: Final = "synchronous"  #: SQLite's pragma, as a connection remembers it


class CommitBroke(SQLAlchemyError):
    """The connection was lost during a COMMIT: it may have taken effect, or still take it."""


@contextmanager
def begin_writing(engine: Engine, *, hasty: bool = False) -> Iterator[Connection]:
    """
    Open a transaction that may write; it commits at the end, or rolls back after an exception.

    Args:
        hasty: do not wait for another process that writes to the SQLite file; fail instead.

    Raises:
        CommitBroke: it is not known whether the transaction is committed.
    """
    with engine.connect() as connection:
        let_sqlite_wait(connection, milliseconds=0)
        try:
            with _transaction(connection, wait_s=0 if hasty else BUSY_MS / 1000):
                yield connection
        finally:
            if not connection.invalidated:
                let_sqlite_wait(connection, milliseconds=BUSY_MS)


class Writer:
    """
    Opens one transaction after the other on a connection that it keeps, for one thread.

    To take a connection out of the pool and to put it back costs as much as a small transaction of SQLite.
    """

    def __init__(self, engine: Engine) -> None:
        """Connect with the first transaction."""
        self._engine = engine
        self._kept: Connection | None = None

    @contextmanager
    def begin(self, *, lightly: bool = False, as_one: bool = False) -> Iterator[Connection]:
        """
        Do as `begin_writing`.

        Args:
            lightly: on SQLite, without a wait for the disk: a power cut may undo it, and nothing else can. It ends
                every process of this database, too. PostgreSQL's clients outlive it: there it is as durable as any.
            as_one: what is written is one statement. To PostgreSQL that alone is sent, and is a transaction by
                itself: one round trip in the place of three. It is committed once it was executed, whatever comes
                after it in the block; and where the server stands still, it may be so long after the caller gave up.

        Raises:
            CommitBroke: as `begin_writing`.
        """
        try:
            connection = self._connection()
            is_sqlite = connection.dialect.name == "sqlite"
            if is_sqlite:
                _set_synchronous(connection, "NORMAL" if lightly else "FULL")
            with _statement(connection) if as_one and not is_sqlite else _transaction(connection):
                yield connection
        except (SQLAlchemyError, sqlite3.Error):
            self.close()
            raise

    def close(self) -> None:
        """Let go of the connection; the next transaction opens another."""
        connection, self._kept = self._kept, None
        if connection is not None:
            with suppress(SQLAlchemyError, sqlite3.Error):
                if connection.dialect.name == "sqlite" and not connection.invalidated:
                    _raw(connection).rollback()  # SQLite keeps its lock for as long as a statement is open
            with suppress(SQLAlchemyError, sqlite3.Error):
                connection.invalidate()  # it does not wait for other writers: nobody else should get it
                connection.close()

    def _connection(self) -> Connection:
        kept = self._kept
        if kept is not None and kept.dialect.name == "postgresql" and has_hung_up(_raw(kept)):
            self.close()
            kept = None
        if kept is None:
            kept = self._kept = self._engine.connect()
            let_sqlite_wait(kept, milliseconds=0)
        return kept


def read(engine: Engine, statement: Executable, parameters: dict[str, Any] | None = None) -> Sequence[RowMapping]:
    """Read with one statement; a second time at once where the connection had died while nobody used it."""
    started = time.monotonic()
    try:
        return _read(engine, statement, parameters)
    except DBAPIError as error:
        if not broke_at_once(error, started):
            raise
    return _read(engine, statement, parameters)


def broke_at_once(error: SQLAlchemyError, started: float) -> bool:
    """Tell whether a connection turned out to be dead, so that another try on a new one costs little."""
    broke = isinstance(error, DBAPIError) and error.connection_invalidated
    return broke and time.monotonic() - started < _AT_ONCE_S


def _read(engine: Engine, statement: Executable, parameters: dict[str, Any] | None) -> Sequence[RowMapping]:
    with engine.connect() as connection:
        return connection.execute(statement, parameters).mappings().all()


@contextmanager
def _transaction(connection: Connection, *, wait_s: float = BUSY_MS / 1000) -> Iterator[None]:
    transaction = connection.begin()
    try:
        if connection.dialect.name == "sqlite":
            _begin_sqlite(connection, wait_s)
        else:
            connection.exec_driver_sql("BEGIN").close()
        yield
    except BaseException:
        transaction.rollback()
        raise
    try:
        transaction.commit()
    except DBAPIError as error:
        if error.connection_invalidated:
            raise CommitBroke from None
        transaction.rollback()
        raise


@contextmanager
def _statement(connection: Connection) -> Iterator[None]:
    """Do as `_transaction` for what is one statement: the server begins and commits it."""
    transaction = connection.begin()
    try:
        yield
    except BaseException as error:
        transaction.rollback()
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            raise CommitBroke from None
        raise
    transaction.commit()


def _begin_sqlite(connection: Connection, wait_s: float) -> None:
    """
    Begin as a writer.

    SQLite's own wait for another process's transaction sleeps longer and longer, up to 0.1 s, and whoever came last
    often goes first: we ask again at a steady pace instead.
    """
    raw = _raw(connection)  # an SQLAlchemy error for each try would cost more than the try
    until = time.monotonic() + wait_s
    while time.monotonic() < until:
        try:
            raw.execute("BEGIN IMMEDIATE").close()
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                break
        time.sleep(_PACE_S)
    connection.exec_driver_sql("BEGIN IMMEDIATE").close()  # now or never, and with SQLAlchemy's error


def let_sqlite_wait(connection: Connection, *, milliseconds: int) -> None:
    """Say how long SQLite itself waits for others, in its own way."""
    if connection.dialect.name == "sqlite":
        _raw(connection).execute(f"PRAGMA busy_timeout={milliseconds}").close()


def _set_synchronous(connection: Connection, value: str) -> None:
    """Set what the connection does not have yet: most transactions are like the one before."""
    if connection.info.get(_SYNCHRONOUS) != value:
        _raw(connection).execute(f"PRAGMA {_SYNCHRONOUS}={value}").close()
        connection.info[_SYNCHRONOUS] = value


def _raw(connection: Connection) -> Any:
    return connection.connection.driver_connection
