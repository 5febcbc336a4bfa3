"""What calls cost SQLite, in steps of its machine: as it counts them, whatever else the computer does."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import event

from gateway.ledger.migrations import migrate
from gateway.ledger.sql import SqlLedger
from gateway.ledger.task import NewTask, Task
from gateway.message.ids import new_id

_STEPS = 10  #: of SQLite, for each that is counted


@dataclass
class Meter:
    """A ledger of which it is known how much its database does."""

    ledger: SqlLedger
    steps: int = 0

    def accept(self, number: int) -> None:
        """Accept tasks, two of which run, and none of which is due for long."""
        accepted = self.wait(number)
        self.ledger.claim([task.id for task in accepted[:2]], owner="w-1", lease_ms=3_600_000)

    def wait(self, number: int) -> list[Task]:
        """Accept tasks that wait."""
        usual = {"caller": "shop", "kind": "message", "pool": "io", "payload": {}, "request_id": "r-1"}
        return self.ledger.accept_all([NewTask(id=new_id(), **usual) for _ in range(number)])

    def of(self, call: Callable[[], object]) -> int:
        """Return what a call costs that finds nothing to do."""
        call()
        before = self.steps
        assert call() == []
        return self.steps - before

    def count(self) -> int:
        self.steps += _STEPS
        return 0


@pytest.fixture
def meter(tmp_path) -> Iterator[Meter]:
    url = f"sqlite:///{tmp_path}/ledger.db"
    migrate(url)
    made = Meter(SqlLedger(url, launch_grace_ms=3_600_000))
    engine = made.ledger._database._open().engine
    event.listen(engine, "connect", lambda connection, _: connection.set_progress_handler(made.count, _STEPS))
    yield made
    made.ledger.close()


def sweep(ledger: SqlLedger) -> object:
    return ledger.sweep(max_attempts=3)


def overdue(ledger: SqlLedger) -> object:
    return ledger.overdue(limit=100)


def processing(ledger: SqlLedger) -> object:
    return [] if ledger.processing(["message", "sum"]) == {"message": 2, "sum": 0} else None


def test_how_many_there_are_of_a_kind_costs_nothing_where_those_that_run_are_counted(meter: Meter):
    meter.accept(10)
    few = meter.of(lambda: processing(meter.ledger))
    meter.wait(2_000)
    many = meter.of(lambda: processing(meter.ledger))

    assert many <= 2 * few + 10 * _STEPS


@pytest.mark.parametrize("look", [sweep, overdue])
def test_what_is_not_due_costs_the_monitor_nothing(meter: Meter, look: Callable[[SqlLedger], object]):
    meter.accept(10)
    few = meter.of(lambda: look(meter.ledger))
    meter.accept(2_000)
    many = meter.of(lambda: look(meter.ledger))

    assert many <= 2 * few + 10 * _STEPS
