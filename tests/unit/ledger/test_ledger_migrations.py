"""The schema's history: it leads to the tables of the code, forwards and back, however many walk it at once."""

import multiprocessing
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine, inspect, text
from sqlalchemy.exc import IntegrityError

from gateway.errors import LedgerUnavailable
from gateway.ledger import migrations
from gateway.ledger.migrations import downgrade, migrate, schema_is_current
from gateway.ledger.schema import HEAD, metadata
from gateway.ledger.sql import SqlLedger
from gateway.ledger.task import NewTask
from gateway.message.ids import new_id

OTHER_ROOMS = {"api_keys"}  # gateway.access has its own MetaData


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/ledger.db"


@pytest.fixture
def engine(url):
    return create_engine(url, poolclass=NullPool)


def accepted(url):
    ledger = SqlLedger(url)
    new = {"caller": "shop", "kind": "message", "pool": "io", "payload": {"content": "x"}, "request_id": "r-1"}
    task = ledger.accept(NewTask(id=new_id(), **new))
    ledger.close()
    return task


def definitions(engine):
    """Return the text of each table and index, but for its white space."""
    query = text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    with engine.connect() as connection:
        return {name: " ".join(sql.split()) for name, sql in connection.execute(query)}


def test_a_fresh_database_becomes_current(url):
    assert not schema_is_current(url)

    migrate(url)

    assert schema_is_current(url)


def test_the_code_names_the_newest_revision():
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))

    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_migrating_again_changes_nothing(url, engine):
    migrate(url)
    before = definitions(engine)
    task = accepted(url)

    migrate(url)

    assert definitions(engine) == before
    assert SqlLedger(url).get(task.id) == task


def test_a_current_schema_is_let_be_even_while_somebody_writes(url, tmp_path):
    migrate(url)
    writer = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")

    migrate(url)

    assert schema_is_current(url)
    writer.close()


def test_the_migrated_schema_is_the_one_of_the_tables(url, engine):
    migrate(url)

    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, kind, _: kind != "table" or name not in OTHER_ROOMS}
        )
        assert compare_metadata(context, metadata) == []


def test_checks_and_partial_indexes_are_those_of_the_tables_too(url, engine, tmp_path):
    migrate(url)
    created = create_engine(f"sqlite:///{tmp_path}/created.db", poolclass=NullPool)
    metadata.create_all(created)

    migrated = definitions(engine)

    wanted = definitions(created)
    assert {name: migrated.get(name) for name in wanted} == wanted
    assert set(migrated) - set(wanted) == OTHER_ROOMS | {"alembic_version"}


def test_the_keys_table_has_the_columns_that_the_access_room_expects(url, engine):
    migrate(url)

    columns = {column["name"]: column["nullable"] for column in inspect(engine).get_columns("api_keys")}

    assert columns == {
        "id": False,
        "name": False,
        "role": False,
        "sha256": False,
        "created_at": False,
        "last_used_at": True,
        "revoked_at": True,
    }
    unique = inspect(engine).get_unique_constraints("api_keys")
    assert sorted(constraint["column_names"] for constraint in unique) == [["name"], ["sha256"]]


@pytest.mark.parametrize("broken", ["status = 'lost'", "status = 'completed'", "due_at = NULL"])
def test_the_database_itself_refuses_a_task_that_is_live_and_not_due_or_the_reverse(url, engine, broken):
    migrate(url)
    accepted(url)

    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text(f"UPDATE tasks SET {broken}"))


def test_the_schema_can_be_taken_back_and_made_again_with_data_in_it(url, engine):
    migrate(url)
    accepted(url)

    downgrade(url, "base")
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    assert not schema_is_current(url)

    migrate(url)
    accepted(url)
    assert schema_is_current(url)


def test_a_migration_that_breaks_off_leaves_nothing_behind(url, engine, monkeypatch):
    def breaks_off(*_):
        raise RuntimeError("pulled the plug")

    monkeypatch.setattr("alembic.runtime.migration.HeadMaintainer.update_to_step", breaks_off)
    with pytest.raises(RuntimeError):
        migrate(url)
    monkeypatch.undo()

    assert inspect(engine).get_table_names() == []
    migrate(url)
    assert schema_is_current(url)


def migrate_at_once(url, go, said):
    go.wait()
    try:
        migrate(url)
        said.put("")
    except Exception as error:  # noqa: BLE001 - the parent shows it
        said.put(repr(error))


def test_several_may_migrate_at_once(tmp_path):
    context = multiprocessing.get_context("spawn")
    go, said = context.Barrier(4), context.Queue()
    url = f"sqlite:///{tmp_path}/ledger.db"

    children = [context.Process(target=migrate_at_once, args=(url, go, said)) for _ in range(4)]
    for child in children:
        child.start()
    told = [said.get(timeout=60) for _ in children]
    for child in children:
        child.join()

    assert told == [""] * 4
    assert schema_is_current(url)


def test_a_database_that_cannot_be_opened_is_an_unavailable_ledger(tmp_path):
    for call in (migrate, schema_is_current):
        with pytest.raises(LedgerUnavailable):
            call(f"sqlite:///{tmp_path}/no/such/folder/ledger.db")
