"""The ledger on a PostgreSQL that is killed, frozen, started again or cut off."""

import os
import re
import signal
import socket
import threading
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
from gateway.ledger.task import NewTask, Status
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


class Cable:
    """A way to the server that can be cut: before an answer comes back, or altogether."""

    def __init__(self, port):
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.cut_before_answer_to = b""  #: a message with these bytes is delivered, and its answer is not
        self._pairs = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                ours, _ = self._listener.accept()
            except OSError:
                return
            theirs = socket.create_connection(("127.0.0.1", self._target))
            self._pairs += [ours, theirs]
            cut = threading.Event()
            threading.Thread(target=self._carry, args=(ours, theirs, cut, True), daemon=True).start()
            threading.Thread(target=self._carry, args=(theirs, ours, cut, False), daemon=True).start()

    def _carry(self, source, sink, cut, asks):
        try:
            while data := source.recv(65_536):
                if asks and self.cut_before_answer_to and self.cut_before_answer_to in data:
                    cut.set()
                if not asks and cut.is_set():
                    break  # the server has done it, and nobody learns of it
                sink.sendall(data)
        except OSError:
            pass
        finally:
            _cut(source, sink)

    def close(self):
        self._listener.close()
        _cut(*self._pairs)


def _cut(*ends):
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def cable(victim):
    made = Cable(victim.port)
    yield made
    made.close()


@pytest.fixture
def far_ledger(victim, cable):
    url = make_url(victim.url).set(port=cable.port).render_as_string(hide_password=False)
    made = SqlLedger(url)
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


# Tasks under keys are accepted by a transaction; others by one statement, which is one by itself.
COMMITS = {"a transaction": b"COMMIT", "one statement": b'"caller":"shop"'}


@pytest.fixture(params=COMMITS)
def committing(request):
    """What is said to the server when it is to commit."""
    return COMMITS[request.param]


def committed_so(committing, ledger, **fields):
    """Return a task that is accepted that way."""
    if committing == COMMITS["a transaction"]:
        fields["key"] = ledger.take_key(new_id(), "body", for_ms=60_000)
    return a_task(**fields)


def test_an_accept_whose_commit_broke_is_told_as_what_it_became(cable, committing, far_ledger, ledger):
    new = [committed_so(committing, ledger) for _ in range(4)]
    cable.cut_before_answer_to = committing
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(far_ledger.accept, each) for each in new]
        time.sleep(0.5)
        cable.cut_before_answer_to = b""
        accepted = [future.result() for future in waiting]

    assert [far_ledger.get(task.id) for task in accepted] == accepted
    assert {len(far_ledger.events(task.id)) for task in accepted} == {1}


def with_a_broken_commit(cable, call, *args, **options):
    """Return what the call returns whose COMMITs are carried out, and not answered for half a second."""
    cable.cut_before_answer_to = b"COMMIT"
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(call, *args, **options)
        time.sleep(0.5)
        cable.cut_before_answer_to = b""
        return waiting.result()


@pytest.mark.parametrize("patience_s", [5.0, 0.0])
def test_a_claim_whose_commit_broke_is_a_claim(cable, far_ledger, monkeypatch, patience_s):
    monkeypatch.setattr("gateway.ledger.group_commit._ASK_AGAIN_S", patience_s)
    tasks = [far_ledger.accept(a_task()) for _ in range(3)]

    claimed = with_a_broken_commit(
        cable, far_ledger.claim, [task.id for task in tasks], owner="worker-1", lease_ms=30_000
    )

    assert [task.id for task in claimed] == [task.id for task in tasks]
    assert [far_ledger.get(task.id) for task in tasks] == claimed
    assert {(task.attempt, len(far_ledger.events(task.id))) for task in claimed} == {(1, 2)}


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


def test_an_id_that_somebody_else_has_is_refused_even_after_a_commit_that_broke(cable, committing, far_ledger, ledger):
    theirs = ledger.accept(a_task(caller="bank"))
    new = [committed_so(committing, ledger, **fields) for fields in ({"id": theirs.id}, {})]
    cable.cut_before_answer_to = committing
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(far_ledger.accept, each) for each in new]
        time.sleep(0.5)
        cable.cut_before_answer_to = b""
        refusal = waiting[0].exception()
        good = waiting[1].result()

    assert type(refusal) is GatewayError
    assert ledger.get(theirs.id) == theirs
    assert ledger.get(good.id) == good


def test_a_cancel_whose_commit_broke_is_a_cancel(cable, far_ledger):
    task = far_ledger.accept(a_task())

    assert with_a_broken_commit(cable, far_ledger.cancel, task.id, by="shop").status is Status.CANCELED
    assert len(far_ledger.events(task.id)) == 2


def test_a_retry_whose_commit_broke_is_a_retry(cable, far_ledger):
    task = far_ledger.accept(a_task())
    far_ledger.cancel(task.id, by="shop")

    assert with_a_broken_commit(cable, far_ledger.retry, task.id, by="desk").status is Status.PENDING
    assert len(far_ledger.events(task.id)) == 3


def test_where_nobody_can_learn_what_became_of_a_commit_that_is_what_callers_are_told(
    cable, committing, far_ledger, ledger, monkeypatch
):
    monkeypatch.setattr("gateway.ledger.group_commit._ASK_AGAIN_S", 0.3)
    new = committed_so(committing, ledger)
    cable.cut_before_answer_to = b"COMMIT" if new.key else new.id.encode()  # who asks what became of it says that, too

    with pytest.raises(LedgerOutcomeUnknown) as unknown:
        far_ledger.accept(new)

    assert unknown.value.code == "outcome_unknown"
    assert not unknown.value.retryable
    assert eventually(lambda: ledger.get(new.id)).status is Status.PENDING


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
