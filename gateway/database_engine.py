"""
Connections to the ledger's database, SQLite or PostgreSQL: how they are opened, how long they wait, how they write.

On both only a transaction of `begin_writing` begins; anything else is a single statement that reads. So a read is one
round trip, and no transaction stays open by mistake.
"""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from sqlalchemy import URL, Connection, Engine, Executable, RowMapping, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from gateway.errors import InvalidSetting

BUSY_MS: Final = 5_000  #: how long to wait for another writer, or for one statement
_PACE_S: Final = 0.001  #: between two tries to begin an SQLite transaction
_AT_ONCE_S: Final = 1.0  #: a connection that broke this soon was stale, or the server is gone: not slow

_POSTGRESQL: Final = frozenset({"postgresql", "postgres", "postgresql+psycopg"})
_CONNECT_S: Final = 2  #: for each address; psycopg takes no less
_ANSWER_S: Final = BUSY_MS / 1000 + 1  #: after the server's own limit has passed, it does not answer any more
_IDLE_IN_TRANSACTION_MS: Final = BUSY_MS - 1_000  #: a frozen program's locks must not make those fail who wait for them
_POOL: Final = {
    "pool_size": 10,  # about the threads of a process: a connection costs the server a process, and opening one 5 ms
    "max_overflow": 10,
    "pool_timeout": BUSY_MS / 1000,
    "pool_use_lifo": True,  # the newest is the least likely to be stale
}
# A server whose machine or network is gone says nothing more: the kernel finds out. Unix sockets ignore these.
_TCP: Final = {
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": BUSY_MS,
}


class CommitBroke(SQLAlchemyError):
    """The connection was lost during a COMMIT: it may have taken effect, or still take it."""


def new_engine(url: str, *, migrates: bool = False, **options: Any) -> Engine:
    """
    Return an engine with our settings of the database; it opens nothing yet.

    Args:
        migrates: whether a statement may take its time.
        options: those of `create_engine`.

    Raises:
        InvalidSetting: *url* is none, or names a database that cannot hold the ledger.
    """
    parsed = parsed_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed, hide_parameters=True, connect_args={"timeout": BUSY_MS / 1000}, **options)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    pool = {} if "poolclass" in options else _POOL
    engine = create_engine(
        parsed,
        hide_parameters=True,
        isolation_level="AUTOCOMMIT",  # we say when a transaction begins
        use_native_hstore=False,  # saves a round trip for each new connection
        connect_args=_postgresql_arguments(parsed, migrates=migrates),
        **{**pool, **options},
    )
    if not migrates:
        event.listen(engine, "do_connect", _connect)
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def parsed_url(url: str) -> URL:
    """
    Return *url* with its driver.

    Raises:
        InvalidSetting: as `new_engine`.
    """
    try:
        parsed = make_url(url)
    except SQLAlchemyError:
        raise InvalidSetting("GATEWAY_DATABASE_URL cannot be read as the URL of a database") from None
    if parsed.drivername in _POSTGRESQL:
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite":
        raise InvalidSetting("GATEWAY_DATABASE_URL: the ledger needs SQLite or PostgreSQL (sqlite:///, postgresql://)")
    if parsed.database in {None, "", ":memory:"}:
        raise InvalidSetting("GATEWAY_DATABASE_URL: the ledger needs a file, an SQLite database in memory will not do")
    return parsed


@contextmanager
def begin_writing(engine: Engine, *, hasty: bool = False, lightly: bool = False) -> Iterator[Connection]:
    """
    Open a transaction that may write; it commits at the end, or rolls back after an exception.

    Args:
        hasty: do not wait for another process that writes to the SQLite file; fail instead.
        lightly: on SQLite, without a wait for the disk: a power cut may undo it, and nothing else can. It ends every
            process of this database, too. PostgreSQL's clients outlive it: there it is as durable as any.

    Raises:
        CommitBroke: it is not known whether the transaction is committed.
    """
    with engine.connect().execution_options(writes=True, hasty=hasty, lightly=lightly) as connection:
        transaction = connection.begin()
        try:
            yield connection
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


class _Connection(psycopg.Connection[Any]):
    """Does not wait for ever for a server that is frozen: its kernel goes on acknowledging what nobody reads."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Do as psycopg's; a connection whose answer did not come in time is closed."""
        try:
            return super().wait(gen, interval, _ANSWER_S if timeout is None else timeout)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == psycopg.pq.TransactionStatus.ACTIVE:
                self.close()
            raise


def _connect(_dialect: object, _record: object, arguments: Sequence[str], parameters: dict[str, Any]) -> Any:
    return _Connection.connect(*arguments, **parameters)


def _postgresql_arguments(url: URL, *, migrates: bool) -> dict[str, Any]:
    """Return libpq's parameters; what *url* says itself goes first."""
    settings = {
        "statement_timeout": 0 if migrates else BUSY_MS,
        "lock_timeout": BUSY_MS,
        "idle_in_transaction_session_timeout": 0 if migrates else _IDLE_IN_TRANSACTION_MS,
        "synchronous_commit": "on",  # whatever the server's default: what was accepted is on disk
    }
    ours = " ".join(f"-c {name}={value}" for name, value in settings.items())
    own = url.query.get("options", "")
    given = {"connect_timeout": _CONNECT_S, "application_name": "portcullis", **_TCP}
    left = {name: value for name, value in given.items() if name not in url.query}
    return {**left, "options": f"{ours} {own}".rstrip()}


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("writes"):
        connection.exec_driver_sql("BEGIN")


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say when a transaction begins
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
    options = connection.get_execution_options()
    if not options.get("writes"):
        return
    raw: Any = connection.connection.driver_connection  # an SQLAlchemy error for each try would cost more than the try
    if connection.info.get("lightly", False) is not options["lightly"]:
        raw.execute(f"PRAGMA synchronous={'NORMAL' if options['lightly'] else 'FULL'}").close()
        connection.info["lightly"] = options["lightly"]
    raw.execute("PRAGMA busy_timeout=0").close()
    try:
        until = time.monotonic() + (0 if options["hasty"] else BUSY_MS / 1000)
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
