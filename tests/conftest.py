"""What every test may ask for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from harness.journal import Lines, collected_lines
from harness.postgres import PostgresServer, postgres_server
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from gateway.ledger.memory import MemoryLedger
from gateway.ledger.migrations import migrate

# The same examples at every run, and no time limit for one of them: a red test is red for everybody.
settings.register_profile("suite", derandomize=True, deadline=None)
settings.load_profile("suite")

_MESHES: Final = ("tests/chaos", "tests/native", "tests/system")  #: folders whose tests take a machine, nearly


class Scheduling(LoadFileScheduling):
    """Keeps together, where several processes share the tests, those of a file, and all that need a mesh."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return "meshes" if file.startswith(_MESHES) else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    """Have the tests shared out that way."""
    return Scheduling(config, log)


@pytest.fixture
def lines() -> Iterator[Lines]:
    """Every line that would have been logged, by us or by a library, in its text form."""
    with collected_lines() as collected:
        yield collected


@pytest.fixture
def memory_ledger() -> Iterator[MemoryLedger]:
    ledger = MemoryLedger()
    yield ledger
    ledger.close()


@pytest.fixture(scope="session")
def _migrated(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    file = tmp_path_factory.mktemp("migrated") / "ledger.db"
    migrate(f"sqlite:///{file}")
    return file.read_bytes()


@pytest.fixture
def database_file(_migrated: bytes, tmp_path: Path) -> Path:
    """An SQLite ledger of the test's own, with the current schema and nothing in it."""
    file = tmp_path / "ledger.db"
    file.write_bytes(_migrated)
    return file


@pytest.fixture
def database_url(database_file: Path) -> str:
    return f"sqlite:///{database_file}"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A server that the tests of this run share; none of them may kill or freeze it."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def _migrated_in_postgres(postgres: PostgresServer) -> str:
    url = postgres.database()
    migrate(url)
    return postgres.as_template(url)


@pytest.fixture
def postgres_url(postgres: PostgresServer, _migrated_in_postgres: str) -> Iterator[str]:
    """A ledger of the test's own in PostgreSQL, with the current schema and nothing in it."""
    url = postgres.database(template=_migrated_in_postgres)
    yield url
    postgres.drop(url)


@pytest.fixture
def empty_postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """A database of the test's own in PostgreSQL, without a schema."""
    url = postgres.database()
    yield url
    postgres.drop(url)
