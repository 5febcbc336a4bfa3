"""What every ledger promises about tasks on a schedule."""

import threading

import pytest

from gateway.errors import GatewayError
from gateway.ledger.task import Status

DUE = 1_800_000_060_000
NEXT = DUE + 60_000


def test_what_is_planned_replaces_what_was(ledger):
    ledger.plan({"night": DUE, "hour": DUE + 1}, seen={})
    ledger.plan({"night": NEXT, "week": DUE + 2}, seen=ledger.schedules())

    assert ledger.schedules() == {"night": NEXT, "week": DUE + 2}


def test_what_has_changed_since_it_was_seen_is_let_be(ledger, words):
    ledger.plan({"night": DUE, "hour": DUE, "gone": DUE}, seen={})
    seen = ledger.schedules()
    for name in seen:
        ledger.run_due(name, due_at=DUE, next_at=NEXT, task=words.new())
    ledger.plan({**ledger.schedules(), "week": NEXT}, seen=ledger.schedules())

    ledger.plan({"night": DUE, "hour": DUE - 1, "week": DUE}, seen=seen)

    assert ledger.schedules() == {"night": NEXT, "hour": NEXT, "gone": NEXT, "week": NEXT}


def test_what_another_has_dropped_meanwhile_comes_back(ledger):
    ledger.plan({"night": DUE}, seen={})
    seen = ledger.schedules()
    ledger.plan({}, seen=seen)

    ledger.plan({"night": DUE}, seen=seen)

    assert ledger.schedules() == {"night": DUE}


def test_a_due_time_makes_one_task_and_moves_on(ledger, words):
    ledger.plan({"night": DUE}, seen={})

    new = words.new(caller="schedule:night")
    made = ledger.run_due("night", due_at=DUE, next_at=NEXT, task=new)

    assert made == ledger.get(new.id)
    assert (made.status, made.caller) == (Status.PENDING, "schedule:night")
    assert words.moves(made) == [(None, "pending", "schedule:night", None)]
    assert ledger.schedules() == {"night": NEXT}


def test_a_due_time_that_somebody_else_has_had_makes_nothing(ledger, words):
    ledger.plan({"night": DUE}, seen={})
    ledger.run_due("night", due_at=DUE, next_at=NEXT, task=words.new())

    assert ledger.run_due("night", due_at=DUE, next_at=NEXT + 1, task=words.new()) is None
    assert ledger.run_due("gone", due_at=DUE, next_at=NEXT, task=words.new()) is None
    assert (len(ledger.tasks()), ledger.schedules()) == (1, {"night": NEXT})


def test_a_task_that_cannot_be_written_leaves_its_time_due(ledger, words):
    ledger.plan({"night": DUE}, seen={})
    twice = words.accepted()

    with pytest.raises(GatewayError):
        ledger.run_due("night", due_at=DUE, next_at=NEXT, task=words.new(id=twice.id))

    assert ledger.schedules() == {"night": DUE}


def test_of_many_who_run_one_due_time_exactly_one_does(ledger, words):
    for number in range(20):
        name = f"s{number}"
        ledger.plan({name: DUE}, seen={})
        made, barrier = [], threading.Barrier(6)

        def race(name=name, made=made, barrier=barrier) -> None:
            barrier.wait()
            made.append(ledger.run_due(name, due_at=DUE, next_at=NEXT, task=words.new(caller=name)))

        racers = [threading.Thread(target=race) for _ in range(6)]
        for racer in racers:
            racer.start()
        for racer in racers:
            racer.join(30)

        assert sum(one is not None for one in made) == 1
        assert len(ledger.tasks(caller=name)) == 1
