"""The ledger on a PostgreSQL that is killed, frozen, started again or cut off."""

import os
import re
import signal
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psycopg
import pytest
from harness.eventually import eventually
from harness.mesh import CHECKOUT
from harness.ports import free_port
from harness.postgres import postgres_server
from sqlalchemy import make_url, text

from gateway.database_engine import new_engine
from gateway.errors import GatewayError, InvalidSetting, LedgerOutcomeUnknown, LedgerUnavailable
from gateway.ledger.migrations import migrate
from gateway.ledger.sql import SqlLedger
from gateway.ledger.task import NewTask
from gateway.message.ids import new_id

SANE_S = 15  #: longer than every limit together, and much shorter than for ever


def a_task(**fields):
    usual = {"caller": "shop", "kind": "message", "pool": "io", "payload": {"content": "x"}, "request_id": "r-1"}
    return NewTask(**{"id": new_id(), **usual, **fields})


@pytest.fixture(scope="module")
def victim():
    """A server that these tests may do anything to."""
    with postgres_server() as server:
        migrate(server.url)
        yield server


@pytest.fixture
def ledger(victim):
    made = SqlLedger(victim.url)
    made.ping()
    yield made
    made.close()


def test_connections_are_durable_and_impatient(ledger):
    with ledger._database._open().engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"SHOW {name}").scalar()
            for name in ("synchronous_commit", "statement_timeout", "lock_timeout")
        }

    assert found == {"synchronous_commit": "on", "statement_timeout": "5s", "lock_timeout": "5s"}


def test_what_the_url_asks_for_is_kept(victim):
    engine = new_engine(f"{victim.url}?application_name=mine&options=-c%20search_path%3Dmine")

    with engine.connect() as connection:
        shown = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in ("application_name", "search_path")]
        durable = connection.exec_driver_sql("SHOW synchronous_commit").scalar()
    engine.dispose()

    assert (shown, durable) == (["mine", "mine"], "on")


def test_reading_opens_no_transaction(ledger):
    ledger.tasks()

    with ledger._database._open().engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        status = connection.connection.driver_connection.info.transaction_status

    assert status is psycopg.pq.TransactionStatus.IDLE


@pytest.mark.parametrize("bad", ["mysql://u@h/d", "postgresql+psycopg2://u@h/d", "oracle://u@h"])
def test_another_kind_of_database_is_refused_at_once(bad):
    with pytest.raises(InvalidSetting, match="SQLite or PostgreSQL"):
        SqlLedger(bad)


def test_after_a_restart_nobody_notices_that_the_connections_are_stale(victim, ledger):
    before = ledger.accept(a_task())
    victim.kill()
    victim.start_again()

    assert ledger.get(before.id) == before
    victim.kill()
    victim.start_again()
    ledger.accept(a_task())


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_an_accept_after_a_restart_does_not_try_the_connection_that_is_gone(victim, ledger, monkeypatch, end):
    monkeypatch.setattr("gateway.ledger.group_commit._ASK_EVERY_S", 60)  # nobody could learn what became of that
    ledger.accept(a_task())
    getattr(victim, end)()
    victim.start_again()

    task = ledger.accept(a_task())

    assert ledger.get(task.id) == task


def test_a_server_that_takes_no_writes_does_not_pass_the_ping(postgres_url):
    read_only = make_url(postgres_url).update_query_dict({"options": "-c default_transaction_read_only=on"})
    ledger = SqlLedger(read_only.render_as_string(hide_password=False))

    assert ledger.tasks() == []
    with pytest.raises(GatewayError):
        ledger.ping()
    ledger.close()


def test_a_server_that_is_gone_is_an_unavailable_ledger_at_once(victim, ledger):
    before = ledger.accept(a_task())
    victim.kill()
    try:
        for call in (ledger.ping, lambda: ledger.accept(a_task()), lambda: ledger.get(before.id)):
            started = time.monotonic()
            with pytest.raises(LedgerUnavailable) as away:
                call()
            assert time.monotonic() - started < SANE_S
            assert type(away.value) is LedgerUnavailable  # nothing was written, and everybody knows
    finally:
        victim.start_again()

    assert ledger.get(before.id) == before
    ledger.accept(a_task())


def test_a_frozen_server_keeps_nobody_waiting_for_ever(victim, ledger):
    before = ledger.accept(a_task())
    victim.freeze()
    try:
        for call in (lambda: ledger.accept(a_task()), lambda: ledger.get(before.id), ledger.ping):
            started = time.monotonic()
            with pytest.raises(LedgerUnavailable):
                call()
            assert time.monotonic() - started < SANE_S
    finally:
        victim.thaw()

    assert eventually(lambda: ledger.get(before.id)) == before
    ledger.accept(a_task())


@pytest.mark.parametrize("end", ["sent away", "killed"])
def test_a_task_whose_server_process_ends_amid_its_accept_is_there_once(victim, ledger, end, monkeypatch):
    monkeypatch.setattr("gateway.ledger.group_commit._ASK_AGAIN_S", 60)  # a noisy server may need long to start anew
    new, url = a_task(), victim.url.replace("+psycopg", "")
    waits = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%born%'"
    with psycopg.connect(url) as holder, psycopg.connect(url, autocommit=True) as other, ThreadPoolExecutor(1) as pool:
        holder.execute("LOCK TABLE tasks IN EXCLUSIVE MODE")
        waiting = pool.submit(ledger.accept, new)
        (pid,) = eventually(lambda: other.execute(waits).fetchone())
        if end == "killed":
            os.kill(pid, signal.SIGKILL)  # the server then sends all away, and starts anew
        else:
            other.execute("SELECT pg_terminate_backend(%s)", [pid])
        holder.close()
        with suppress(LedgerOutcomeUnknown):
            waiting.result()

    def events():
        with suppress(LedgerUnavailable):
            return ledger.events(new.id)

    assert len(eventually(events)) == 1


def test_an_error_of_the_server_tells_its_class_and_never_a_value(ledger, lines):
    value = new_id()  # not a literal: the traceback shows lines of source
    taken = a_task(id=value, caller=value, payload={"content": value})
    ledger.accept(taken)
    refusals = []

    for refused in (taken, a_task(caller=f"{value}\0")):  # PostgreSQL says "Key (id)=(…) already exists"
        with pytest.raises(GatewayError) as refusal:
            ledger.accept(refused)
        refusals.append(refusal.value)

    told = "".join(line for refusal in refusals for line in traceback.format_exception(refusal))
    assert value not in told + lines.text
    assert refusals[0].__notes__ == ["IntegrityError 23505"]
    assert type(refusals[1]) is GatewayError


@pytest.mark.parametrize("told", [False, True], ids=["as it comes", "as compose.yaml tells it"])
def test_a_server_keeps_refused_values_out_of_its_log_where_it_is_told_to(told):
    value = new_id()
    compose = (CHECKOUT / "compose.yaml").read_text()
    options = dict(re.findall(r"-c (log_\w+)=(\w+)", compose)) if told else {}

    with (
        postgres_server(**options) as server,
        psycopg.connect(server.url.replace("+psycopg", ""), autocommit=True) as connection,
    ):
        connection.execute("CREATE TABLE names (name text PRIMARY KEY CHECK (name <> 'nobody'), age int)")
        connection.execute("INSERT INTO names VALUES (%s)", [value])
        for refused in (
            "INSERT INTO names VALUES (%s)",
            "INSERT INTO names SELECT 'nobody', %s::int",
            "INSERT INTO names SELECT name FROM json_populate_recordset(NULL::names, ('[' || %s || ']')::json)",
            "SELEC %s",
        ):
            with pytest.raises(psycopg.Error):
                connection.execute(refused.replace("%s", f"'{value}'"))
        log = server.log()

    assert "ready to accept connections" in log
    assert (value in log) is not told


def test_a_port_where_nobody_listens_is_an_unavailable_ledger():
    ledger = SqlLedger(f"postgresql://hidden:hidden@127.0.0.1:{free_port()}/hidden")

    with pytest.raises(LedgerUnavailable) as away:
        ledger.ping()

    assert "hidden" not in "".join(traceback.format_exception(away.value))
    ledger.close()
