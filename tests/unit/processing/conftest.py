from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from harness.fakes import FakeQueue
from harness.samples import screener

from gateway.alerts.alarm import Alarm
from gateway.alerts.files import ReportFolder
from gateway.journal import Journal
from gateway.ledger.memory import MemoryLedger
from gateway.ledger.task import NewTask, Task
from gateway.message.ids import new_id
from gateway.policy.redactor import Redactor
from gateway.policy.rules import Policy
from gateway.processing.job import Job
from gateway.processing.limits import Limit, Room, Threads
from gateway.processing.processors import load_processors
from gateway.processing.retry import RetryPolicy
from gateway.processing.runner import Runner, Work
from gateway.processing.scribe import Scribe
from gateway.screening.redaction import Keys


class Clock:
    """The ledger's time, which a test moves."""

    def __init__(self) -> None:
        self.now = 1_800_000_000_000

    def __call__(self) -> int:
        return self.now

    def later(self, *, seconds: float) -> None:
        self.now += int(seconds * 1000)


class SettlingRunner(Runner):
    """Returns once the ends are written down, so that a test may look at them."""

    def run(self, task_ids: Sequence[str]) -> None:
        try:
            super().run(task_ids)
        finally:
            assert self.settle(within_s=60)


@dataclass(kw_only=True)
class Works:
    """A ledger, and a worker that runs its tasks."""

    ledger: MemoryLedger
    clock: Clock
    reports: Path
    queue: FakeQueue = field(default_factory=FakeQueue)
    runs: list[Job] = field(default_factory=list)

    def runner(
        self,
        processor: Callable[[Job], Any] | None = None,
        *,
        processors: Mapping[str, Callable[[Job], Any]] | None = None,
        clean_result: Callable[[str, Any], Any] | None = None,
        max_attempts: int = 3,
        lease_ms: int = 30_000,
        owner: str = "worker",
        limits: Mapping[str, Limit] | None = None,
        room: Room | None = None,
        settling: bool = True,
    ) -> Runner:
        """
        Return a worker; *processor* runs tasks of kind `probe`, and each run is noted.

        Args:
            settling: whether it waits for its ends to be written, where one in a mesh would not.
        """

        def noted(job: Job) -> Any:
            self.runs.append(job)
            return processor(job) if processor else None

        redactor = Redactor(screener(), Policy(), operators={}, keys=Keys.throw_away())
        return (SettlingRunner if settling else Runner)(
            self.ledger,
            queue=self.queue,
            work=Work(
                processors={**load_processors({}), "probe": noted, **(processors or {})},
                clean_result=clean_result or redactor.clean,
                limits=limits or {},
            ),
            scribe=Scribe(self.ledger, alarm=self.alarm, journal=Journal()),
            journal=Journal(),
            owner=owner,
            lease_ms=lease_ms,
            retry=RetryPolicy(max_attempts=max_attempts),
            room=room or Threads(8, replace=lambda: None),
        )

    @property
    def alarm(self) -> Alarm:
        return Alarm(self.ledger, ReportFolder(self.reports), Journal(), clock=self.clock)

    def task(self, kind: str = "probe", **fields: Any) -> str:
        usual: dict[str, Any] = {
            "caller": "shop",
            "pool": "io",
            "payload": {"content": "hello"},
            "request_id": "0" * 32,
        }
        return self.ledger.accept(NewTask(**{"id": new_id(), "kind": kind, **usual, **fields})).id

    def __getitem__(self, task_id: str) -> Task:
        return self.ledger.get(task_id)

    def states(self, task_id: str) -> list[str]:
        return [str(event.to_status) for event in self.ledger.events(task_id)]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def works(clock: Clock, tmp_path: Path) -> Works:
    return Works(ledger=MemoryLedger(clock=clock), clock=clock, reports=tmp_path / "error_reports")
