"""What is told of ends that a ledger wrote without saying so."""

from collections.abc import Sequence

import pytest
from harness.journal import Lines

from gateway.errors import LedgerOutcomeUnknown
from gateway.journal import Journal
from gateway.ledger.memory import MemoryLedger
from gateway.ledger.task import Claim, Ending, Status
from gateway.processing.batch import Done
from gateway.processing.runner import SHARED, handed_back
from gateway.processing.scribe import Scribe


class Mute(MemoryLedger):
    """Writes the first ends, and does not say so."""

    heard = False

    def end(self, endings: Sequence[Ending], *, again: bool = False) -> set[Claim]:
        held = super().end(endings, again=again)
        if not self.heard:
            self.heard = True
            raise LedgerOutcomeUnknown
        return held


@pytest.fixture
def scribe(works, clock, monkeypatch) -> Scribe:
    monkeypatch.setattr("gateway.processing.scribe._WRITE_PAUSE_S", 0)
    works.ledger = Mute(clock=clock)
    return Scribe(works.ledger, alarm=works.alarm, journal=Journal())


def done(works, *, status: Status) -> Done:
    (task,) = works.ledger.claim([works.task()], owner="worker", lease_ms=30_000)
    if status is Status.PENDING:
        return Done(task=task, ending=handed_back(task, SHARED), seconds=0.1)
    return Done(task=task, ending=Ending(claim=task.claim, status=status, error="E"), seconds=0.1)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (Status.COMPLETED, ["task.completed"]),
        (Status.FAILED, ["task.failed", "alert.raised"]),
        (Status.PENDING, ["task.handed_back"]),
    ],
)
def test_an_end_that_was_written_unheard_is_told_as_what_it_is(works, scribe, lines: Lines, status, told):
    ended = done(works, status=status)

    counted = scribe.write([ended])

    assert [each.task for each in counted] == [ended.task]
    assert [line.split()[3] for line in lines.written if "task.unwritten" not in line] == told
    assert works[ended.task.id].status is status
