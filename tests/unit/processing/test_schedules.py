import threading
from pathlib import Path

import pytest
from harness.fakes import FakeQueue

from gateway.journal import Journal
from gateway.ledger.migrations import migrate
from gateway.ledger.sql import SqlLedger
from gateway.processing.schedules import Schedule, Schedules
from gateway.processing.timing import Timing

MINUTE = 60_000


def a_schedule(name: str = "night", *, every_ms: int = MINUTE, **fields) -> Schedule:
    usual = {"kind": "sum", "pool": "cpu", "payload": {"content": "", "args": {"n": 3}}, "priority": 1}
    return Schedule(**{"name": name, "timing": Timing(every_ms=every_ms), **usual, **fields})


@pytest.fixture
def queue() -> FakeQueue:
    return FakeQueue()


def schedules_of(ledger, queue: FakeQueue, clock, *timetable: Schedule) -> Schedules:
    return Schedules(ledger, queue, Journal(), timetable, clock=clock)


def test_a_task_is_made_and_launched_at_each_due_time(works, queue: FakeQueue, clock):
    schedules = schedules_of(works.ledger, queue, clock, a_schedule())
    made = [schedules.run_due()]

    for _ in range(3):
        clock.later(seconds=59)
        made.append(schedules.run_due())
        clock.later(seconds=1)
        made.append(schedules.run_due())

    assert [len(each) for each in made] == [0, 0, 1, 0, 1, 0, 1]
    tasks = [task for each in made for task in each]
    assert queue.take("cpu") == [task.id for task in tasks]
    assert {(task.caller, task.kind, task.payload["args"]["n"]) for task in tasks} == {("schedule:night", "sum", 3)}


def test_a_task_of_a_schedule_runs_like_any_other(works, queue: FakeQueue, clock):
    schedules = schedules_of(works.ledger, queue, clock, a_schedule())
    schedules.run_due()
    clock.later(seconds=60)
    (task,) = schedules.run_due()

    works.runner().run(queue.take("cpu"))

    assert works[task.id].result == 6


def test_after_a_long_stop_one_run_is_made_up_for(works, queue: FakeQueue, clock):
    schedules_of(works.ledger, queue, clock, a_schedule()).run_due()
    clock.later(seconds=3600 * 24 * 3)
    started_again = schedules_of(works.ledger, queue, clock, a_schedule())

    made = [len(started_again.run_due()) for _ in range(5)]

    assert made == [1, 0, 0, 0, 0]


def test_a_schedule_that_is_gone_makes_nothing_and_comes_back_as_a_new_one(works, queue: FakeQueue, clock):
    schedules = schedules_of(works.ledger, queue, clock, a_schedule(), a_schedule("hour"))
    schedules.run_due()
    schedules.replace([a_schedule("hour")])
    clock.later(seconds=600)

    made = [task.caller for task in schedules.run_due()]
    schedules.replace([a_schedule(), a_schedule("hour")])

    assert made == ["schedule:hour"]
    assert schedules.run_due() == []
    assert works.ledger.schedules().keys() == {"night", "hour"}


def test_schedules_that_come_while_the_old_ones_are_planned_are_in_force(works, queue: FakeQueue, clock, monkeypatch):
    schedules = schedules_of(works.ledger, queue, clock, a_schedule("old"))
    plan = works.ledger.plan

    def reloaded_meanwhile(due, *, seen) -> None:
        plan(due, seen=seen)
        monkeypatch.undo()
        schedules.replace([a_schedule("new")])

    monkeypatch.setattr(works.ledger, "plan", reloaded_meanwhile)
    schedules.run_due()
    schedules.run_due()
    clock.later(seconds=60)

    assert [task.caller for task in schedules.run_due()] == ["schedule:new"]
    assert works.ledger.schedules().keys() == {"new"}


def test_while_the_broker_is_away_the_task_is_there_all_the_same(works, queue: FakeQueue, clock):
    schedules = schedules_of(works.ledger, queue, clock, a_schedule())
    schedules.run_due()
    clock.later(seconds=60)
    queue.down = True

    (task,) = schedules.run_due()

    assert works[task.id].launches == 0


def test_a_monitor_that_stood_still_amid_its_planning_does_not_bring_a_due_time_back(works, queue: FakeQueue, clock):
    schedules_of(works.ledger, queue, clock, a_schedule()).run_due()
    clock.later(seconds=60)
    other = schedules_of(works.ledger, queue, clock, a_schedule())
    made = []

    class Stalls:
        """The ledger of a monitor that sleeps after it has read, while another one leads."""

        def schedules(self):
            seen = works.ledger.schedules()
            made.extend(other.run_due())
            return seen

        def __getattr__(self, name: str):
            return getattr(works.ledger, name)

    stalled = schedules_of(Stalls(), queue, clock, a_schedule())
    made += stalled.run_due()
    made += stalled.run_due()

    assert len(made) == len(works.ledger.tasks()) == 1


def test_monitors_that_race_make_each_due_time_once(tmp_path: Path, clock):
    url = f"sqlite:///{tmp_path}/ledger.db"
    migrate(url)
    ledgers = [SqlLedger(url, clock=clock) for _ in range(4)]
    monitors = [schedules_of(ledger, FakeQueue(), clock, a_schedule(), a_schedule("hour")) for ledger in ledgers]
    for monitor in monitors:
        monitor.run_due()
    rounds = 15
    start = [threading.Barrier(len(monitors)) for _ in range(rounds)]
    end = [threading.Barrier(len(monitors), action=lambda: clock.later(seconds=60)) for _ in range(rounds + 1)]

    def work(monitor: Schedules) -> None:
        end[0].wait(30)
        for number in range(rounds):
            start[number].wait(30)
            monitor.run_due()
            end[number + 1].wait(30)

    threads = [threading.Thread(target=work, args=[monitor]) for monitor in monitors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    made = [task.caller for task in ledgers[0].tasks(limit=1000)]
    for ledger in ledgers:
        ledger.close()
    assert sorted(made) == ["schedule:hour"] * rounds + ["schedule:night"] * rounds
