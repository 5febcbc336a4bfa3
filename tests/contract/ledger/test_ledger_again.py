"""What every ledger promises to who asks again, because nobody knows what became of the first time."""

import pytest

from gateway.ledger.task import Claim, Ending, Status

LEASE = 30_000
ENDS = [Status.COMPLETED, Status.FAILED, Status.PENDING]


@pytest.mark.parametrize("status", ENDS)
def test_an_end_that_is_written_already_counts_as_held_for_who_asks_again(ledger, words, status):
    task = words.running()
    end = Ending(claim=task.claim, status=status, error="E", counts_as_failure=False)
    ledger.end([end])
    written, events = ledger.get(task.id), ledger.events(task.id)

    assert ledger.end([end]) == set()
    assert ledger.end([end], again=True) == {task.claim}
    assert (ledger.get(task.id), ledger.events(task.id)) == (written, events)


@pytest.mark.parametrize("status", ENDS)
def test_an_end_that_was_not_written_is_written_for_who_asks_again(ledger, words, status):
    task = words.running()

    assert ledger.end([Ending(claim=task.claim, status=status)], again=True) == {task.claim}
    assert ledger.get(task.id).status is status


@pytest.mark.parametrize("status", ENDS)
def test_who_asks_again_is_not_told_that_the_end_of_another_was_its_own(ledger, words, status):
    canceled, taken_over = words.running(), words.running()
    ledger.cancel(canceled.id, by="shop")
    ledger.end([Ending(claim=taken_over.claim, status=Status.PENDING)])
    ledger.claim([taken_over.id], owner="worker-2", lease_ms=LEASE)
    gone = Claim(task_id="gone", attempt=1)

    claims = [canceled.claim, taken_over.claim, gone]
    held = ledger.end([Ending(claim=claim, status=status) for claim in claims], again=True)

    assert held == set()
    assert ledger.get(taken_over.id).status is Status.PROCESSING
