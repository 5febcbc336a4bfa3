"""The ledger's connections: across forks, on broken files, and what errors tell."""

import gc
import os
import signal
import sqlite3
import traceback
import weakref
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from gateway.errors import InvalidSetting, LedgerOutcomeUnknown, LedgerUnavailable
from gateway.ledger.database import Database
from gateway.ledger.migrations import migrate
from gateway.ledger.sql import SqlLedger
from gateway.ledger.sql_idempotency import Accepting
from gateway.ledger.task import NewTask
from gateway.message.ids import new_id


@pytest.fixture
def url(tmp_path):
    made = f"sqlite:///{tmp_path}/ledger.db"
    migrate(made)
    return made


@pytest.fixture
def ledger(url):
    made = SqlLedger(url)
    yield made
    made.close()


def a_task(**fields):
    usual = {"caller": "shop", "kind": "message", "pool": "io", "payload": {"content": "x"}, "request_id": "r-1"}
    return NewTask(**{"id": new_id(), **usual, **fields})


def in_child(work):
    """Run *work* in a forked child; return whether it ended well."""
    child = os.fork()
    if child == 0:
        code = 1
        signal.alarm(30)  # a child that hangs must not outlive the tests
        try:
            work()
            code = 0
        except BaseException:  # noqa: BLE001 - the child must not go on as a second pytest
            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1] == 0


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_child_writes_through_a_ledger_that_its_parent_has_used(ledger):
    before = ledger.accept(a_task())

    assert in_child(lambda: ledger.accept(a_task(caller="child")) and ledger.get(before.id))

    assert len(ledger.tasks(caller="child")) == 1
    ledger.accept(a_task())
    assert len(ledger.tasks()) == 3


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_child_neither_uses_nor_closes_its_parents_connections(ledger):
    ledger.accept(a_task())
    parents = weakref.ref(ledger._database._parts.engine)

    def in_its_own_way():
        assert ledger._database._parts is None
        ledger.close()
        gc.collect()
        assert parents().pool.checkedout() == 1

    assert in_child(in_its_own_way)
    ledger.accept(a_task())
    assert ledger._database._parts.engine is parents()


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_fork_amid_the_opening_leaves_the_child_able_to_open(ledger):
    with ledger._database._lock:
        assert in_child(lambda: ledger.accept(a_task()))


def test_every_connection_is_durable_and_wipes_what_it_deletes(ledger):
    with ledger._database._open().engine.connect() as connection:
        pragmas = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys", "busy_timeout")
        }

    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,
        "secure_delete": 1,
        "foreign_keys": 1,
        "busy_timeout": 5_000,
    }


def test_a_file_that_cannot_be_opened_is_an_unavailable_ledger(tmp_path):
    ledger = SqlLedger(f"sqlite:///{tmp_path}/no/such/folder/ledger.db")

    for call in (ledger.ping, lambda: ledger.accept(a_task()), lambda: ledger.get(new_id())):
        with pytest.raises(LedgerUnavailable):
            call()
    ledger.close()


def test_a_database_without_a_schema_does_not_pass_the_ping(tmp_path):
    ledger = SqlLedger(f"sqlite:///{tmp_path}/empty.db")

    with pytest.raises(LedgerUnavailable):
        ledger.ping()
    ledger.close()


def test_a_database_of_another_revision_does_not_pass_the_ping(ledger):
    with ledger._database._open().engine.connect() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(LedgerUnavailable, match="migrate it"):
        ledger.ping()


def test_a_ledger_that_somebody_else_keeps_writing_to_does_not_pass_the_ping(ledger, url, monkeypatch):
    monkeypatch.setattr("gateway.ledger.sql._PING_S", 0.2)
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(LedgerUnavailable):
            ledger.ping()
        assert ledger.tasks() == []
    finally:
        other.rollback()
        other.close()

    ledger.accept(a_task())
    monkeypatch.undo()
    ledger.ping()


def test_a_ping_changes_nothing(ledger, url):
    task = ledger.accept(a_task())
    looker = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    before = looker.execute("PRAGMA data_version").fetchone()

    for _ in range(3):
        ledger.ping()

    assert looker.execute("PRAGMA data_version").fetchone() == before
    assert ledger.tasks() == [task]
    looker.close()


def test_an_error_of_the_database_tells_its_class_and_never_a_value(ledger):
    with ledger._database._open().engine.connect() as connection:
        connection.execute(text("DROP TABLE task_events"))

    value = new_id()  # not a literal: the traceback shows lines of source

    with pytest.raises(LedgerUnavailable) as trouble:
        ledger.accept(a_task(payload={"content": value}))

    told = "".join(traceback.format_exception(trouble.value))
    assert value not in told
    assert "OperationalError SQLITE_ERROR" in told
    assert ledger.tasks() == []


@contextmanager
def another_writer(tmp_path):
    connection = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None, check_same_thread=False)
    connection.execute("BEGIN IMMEDIATE")
    yield connection
    connection.close()


def test_a_write_waits_while_another_process_writes(ledger, tmp_path):
    with another_writer(tmp_path) as writer, ThreadPoolExecutor() as pool:
        waiting = pool.submit(ledger.accept, a_task())
        assert ledger.tasks() == []
        writer.execute("COMMIT")
        task = waiting.result()

    assert ledger.tasks() == [task]


def test_a_write_gives_up_when_another_process_writes_for_too_long(ledger, tmp_path, monkeypatch):
    monkeypatch.setattr("gateway.database_engine.BUSY_MS", 50)

    with another_writer(tmp_path), pytest.raises(LedgerUnavailable) as busy:
        ledger.accept(a_task())

    assert busy.value.__notes__ == ["OperationalError SQLITE_BUSY"]
    ledger.accept(a_task())
    assert len(ledger.tasks()) == 1


def test_what_is_about_to_be_written_does_not_show_its_content_in_repr():
    row = {"id": "t-1", "payload": "hidden"}

    assert "hidden" not in repr(Accepting(rows=[row], keys=[]))


@pytest.mark.parametrize("bad", ["sqlite://", "sqlite:///:memory:", "not a url", "postgresql://u:pa@ss:word@host/db"])
def test_a_url_that_cannot_hold_a_ledger_is_refused_at_once(bad):
    with pytest.raises(InvalidSetting):
        SqlLedger(bad)


def test_tidying_empties_the_write_ahead_log(ledger, tmp_path):
    ledger.accept(a_task())
    log = tmp_path / "ledger.db-wal"
    assert log.stat().st_size > 0

    ledger.tidy()

    assert log.stat().st_size == 0


def test_closing_leaves_no_file_but_the_database(ledger, tmp_path):
    ledger.accept(a_task())

    ledger.close()

    assert [path.name for path in tmp_path.iterdir()] == ["ledger.db"]


def test_only_what_a_power_cut_may_undo_does_not_wait_for_the_disk(url):
    database = Database(url, max_batch=8, wait_s=60)

    def how(connection):
        return connection.exec_driver_sql("PRAGMA synchronous").scalar_one()

    told = [database.write(how, durable=durable) for durable in (True, False, False, True, False, True)]

    full, normal = 2, 1
    assert told == [full, normal, normal, full, normal, full]
    database.close()


def test_a_connection_that_has_written_waits_for_others_again_when_it_reads(url):
    database = Database(url, max_batch=8, wait_s=60)

    def patience(connection):
        return connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()

    told = []
    for _ in range(2):
        told.append(database.write(patience))
        told += [row["timeout"] for row in database.rows(text("PRAGMA busy_timeout"))]

    assert told == [0, 5_000, 0, 5_000]  # who writes asks again by itself, at a pace of ours
    assert database._parts.engine.pool.checkedin() == 1
    database.close()


def test_a_row_that_cannot_be_read_keeps_no_other_process_from_writing(ledger, url):
    tasks = [ledger.accept(a_task()) for _ in range(3)]
    with ledger._database._open().engine.connect() as connection:
        connection.execute(text("UPDATE tasks SET payload = 'no JSON' WHERE id = :id"), {"id": tasks[0].id})

    with pytest.raises(ValueError, match="invalid literal"):
        ledger.claim([task.id for task in tasks], owner="worker-1", lease_ms=10_000)

    other = SqlLedger(url)
    other.accept(a_task())
    ledger.accept(a_task())
    other.close()


@pytest.mark.parametrize("reads_the_newest", [False, True])
def test_nobody_waits_to_write_while_the_log_cannot_be_emptied(ledger, tmp_path, reads_the_newest):
    reader, writer = (sqlite3.connect(tmp_path / "ledger.db", isolation_level=None, timeout=2) for _ in range(2))
    if reads_the_newest:
        ledger.accept(a_task())
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM tasks").fetchall()
    if not reads_the_newest:
        ledger.accept(a_task())

    with ThreadPoolExecutor(1) as pool:
        tidying = pool.submit(ledger.tidy)
        while not tidying.done():
            writer.execute("BEGIN IMMEDIATE")  # an error, after two seconds
            writer.execute("ROLLBACK")

    assert not tidying.result()
    reader.close()
    writer.close()
    assert ledger.tidy()


@pytest.mark.parametrize("lease_ms", [30_000, 1_000])
def test_a_claim_is_known_to_its_worker_however_long_its_commit_took(url, tmp_path, lease_ms):
    ledger = SqlLedger(url, write_timeout_s=1)
    task = ledger.accept(a_task())

    with another_writer(tmp_path) as writer, ThreadPoolExecutor(1) as pool:
        claiming = pool.submit(ledger.claim, [task.id], owner="worker-1", lease_ms=lease_ms)
        wait([claiming], timeout=1.5)  # longer than it waits, and as long as the ledger goes on trying
        writer.execute("COMMIT")
        claimed = claiming.result()

    assert claimed == [ledger.get(task.id)]
    assert [(each.status, each.attempt, each.owner) for each in claimed] == [("processing", 1, "worker-1")]
    assert len(ledger.events(task.id)) == 2
    ledger.close()


def test_a_claim_that_nobody_can_tell_of_is_given_up_when_the_ledger_closes(url, tmp_path):
    ledger = SqlLedger(url, write_timeout_s=0.1)
    task = ledger.accept(a_task())

    with another_writer(tmp_path), ThreadPoolExecutor(1) as pool:
        claiming = pool.submit(ledger.claim, [task.id], owner="worker-1", lease_ms=3_600_000)
        wait([claiming], timeout=0.5)
        ledger.close()
        with pytest.raises(LedgerOutcomeUnknown):
            claiming.result()
