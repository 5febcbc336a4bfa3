"""SQL and memory agree: asked the same, in whatever order, both say and hold the same, by legal moves only."""

import tempfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import GatewayError
from gateway.ledger.memory import MemoryLedger
from gateway.ledger.migrations import migrate
from gateway.ledger.sql import SqlLedger
from gateway.ledger.task import MOVES, Claim, Ending, NewTask, Status
from gateway.message.ids import new_id

IDS = [new_id() for _ in range(3)]

an_id = st.sampled_from(IDS)
a_claim = st.builds(Claim, task_id=an_id, attempt=st.integers(1, 3))
a_time = st.integers(0, 50_000)
an_ending = st.builds(
    Ending,
    claim=a_claim,
    status=st.sampled_from([Status.COMPLETED, Status.FAILED, Status.PENDING]),
    result=st.none() | st.just({"ok": [1]}),
    error=st.none() | st.just("E"),
    retry_at=st.none() | a_time,
    counts_as_failure=st.booleans(),
)
a_call = st.one_of(
    st.tuples(st.just("later"), st.sampled_from([1, 2_000, 10_000, 30_000])),
    st.tuples(st.just("accept"), an_id, st.none() | a_time),
    st.tuples(st.just("claim"), st.lists(an_id, max_size=3)),
    st.tuples(st.just("end"), st.lists(an_ending, max_size=3)),
    st.tuples(st.just("beat"), st.lists(a_claim, max_size=3)),
    st.tuples(st.just("progress"), a_claim),
    st.tuples(st.just("cancel"), an_id),
    st.tuples(st.just("retry"), an_id),
    st.tuples(st.just("sweep"), st.integers(1, 3)),
)


CALLS = {
    "accept": lambda ledger, task_id, not_before: ledger.accept(
        NewTask(id=task_id, caller="shop", kind="k", pool="io", payload={"a": 1}, request_id="r", not_before=not_before)
    ),
    "claim": lambda ledger, ids: ledger.claim(ids, owner="w", lease_ms=30_000),
    "end": lambda ledger, endings: ledger.end(endings),
    "beat": lambda ledger, claims: ledger.beat(claims, lease_ms=30_000),
    "progress": lambda ledger, claim: ledger.progress(claim, 0.5),
    "cancel": lambda ledger, task_id: ledger.cancel(task_id, by="olga"),
    "retry": lambda ledger, task_id: ledger.retry(task_id, by="olga"),
    "sweep": lambda ledger, most: sorted(ledger.sweep(max_attempts=most), key=lambda r: r.task.id),
}


def said(ledger, call):
    """Return what comes of a call, or how it was refused."""
    try:
        return CALLS[call[0]](ledger, *call[1:])
    except GatewayError as refusal:
        return type(refusal), str(refusal)


@pytest.mark.timeout(120)
@settings(max_examples=60, deadline=None)
@given(st.lists(a_call, max_size=25))
def test_sql_and_memory_agree_whatever_is_asked_of_them(calls):
    now = 0
    with tempfile.TemporaryDirectory() as folder:
        migrate(f"sqlite:///{folder}/ledger.db")
        sql = SqlLedger(f"sqlite:///{folder}/ledger.db", clock=lambda: now)
        memory = MemoryLedger(clock=lambda: now)

        for call in calls:
            if call[0] == "later":
                now += call[1]
            else:
                assert said(sql, call) == said(memory, call)

        assert sql.tasks() == memory.tasks()
        assert (sql.counts(), sql.depths()) == (memory.counts(), memory.depths())
        for task_id in IDS:
            events = sql.events(task_id)
            assert events == memory.events(task_id)
            for event in events[1:]:
                relaunched = event.from_status is event.to_status is Status.PENDING
                assert relaunched or event.to_status in MOVES[event.from_status]
        sql.close()
