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
from gateway.ledger.migrations import downgrade, migrate
from gateway.ledger.schema import HEAD, metadata
from gateway.ledger.sql import SqlLedger
from gateway.ledger.task import NewTask
from gateway.message.ids import new_id

OTHER_ROOMS = {"api_keys"}  # gateway.access has its own MetaData


@pytest.fixture
def sqlite_url(tmp_path):
    return f"sqlite:///{tmp_path}/ledger.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request):
    return request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "empty_postgres_url")


@pytest.fixture
def engine(url):
    return create_engine(url, poolclass=NullPool)


def accepted(url):
    ledger = SqlLedger(url)
    new = {"caller": "shop", "kind": "message", "pool": "io", "payload": {"content": "x"}, "request_id": "r-1"}
    task = ledger.accept(NewTask(id=new_id(), **new))
    ledger.close()
    return task


DEFINITIONS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL",
    "postgresql": """
        SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL
        SELECT conname, conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
        UNION ALL
        SELECT table_name || '.' || column_name, concat_ws(' ', data_type, is_nullable, column_default, is_identity)
        FROM information_schema.columns WHERE table_schema = 'public'
    """,
}


def is_current(url):
    """Tell whether a ledger takes the schema for the one that it needs."""
    ledger = SqlLedger(url)
    try:
        ledger.ping()
    except LedgerUnavailable:
        return False
    else:
        return True
    finally:
        ledger.close()


def definitions(engine):
    """Return the text of each table, index and constraint, but for its white space."""
    with engine.connect() as connection:
        found = connection.execute(text(DEFINITIONS[engine.dialect.name]))
        return {name: " ".join(sql.split()) for name, sql in found}


def test_a_fresh_database_becomes_current(url):
    assert not is_current(url)

    migrate(url)

    assert is_current(url)


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


def test_a_current_schema_is_let_be_even_while_somebody_writes(sqlite_url, tmp_path):
    migrate(sqlite_url)
    writer = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")

    migrate(sqlite_url)

    writer.close()
    assert is_current(sqlite_url)


def test_the_migrated_schema_is_the_one_of_the_tables(url, engine):
    migrate(url)

    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, kind, _: kind != "table" or name not in OTHER_ROOMS}
        )
        assert compare_metadata(context, metadata) == []


def test_checks_and_partial_indexes_are_those_of_the_tables_too(url, engine, tmp_path, postgres):
    migrate(url)
    elsewhere = f"sqlite:///{tmp_path}/created.db" if engine.dialect.name == "sqlite" else postgres.database()
    created = create_engine(elsewhere, poolclass=NullPool)
    metadata.create_all(created)

    migrated = definitions(engine)

    wanted = definitions(created)
    assert {name: migrated.get(name) for name in wanted} == wanted
    others = OTHER_ROOMS | {"alembic_version"}
    assert {name for name in set(migrated) - set(wanted) if not name.startswith(tuple(others))} == set()


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
    assert not is_current(url)

    migrate(url)
    accepted(url)
    assert is_current(url)


def test_a_migration_that_breaks_off_leaves_nothing_behind(url, engine, monkeypatch):
    def breaks_off(*_):
        raise RuntimeError("pulled the plug")

    monkeypatch.setattr("alembic.runtime.migration.HeadMaintainer.update_to_step", breaks_off)
    with pytest.raises(RuntimeError):
        migrate(url)
    monkeypatch.undo()

    assert inspect(engine).get_table_names() == []
    migrate(url)
    assert is_current(url)


def migrate_at_once(url, go, said):
    go.wait()
    try:
        migrate(url)
        said.put("")
    except Exception as error:  # noqa: BLE001 - the parent shows it
        said.put(repr(error))


def test_several_may_migrate_at_once(url):
    context = multiprocessing.get_context("spawn")
    go, said = context.Barrier(4), context.Queue()

    children = [context.Process(target=migrate_at_once, args=(url, go, said)) for _ in range(4)]
    for child in children:
        child.start()
    told = [said.get(timeout=60) for _ in children]
    for child in children:
        child.join()

    assert told == [""] * 4
    assert is_current(url)


@pytest.mark.parametrize("away", ["sqlite:////no/such/folder/ledger.db", "postgresql://nobody@127.0.0.1:1/nothing"])
def test_a_database_that_cannot_be_opened_is_an_unavailable_ledger(away):
    with pytest.raises(LedgerUnavailable):
        migrate(away)


@pytest.mark.parametrize("form", ["postgresql", "postgres", "postgresql+psycopg"])
def test_postgresql_may_be_named_in_each_of_its_usual_forms(empty_postgres_url, form):
    url = empty_postgres_url.replace("postgresql+psycopg", form)

    migrate(url)

    assert is_current(url)


ROWS = {  # one of each table that the first revision has
    "tasks": """
        INSERT INTO tasks (id, caller, kind, pool, payload, status, attempt, failures, launches, due_at, priority,
                           request_id, created_at)
        VALUES ('t-1', 'shop', 'message', 'io', '{"content": "x"}', 'pending', 2, 1, 0, 5, 0, 'r-1', 3)""",
    "task_events": "INSERT INTO task_events (task_id, at, to_status, made_by) VALUES ('t-1', 3, 'pending', 'shop')",
    "alerts": """
        INSERT INTO alerts (id, fingerprint, type, severity, description, action, caller, found, subject, at, last_at,
                            times, reported)
        VALUES ('a-1', 'f', 'Secret', 'high', 'A secret was found.', 'held', 'shop', '[]', '', 1, 2, 3, 0)""",
    "leaders": "INSERT INTO leaders VALUES ('monitor', 'me', 7)",
    "api_keys": "INSERT INTO api_keys (id, name, role, sha256, created_at) VALUES ('k-1', 'shop', 'client', 'ab', 1)",
}


def rows(engine):
    with engine.connect() as connection:
        return {
            table: [dict(row) for row in connection.execute(text(f"SELECT * FROM {table}")).mappings()]
            for table in ROWS
        }


def test_what_the_first_revision_holds_survives_the_way_up_and_back(url, engine):
    migrate(url)
    downgrade(url, "0001")
    with engine.begin() as connection:
        for statement in ROWS.values():
            connection.execute(text(statement))
    before = rows(engine)

    migrate(url)
    above = rows(engine)
    downgrade(url, "0001")

    assert all(before.values())
    assert rows(engine) == before
    assert above["tasks"] == [before["tasks"][0] | {"callback_url": None, "silent_at": None}]
    assert {**above, "tasks": before["tasks"]} == before


def test_what_was_accepted_before_a_migration_can_be_run_after_it(url, engine):
    migrate(url)
    downgrade(url, "0001")
    with engine.begin() as connection:
        for statement in ROWS.values():
            connection.execute(text(statement))

    migrate(url)

    ledger = SqlLedger(url)
    (claimed,) = ledger.claim(["t-1"], owner="worker-1", lease_ms=1_000)
    assert (claimed.payload, claimed.attempt, claimed.callback_url) == ({"content": "x"}, 3, None)
    ledger.close()
