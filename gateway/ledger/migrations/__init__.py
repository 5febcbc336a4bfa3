"""
The schema's history: how a ledger is brought up to date, driven from code without an alembic.ini.

A new revision: write `versions/000N_<what>.py`, set `gateway.ledger.schema.HEAD`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, NullPool, func, select
from sqlalchemy.exc import SQLAlchemyError

from gateway.database_engine import BUSY_MS, new_engine
from gateway.ledger.schema import HEAD
from gateway.ledger.trouble import without_values
from gateway.transactions import begin_writing

_LOCK: Final = 0x706F7274  #: an arbitrary number: PostgreSQL's advisory lock of whoever migrates
_WAIT_MS: Final = 60_000  #: for somebody else's migration; no table is waited for as long, since others would queue


def migrate(url: str) -> None:
    """
    Bring the schema up to date; does nothing where it is, and lets one of several callers at once do it.

    Raises:
        LedgerUnavailable: the database cannot be reached, or was not free in time.
    """
    with _engine(url) as engine:
        if _revision(engine) != HEAD:
            with begin_writing(engine) as connection:
                _lock(connection)
                command.upgrade(_config(connection), "head")


def downgrade(url: str, revision: str) -> None:
    """Take the schema back to *revision*, or to nothing with `base`; what newer tables hold is lost."""
    with _engine(url) as engine, begin_writing(engine) as connection:
        _lock(connection)
        command.downgrade(_config(connection), revision)


@contextmanager
def _engine(url: str) -> Iterator[Engine]:
    engine = new_engine(url, migrates=True, poolclass=NullPool)
    try:
        yield engine
    except SQLAlchemyError as error:
        raise without_values(error) from None


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _lock(connection: Connection) -> None:
    """Wait for whoever migrates just now. An SQLite transaction that writes is alone anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {_WAIT_MS}")
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {BUSY_MS}")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
