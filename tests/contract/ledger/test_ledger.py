"""What every ledger promises about one task: accept, claim, beat, end, cancel, retry."""

import pytest

from gateway.errors import GatewayError, LedgerUnavailable, TaskAlreadyFinished, TaskNotFound, TaskNotRetryable
from gateway.ledger.task import Claim, Ending, NewTask, Status
from gateway.message.ids import new_id

LEASE = 30_000
GRACE = 2_000


def test_an_accepted_task_is_pending_and_reads_back_as_it_was_written(ledger, words, clock):
    task = words.accepted(payload={"content": "grüße", "args": {"n": [1, 2.5, None]}}, priority=3)

    assert ledger.get(task.id) == task
    assert (task.status, task.attempt, task.failures, task.launches) == (Status.PENDING, 0, 0, 0)
    assert (task.created_at, task.updated_at, task.due_at) == (clock.now, None, clock.now + GRACE)
    assert words.moves(task) == [(None, "pending", "shop", None)]


def test_a_task_for_later_is_due_when_its_time_has_come(words, clock):
    task = words.accepted(not_before=clock.now + 60_000)

    assert task.due_at == clock.now + 60_000


def test_a_task_for_very_soon_keeps_its_launch_grace(words, clock):
    task = words.accepted(not_before=clock.now + 1)

    assert task.due_at == clock.now + GRACE


def test_an_id_is_accepted_once(ledger, words):
    task = words.accepted()

    with pytest.raises(GatewayError):
        words.accepted(id=task.id, caller="another")

    assert ledger.get(task.id).caller == "shop"
    assert len(ledger.events(task.id)) == 1


def test_a_payload_that_is_no_json_is_refused_and_nothing_is_written(ledger, words):
    with pytest.raises(TypeError) as refusal:
        words.accepted(payload={"content": "hidden-value", "huge": 2**70})

    assert "hidden-value" not in str(refusal.value)
    assert ledger.tasks() == []


def test_an_unknown_task_is_not_found(ledger):
    nowhere = new_id()

    for ask in (ledger.get, lambda i: ledger.cancel(i, by="shop"), lambda i: ledger.retry(i, by="shop")):
        with pytest.raises(TaskNotFound):
            ask(nowhere)
    assert ledger.events(nowhere) == []


def test_to_another_caller_a_task_does_not_exist(ledger, words):
    task = words.accepted(caller="shop")

    with pytest.raises(TaskNotFound):
        ledger.get(task.id, caller="bank")
    with pytest.raises(TaskNotFound):
        ledger.cancel(task.id, by="bank", caller="bank")

    assert ledger.get(task.id, caller="shop").status is Status.PENDING
    assert ledger.tasks(caller="bank") == []


def test_tasks_are_listed_newest_first_page_by_page(ledger, words):
    made = [words.accepted().id for _ in range(5)]

    first = ledger.tasks(limit=2)
    second = ledger.tasks(limit=2, before_id=first[-1].id)
    third = ledger.tasks(limit=2, before_id=second[-1].id)

    assert [task.id for page in (first, second, third) for task in page] == made[::-1]


def test_a_list_is_narrowed_by_caller_status_and_kind(ledger, words):
    wanted = words.running(caller="shop", kind="report")
    words.running(caller="bank", kind="report")
    words.accepted(caller="shop", kind="report")
    words.running(caller="shop", kind="message")

    assert [t.id for t in ledger.tasks(caller="shop", status=Status.PROCESSING, kind="report")] == [wanted.id]


def test_a_claim_takes_the_task_with_a_new_attempt_and_a_lease(ledger, words, clock):
    task = words.accepted()
    clock.later(5)

    (claimed,) = ledger.claim([task.id], owner="worker-1", lease_ms=LEASE)

    assert claimed == ledger.get(task.id)
    assert (claimed.status, claimed.attempt, claimed.owner) == (Status.PROCESSING, 1, "worker-1")
    assert (claimed.started_at, claimed.updated_at, claimed.due_at) == (clock.now, clock.now, clock.now + LEASE)
    assert words.moves(task)[-1] == ("pending", "processing", "worker-1", None)


def test_a_task_delivered_twice_is_claimed_once(ledger, words):
    task = words.accepted()

    first = ledger.claim([task.id, task.id], owner="worker-1", lease_ms=LEASE)
    second = ledger.claim([task.id], owner="worker-2", lease_ms=LEASE)

    assert [t.id for t in first] == [task.id]
    assert second == []
    assert ledger.get(task.id).owner == "worker-1"
    assert len(ledger.events(task.id)) == 2


def test_one_claim_takes_what_is_pending_and_leaves_the_rest(ledger, words):
    free, done, gone = words.accepted(), words.running(), words.accepted()
    words.ended(done)
    ledger.cancel(gone.id, by="shop")
    last = words.accepted()

    claimed = ledger.claim([last.id, done.id, gone.id, new_id(), free.id], owner="worker-2", lease_ms=LEASE)

    assert [task.id for task in claimed] == [last.id, free.id]


def test_no_ids_claim_nothing(ledger):
    assert ledger.claim([], owner="worker-1", lease_ms=LEASE) == []
    assert ledger.beat([], lease_ms=LEASE) == set()
    assert ledger.end([]) == set()


def test_a_task_for_later_cannot_be_claimed_before_its_time(ledger, words, clock):
    task = words.accepted(not_before=clock.now + 1_000)

    clock.later(999)
    early = ledger.claim([task.id], owner="worker-1", lease_ms=LEASE)
    clock.later(1)
    in_time = ledger.claim([task.id], owner="worker-1", lease_ms=LEASE)

    assert (early, [t.id for t in in_time]) == ([], [task.id])


def test_a_beat_extends_the_lease_of_what_still_holds(ledger, words, clock):
    mine, gone = words.running(), words.running()
    ledger.cancel(gone.id, by="shop")
    clock.later(10_000)
    other_attempt = Claim(task_id=mine.id, attempt=mine.attempt + 1)

    held = ledger.beat([mine.claim, gone.claim, other_attempt], lease_ms=LEASE)

    assert held == {mine.claim}
    assert ledger.get(mine.id).due_at == clock.now + LEASE


def test_a_beat_of_an_attempt_that_is_over_extends_nothing(ledger, words, clock):
    task = words.running()
    words.ended(task, Status.PENDING, counts_as_failure=False)
    (second,) = ledger.claim([task.id], owner="worker-2", lease_ms=LEASE)
    clock.later(10_000)

    assert ledger.beat([task.claim], lease_ms=LEASE) == set()
    assert ledger.get(task.id).due_at == second.due_at


def test_progress_is_written_by_the_attempt_that_holds(ledger, words):
    task = words.running()

    assert ledger.progress(task.claim, 0.25)
    assert not ledger.progress(Claim(task_id=task.id, attempt=task.attempt + 1), 0.75)
    assert ledger.get(task.id).progress == 0.25
    assert ledger.progress(task.claim, 7)
    assert ledger.get(task.id).progress == 1


def test_a_completed_task_keeps_its_result_and_nobody_has_to_look_again(ledger, words, clock):
    task = words.running()
    clock.later(40)

    assert words.ended(task, Status.COMPLETED, result={"words": 3})

    done = ledger.get(task.id)
    assert (done.status, done.result, done.error, done.owner) == (Status.COMPLETED, {"words": 3}, None, None)
    assert (done.due_at, done.finished_at, done.updated_at) == (None, clock.now, clock.now)
    assert words.moves(task)[-1] == ("processing", "completed", "worker-1", None)


def test_a_failed_task_keeps_its_error(ledger, words):
    task = words.running()

    assert words.ended(task, Status.FAILED, error="PermanentFailure", remark="no such song")

    failed = ledger.get(task.id)
    assert (failed.status, failed.error) == (Status.FAILED, "PermanentFailure")
    assert (failed.result, failed.due_at) == (None, None)
    assert words.moves(task)[-1] == ("processing", "failed", "worker-1", "no such song")


def test_another_try_waits_for_its_time_and_spends_the_budget(ledger, words, clock):
    task = words.running()

    assert words.ended(task, Status.PENDING, error="Timeout", retry_at=clock.now + 5_000)

    waiting = ledger.get(task.id)
    assert (waiting.status, waiting.failures, waiting.error, waiting.owner) == (Status.PENDING, 1, "Timeout", None)
    assert (waiting.not_before, waiting.due_at, waiting.finished_at) == (clock.now + 5_000, clock.now + 5_000, None)
    assert words.moves(task)[-1] == ("processing", "pending", "worker-1", "to be tried again")


def test_a_hand_back_spends_no_budget_and_can_be_claimed_at_once(ledger, words, clock):
    task = words.running()

    assert words.ended(task, Status.PENDING, counts_as_failure=False)

    waiting = ledger.get(task.id)
    assert (waiting.failures, waiting.not_before, waiting.due_at) == (0, None, clock.now + GRACE)
    assert words.moves(task)[-1] == ("processing", "pending", "worker-1", "handed back")
    assert [t.attempt for t in ledger.claim([task.id], owner="worker-2", lease_ms=LEASE)] == [2]


def test_many_ends_are_written_at_once_each_with_its_own_outcome(ledger, words):
    good, bad, again, gone = (words.running() for _ in range(4))
    ledger.cancel(gone.id, by="shop")

    held = ledger.end(
        [
            Ending(claim=good.claim, status=Status.COMPLETED, result=[1]),
            Ending(claim=bad.claim, status=Status.FAILED, error="E"),
            Ending(claim=again.claim, status=Status.PENDING),
            Ending(claim=gone.claim, status=Status.COMPLETED, result="too late"),
        ]
    )

    assert held == {good.claim, bad.claim, again.claim}
    ends = [ledger.get(task.id) for task in (good, bad, again, gone)]
    assert [task.status for task in ends] == ["completed", "failed", "pending", "canceled"]
    assert [task.result for task in ends] == [[1], None, None, None]


def test_the_first_end_of_an_attempt_counts(ledger, words):
    task = words.running()
    first = Ending(claim=task.claim, status=Status.COMPLETED, result=1)
    second = Ending(claim=task.claim, status=Status.FAILED, error="E")

    ledger.end([first, second])

    assert not words.ended(task, Status.FAILED, error="E")
    assert (ledger.get(task.id).status, ledger.get(task.id).result) == (Status.COMPLETED, 1)
    assert len(ledger.events(task.id)) == 3


@pytest.mark.parametrize("status", [Status.CANCELED, Status.PROCESSING])
def test_an_attempt_ends_completed_failed_or_pending_and_no_other_way(ledger, words, status):
    good, bad = words.running(), words.running()

    with pytest.raises(ValueError, match="does not end"):
        ledger.end([Ending(claim=good.claim, status=Status.COMPLETED), Ending(claim=bad.claim, status=status)])

    assert ledger.get(good.id).status is ledger.get(bad.id).status is Status.PROCESSING


def test_a_result_that_is_no_json_is_refused_and_nothing_is_written(ledger, words):
    good, bad = words.running(), words.running()

    with pytest.raises(TypeError):
        ledger.end(
            [
                Ending(claim=good.claim, status=Status.COMPLETED),
                Ending(claim=bad.claim, status=Status.COMPLETED, result={1, 2}),
            ]
        )

    assert ledger.get(good.id).status is ledger.get(bad.id).status is Status.PROCESSING


def test_a_canceled_task_stays_canceled_whatever_a_worker_says(ledger, words):
    task = words.running()

    canceled = ledger.cancel(task.id, by="shop", caller="shop")

    assert canceled == ledger.get(task.id)
    assert (canceled.status, canceled.due_at) == (Status.CANCELED, None)
    assert ledger.beat([task.claim], lease_ms=LEASE) == set()
    assert not ledger.progress(task.claim, 0.5)
    assert not words.ended(task, Status.COMPLETED, result="late")
    assert ledger.claim([task.id], owner="worker-2", lease_ms=LEASE) == []
    assert ledger.get(task.id) == canceled
    assert words.moves(task)[-1] == ("processing", "canceled", "shop", None)


def test_canceling_twice_is_no_error_and_is_noted_once(ledger, words, clock):
    task = words.accepted()
    once = ledger.cancel(task.id, by="shop")
    clock.later(10)

    assert ledger.cancel(task.id, by="shop") == once
    assert words.moves(task) == [(None, "pending", "shop", None), ("pending", "canceled", "shop", None)]


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.FAILED])
def test_what_has_finished_cannot_be_canceled(ledger, words, status):
    task = words.running()
    words.ended(task, status)

    with pytest.raises(TaskAlreadyFinished):
        ledger.cancel(task.id, by="shop")

    assert ledger.get(task.id).status is status


def test_a_retry_starts_a_failed_task_afresh_and_keeps_its_attempts(ledger, words, clock):
    first = words.running()
    clock.later(LEASE)
    ledger.sweep(max_attempts=3)
    (task,) = ledger.claim([first.id], owner="worker-1", lease_ms=LEASE)
    words.ended(task, Status.FAILED, error="E")
    assert (ledger.get(task.id).failures, ledger.get(task.id).launches) == (1, 1)

    again = ledger.retry(task.id, by="olga")

    assert again == ledger.get(task.id)
    assert (again.status, again.attempt, again.failures, again.launches) == (Status.PENDING, 2, 0, 0)
    assert (again.error, again.finished_at, again.due_at) == (None, None, clock.now + GRACE)
    assert words.moves(task)[-1] == ("failed", "pending", "olga", "started again")
    assert [t.attempt for t in ledger.claim([task.id], owner="worker-2", lease_ms=LEASE)] == [3]


def test_the_worker_of_a_canceled_task_has_no_say_in_its_retry(ledger, words):
    task = words.running()
    ledger.cancel(task.id, by="shop")
    ledger.retry(task.id, by="olga")
    (second,) = ledger.claim([task.id], owner="worker-2", lease_ms=LEASE)

    assert not words.ended(task, Status.COMPLETED, result="old")
    assert words.ended(second, Status.COMPLETED, result="new")
    assert ledger.get(task.id).result == "new"


def test_the_alert_of_a_failure_is_written_with_it_and_only_by_whoever_has_the_claim(ledger, words):
    task, lost = words.running(), words.running()
    ledger.cancel(lost.id, by="shop")
    told, untold = (words.alert(subject=each.id) for each in (task, lost))

    held = ledger.end(
        [
            Ending(claim=task.claim, status=Status.FAILED, error="Oops", alert=told),
            Ending(claim=lost.claim, status=Status.FAILED, error="Oops", alert=untold),
        ]
    )

    assert held == {task.claim}
    assert [alert.id for alert in ledger.alerts()] == [told.id]


def test_what_is_started_again_does_not_wait_for_the_time_that_it_had(ledger, words, clock):
    task = words.accepted(not_before=clock.now + 86_400_000)
    ledger.cancel(task.id, by="shop")

    again = ledger.retry(task.id, by="olga")

    assert again.not_before is None
    assert ledger.claim([task.id], owner="worker-1", lease_ms=LEASE)


def test_only_what_failed_or_was_canceled_can_be_retried(ledger, words):
    pending, running, done = words.accepted(), words.running(), words.running()
    words.ended(done)

    for task in (pending, running, done):
        with pytest.raises(TaskNotRetryable):
            ledger.retry(task.id, by="olga")


def test_a_closed_ledger_refuses_every_call(ledger, words):
    task = words.accepted()

    ledger.close()
    ledger.close()

    for call in (lambda: ledger.get(task.id), words.accepted, ledger.ping, ledger.counts):
        with pytest.raises(LedgerUnavailable):
            call()


def new(words_of: str, **fields) -> NewTask:
    usual = {"caller": "shop", "kind": "process", "pool": "cpu", "request_id": "0" * 32}
    return NewTask(**{"id": new_id(), **usual, "payload": {"content": words_of}, **fields})


def test_tasks_accepted_together_are_as_those_accepted_alone(ledger, words):
    together = ledger.accept_all([new("one"), new("two", pool="io")])

    assert [ledger.get(task.id) for task in together] == together
    assert [(task.payload["content"], task.pool) for task in together] == [("one", "cpu"), ("two", "io")]
    assert [words.moves(task) for task in together] == [[(None, "pending", "shop", None)]] * 2


def test_of_tasks_accepted_together_all_are_written_or_none(ledger):
    taken, unwritten = new("one"), new("two")
    ledger.accept(taken)

    with pytest.raises(GatewayError):
        ledger.accept_all([unwritten, taken])

    assert [task.id for task in ledger.tasks()] == [taken.id]


def test_accepting_no_tasks_writes_nothing(ledger):
    assert ledger.accept_all([]) == []
    assert ledger.tasks() == []
