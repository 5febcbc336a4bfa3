"""The verdict sees each way of breaking the promise."""

from chaos.record import EITHER, FAILS, Accepted, Record
from chaos.sampler import Sampler
from chaos.verdict import Row, judge, told_in_files

from gateway.ledger.sql import SqlLedger
from gateway.ledger.task import NewTask
from gateway.message.ids import new_id

GOOD = ((None, "pending"), ("pending", "processing"), ("processing", "completed"))
MARK = "abcdefghi"
CONTENT = f"Crate {MARK} has been unloaded."


def a_row(**changes):
    usual = {"kind": "once", "status": "completed", "content": CONTENT, "result": {"echo": CONTENT}, "error": None}
    return Row(**{"id": "t", "moves": GOOD, **usual, **changes})


def judged(row=None, *, more=(), expected=None, effects=(("done", "t", 1),), canceled=(), shown=None, seen=None):
    """Judge a run in which one task was accepted."""
    record = Record(canceled=set(canceled), requests={MARK}, seen_ended=seen or {})
    record.accept(Accepted(id="t", kind="once", expected=expected or {"echo": CONTENT}, at=0))
    rows = {one.id: one for one in (row, *more) if one}
    api = {one.id: {"status": one.status, "result": one.result} for one in rows.values()} if shown is None else shown
    return judge(record, rows, api, effects)


def test_a_task_that_was_done_once_is_no_fault():
    verdict = judged(a_row())

    assert verdict.faults == []
    assert verdict.counts["accepted"] == verdict.counts["completed"] == 1


def test_a_task_that_is_nowhere_is_lost():
    verdict = judged(effects=())

    assert verdict.counts["lost"] == 1
    assert verdict.faults


def test_a_task_that_has_not_ended_is_stuck():
    moves = GOOD[:2]

    verdict = judged(a_row(status="processing", moves=moves, result=None), effects=())

    assert verdict.counts["stuck"] == 1
    assert len(verdict.faults) == 1


def test_two_ends_are_seen():
    again = (*GOOD, ("completed", "pending"), ("pending", "processing"), ("processing", "completed"))

    verdict = judged(a_row(moves=again))

    assert verdict.counts["doubled"] == 1
    assert verdict.faults


def test_a_gap_in_the_events_is_seen():
    assert judged(a_row(moves=(GOOD[0], GOOD[2]))).faults


def test_a_result_of_another_task_is_seen():
    assert judged(a_row(result={"echo": "Crate xyz has been unloaded."})).faults


def test_a_result_that_changed_is_seen():
    assert judged(a_row(), seen={"t": ("completed", {"echo": "another"})}).faults


def test_a_failure_without_a_reason_is_seen():
    moves = (*GOOD[:2], ("processing", "failed"))

    assert judged(a_row(status="failed", result=None, moves=moves, error="Shaken"), effects=()).faults == []
    assert judged(a_row(status="failed", result=None, moves=moves), effects=()).faults


def test_a_task_that_has_to_fail_and_completed_is_seen():
    assert judged(a_row(), expected=FAILS).faults
    assert judged(a_row(), expected=EITHER).faults == []


def test_a_canceled_task_that_completed_is_seen():
    assert judged(a_row(), canceled=["t"]).faults


def test_a_completed_task_without_its_effect_is_seen():
    assert judged(a_row(), effects=()).faults


def test_an_effect_of_a_task_that_never_started_is_seen():
    moves = (GOOD[0], ("pending", "canceled"))

    assert judged(a_row(status="canceled", result=None, moves=moves)).faults


def test_an_effect_that_was_had_twice_is_counted_and_no_fault():
    again = (*GOOD[:2], ("processing", "pending"), *GOOD[1:])

    verdict = judged(a_row(moves=again), effects=[("done", "t", 1), ("done", "t", 2)])

    assert verdict.counts["effects done twice or more"] == verdict.counts["started twice or more"] == 1
    assert verdict.faults == []


def test_one_request_that_made_two_tasks_is_seen():
    verdict = judged(a_row(), more=[a_row(id="u")], effects=[("done", "t", 1), ("done", "u", 1)])

    assert verdict.faults == ["one request made 2 tasks"]


def test_what_the_api_does_not_show_or_shows_otherwise_is_seen():
    assert judged(a_row(), shown={}).faults
    assert judged(a_row(), shown={"t": {"status": "pending", "result": None}}).faults


def test_a_value_that_lies_across_two_pieces_of_a_file_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr("chaos.verdict._CHUNK", 16)
    (tmp_path / "a.txt").write_text("x" * 10 + "kim@mail.example" + "y" * 10)
    (tmp_path / "b.txt").write_text("x" * 40)

    assert told_in_files(tmp_path, ["kim@mail.example"]) == ["a.txt"]


def test_a_task_about_which_nobody_does_anything_is_overdue_for_longer_and_longer(database_url):
    ledger = SqlLedger(database_url)
    task = NewTask(id=new_id(), caller="shop", kind="once", pool="io", payload={"content": "x"}, request_id="r")
    due_at = ledger.accept(task).due_at or 0
    sampler = Sampler(database_url, now_ms=lambda: due_at + 1, blind=lambda at: at > 12)
    try:
        for at in (10, 11, 12, 13):
            sampler._look(at, 1)

        assert sampler.longest == {"processing": 0, "pending": 3}
        assert sampler.longest_sighted == {"processing": 0, "pending": 3}
        assert [(one.status, one.sighted_s) for one in sampler.late.values()] == [("pending", 3)]
    finally:
        sampler._engine.dispose()
        ledger.close()
