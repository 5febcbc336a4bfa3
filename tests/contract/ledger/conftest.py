"""What the ledger's contract suite stands on: a ledger of each sort, a clock that a test moves, and short words."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gateway.ledger.alert import AlertType, FoundItem, NewAlert, Severity
from gateway.ledger.ledger import Ledger
from gateway.ledger.memory import MemoryLedger
from gateway.ledger.sql import SqlLedger
from gateway.ledger.task import Ending, NewTask, Status, Task
from gateway.message.ids import new_id

START = 1_800_000_000_000
LEASE = 30_000
GRACE = 2_000


class Clock:
    """Tells the time that the test has set."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now

    def later(self, ms: int) -> None:
        self.now += ms


class Words:
    """What most tests do first, said shortly."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self.ledger = ledger
        self.clock = clock

    def new(self, **fields: Any) -> NewTask:
        usual: dict[str, Any] = {
            "caller": "shop",
            "kind": "message",
            "pool": "io",
            "payload": {"content": "hello"},
            "request_id": "r-1",
        }
        return NewTask(**{"id": new_id(), **usual, **fields})

    def alert(self, **fields: Any) -> NewAlert:
        usual: dict[str, Any] = {
            "type": AlertType.SECRET,
            "severity": Severity.HIGH,
            "description": "A secret was found.",
            "action": "held",
            "caller": "shop",
            "request_id": "r-1",
            "found": (FoundItem(entity_type="SECRET", path="/text", score=0.9, count=1),),
        }
        return NewAlert(**{"id": new_id(), **usual, **fields})

    def accepted(self, **fields: Any) -> Task:
        return self.ledger.accept(self.new(**fields))

    def running(self, **fields: Any) -> Task:
        (task,) = self.ledger.claim([self.accepted(**fields).id], owner="worker-1", lease_ms=LEASE)
        return task

    def ended(self, task: Task, status: Status = Status.COMPLETED, **fields: Any) -> bool:
        return bool(self.ledger.end([Ending(claim=task.claim, status=status, **fields)]))

    def moves(self, task: Task) -> list[tuple[str | None, str, str, str | None]]:
        return [(e.from_status, e.to_status, e.by, e.remark) for e in self.ledger.events(task.id)]


def sqlite_ledger(request: pytest.FixtureRequest, clock: Callable[[], int]) -> Ledger:
    return SqlLedger(request.getfixturevalue("database_url"), clock=clock, launch_grace_ms=GRACE)


def postgres_ledger(request: pytest.FixtureRequest, clock: Callable[[], int]) -> Ledger:
    return SqlLedger(request.getfixturevalue("postgres_url"), clock=clock, launch_grace_ms=GRACE)


def memory_ledger(_request: pytest.FixtureRequest, clock: Callable[[], int]) -> Ledger:
    return MemoryLedger(clock=clock, launch_grace_ms=GRACE)


LEDGERS = [sqlite_ledger, postgres_ledger, memory_ledger]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=LEDGERS, ids=lambda make: make.__name__)
def ledger(request: pytest.FixtureRequest, clock: Clock) -> Iterator[Ledger]:
    made = request.param(request, clock)
    yield made
    made.close()


@pytest.fixture
def words(ledger: Ledger, clock: Clock) -> Words:
    return Words(ledger, clock)
