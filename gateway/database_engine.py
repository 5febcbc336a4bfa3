"""
Connections to the ledger's database, SQLite or PostgreSQL: how they are opened, and how long they wait.

None of them begins a transaction by itself: `gateway.transactions` says when one begins.
"""

import select
import sqlite3
import time
from collections.abc import Sequence
from typing import Any, Final

import psycopg
from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError

from gateway.errors import InvalidSetting

BUSY_MS: Final = 5_000  #: how long to wait for another writer, or for one statement
_PACE_S: Final = 0.001  #: between two tries to turn the log on

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
        event.listen(engine, "checkout", _leave_if_hung_up)
    return engine


def parsed_url(url: str) -> URL:
    """
    Return *url* with its driver.

    Raises:
        InvalidSetting: as `new_engine`.
    """
    try:
        parsed = make_url(url)
    except (SQLAlchemyError, ValueError):  # the second where a password has an @ or a : that is not written as %XX
        raise InvalidSetting("GATEWAY_DATABASE_URL cannot be read as the URL of a database") from None
    if parsed.drivername in _POSTGRESQL:
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite":
        raise InvalidSetting("GATEWAY_DATABASE_URL: the ledger needs SQLite or PostgreSQL (sqlite:///, postgresql://)")
    if parsed.database in {None, "", ":memory:"}:
        raise InvalidSetting("GATEWAY_DATABASE_URL: the ledger needs a file, an SQLite database in memory will not do")
    return parsed


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


def has_hung_up(connection: Any) -> bool:
    """Tell whether the server has closed a connection of psycopg, as a restart of it does to all; asks the kernel."""
    waiting = select.poll()  # `select.select` knows no descriptor beyond 1,023
    try:
        waiting.register(connection.fileno(), select.POLLIN)
        while waiting.poll(0):  # something was said since the last answer: a word of farewell, or the end itself
            connection.pgconn.consume_input()
    except psycopg.OperationalError:
        return True
    return False


def _leave_if_hung_up(connection: Any, _record: object, _proxy: object) -> None:
    """Have the pool take another connection."""
    if has_hung_up(connection):
        raise DisconnectionError


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
