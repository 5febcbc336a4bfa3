"""What callers are told where a COMMIT is carried out and its answer never comes."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from harness.cable import Cable
from harness.eventually import eventually
from sqlalchemy import make_url

from gateway.errors import GatewayError, LedgerOutcomeUnknown
from gateway.ledger.alert import AlertType, NewAlert, Severity
from gateway.ledger.ledger import Chosen
from gateway.ledger.sql import SqlLedger
from gateway.ledger.task import NewTask, Status
from gateway.message.ids import new_id


def a_task(**fields):
    usual = {"caller": "shop", "kind": "message", "pool": "io", "payload": {"content": "x"}, "request_id": "r-1"}
    return NewTask(**{"id": new_id(), **usual, **fields})


@pytest.fixture
def ledger(postgres_url):
    made = SqlLedger(postgres_url)
    made.ping()
    yield made
    made.close()


@pytest.fixture
def cable(postgres_url):
    made = Cable(make_url(postgres_url).port)
    yield made
    made.close()


@pytest.fixture
def far_ledger(postgres_url, cable):
    url = make_url(postgres_url).set(port=cable.port).render_as_string(hide_password=False)
    made = SqlLedger(url)
    made.ping()
    yield made
    made.close()


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


def an_alert():
    return NewAlert(
        id=new_id(),
        type=AlertType.SECRET,
        severity=Severity.HIGH,
        description="A secret was found.",
        action="held",
        caller="shop",
        request_id=None,
    )


def test_an_alert_whose_commit_broke_is_counted_once(cable, far_ledger):
    raised = with_a_broken_commit(cable, far_ledger.raise_alert, an_alert())

    assert raised.count == 1
    assert far_ledger.alerts() == [raised]


def test_alerts_that_share_a_commit_that_broke_are_counted_once_each(cable, far_ledger):
    with ThreadPoolExecutor(4) as pool:
        cable.cut_before_answer_to = b"COMMIT"
        waiting = [pool.submit(far_ledger.raise_alert, an_alert()) for _ in range(4)]
        time.sleep(0.5)
        cable.cut_before_answer_to = b""
        raised = [future.result() for future in waiting]

    assert sorted(alert.count for alert in raised) == [1, 2, 3, 4]


def test_alerts_whose_purge_broke_are_told_as_purged(cable, far_ledger):
    raised = far_ledger.raise_alert(an_alert())

    assert with_a_broken_commit(cable, far_ledger.purge_alerts, Chosen(caller="shop")) == [raised]
    assert far_ledger.alerts() == []
