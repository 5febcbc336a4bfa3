"""What every ledger promises about what is overdue, about its figures, and about who leads."""

from gateway.ledger.task import GAVE_UP, NEVER_LAUNCHED, RETRY_DUE, WORKER_LOST, Status

LEASE = 30_000
GRACE = 2_000
SECOND = 1_000


def swept(ledger, **options):
    return [(r.task.id, r.reason) for r in ledger.sweep(**{"max_attempts": 3, **options})]


def test_what_is_not_overdue_is_left_alone(ledger, words, clock):
    words.accepted()
    words.running()

    clock.later(GRACE - 1)

    assert swept(ledger) == []


def test_a_task_that_nobody_launched_comes_back_to_be_published(ledger, words, clock):
    task = words.accepted()
    clock.later(GRACE)

    (relaunch,) = ledger.sweep(max_attempts=3)

    assert relaunch.reason == NEVER_LAUNCHED
    assert relaunch.task == ledger.get(task.id)
    assert (relaunch.task.status, relaunch.task.launches) == (Status.PENDING, 1)
    assert words.moves(task)[-1] == ("pending", "pending", "monitor", "no worker took it in time")


def test_the_monitor_backs_off_from_10_seconds_doubling_to_300(ledger, words, clock):
    words.accepted()
    waits = []
    clock.later(GRACE)

    for _ in range(7):
        (relaunch,) = ledger.sweep(max_attempts=3)
        waits.append(relaunch.task.due_at - clock.now)
        assert swept(ledger) == []
        clock.now = relaunch.task.due_at

    assert waits == [10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]


def test_a_lost_workers_task_goes_back_to_pending_and_spends_the_budget(ledger, words, clock):
    task = words.running()
    clock.later(LEASE)

    (relaunch,) = ledger.sweep(max_attempts=3)

    assert relaunch.reason == WORKER_LOST
    assert relaunch.task == ledger.get(task.id)
    assert (relaunch.task.status, relaunch.task.failures, relaunch.task.owner) == (Status.PENDING, 1, None)
    assert words.moves(task)[-1] == ("processing", "pending", "monitor", "worker lost")


def test_a_beat_keeps_a_task_from_the_sweep(ledger, words, clock):
    task = words.running()
    clock.later(LEASE - 1)

    ledger.beat([task.claim], lease_ms=LEASE)
    clock.later(LEASE - 1)

    assert swept(ledger) == []


def test_a_late_result_of_a_lost_worker_is_thrown_away(ledger, words, clock):
    first = words.running()
    clock.later(LEASE)
    ledger.sweep(max_attempts=3)

    assert not words.ended(first, Status.COMPLETED, result="late")
    (second,) = ledger.claim([first.id], owner="worker-2", lease_ms=LEASE)
    assert not words.ended(first, Status.COMPLETED, result="late")
    assert words.ended(second, Status.COMPLETED, result="in time")

    assert ledger.get(first.id).result == "in time"


def test_a_task_whose_workers_are_lost_too_often_is_given_up(ledger, words, clock):
    task = words.accepted()
    reasons = []

    for _ in range(3):
        ledger.claim([task.id], owner="worker-1", lease_ms=LEASE)
        clock.later(LEASE)
        reasons += [reason for _, reason in swept(ledger, max_attempts=3)]

    assert reasons == [WORKER_LOST, WORKER_LOST, GAVE_UP]
    lost = ledger.get(task.id)
    assert (lost.status, lost.error, lost.failures) == (Status.FAILED, "WorkerLost", 3)
    assert (lost.due_at, lost.finished_at, lost.owner) == (None, clock.now, None)
    remark = "worker lost; gave up after 3 failed attempts"
    assert words.moves(task)[-1] == ("processing", "failed", "monitor", remark)


def test_a_retry_comes_back_when_its_time_has_come(ledger, words, clock):
    task = words.running()
    words.ended(task, Status.PENDING, retry_at=clock.now + 7 * SECOND)

    clock.later(7 * SECOND - 1)
    early = swept(ledger)
    clock.later(1)

    assert (early, swept(ledger)) == ([], [(task.id, RETRY_DUE)])
    assert words.moves(task)[-1] == ("pending", "pending", "monitor", "retry due")
    clock.later(10 * SECOND)
    assert swept(ledger) == [(task.id, NEVER_LAUNCHED)]


def test_a_hand_back_that_nobody_published_is_launched_by_the_monitor(ledger, words, clock):
    task = words.running()
    words.ended(task, Status.PENDING, counts_as_failure=False)

    clock.later(GRACE)

    assert swept(ledger) == [(task.id, NEVER_LAUNCHED)]


def test_a_sweep_takes_the_oldest_first_and_no_more_than_its_limit(ledger, words, clock):
    made = []
    for _ in range(5):
        made.append(words.accepted().id)
        clock.later(1)
    clock.later(GRACE)

    batches = [[task_id for task_id, _ in swept(ledger, limit=2)] for _ in range(4)]

    assert batches == [made[:2], made[2:4], made[4:], []]


def test_what_has_ended_is_never_swept(ledger, words, clock):
    for status in (Status.COMPLETED, Status.FAILED):
        words.ended(words.running(), status)
    ledger.cancel(words.accepted().id, by="shop")

    clock.later(10**9)

    assert swept(ledger) == []


def test_depths_count_what_is_live_in_each_pool(ledger, words, clock):
    words.ended(words.running(pool="io"))
    clock.later(1)
    words.running(pool="io")
    clock.later(1)
    oldest = words.accepted(pool="io").created_at
    clock.later(1)
    words.accepted(pool="io")
    words.running(pool="cpu")

    depths = {d.pool: (d.pending, d.processing, d.oldest_pending_at) for d in ledger.depths()}

    assert depths == {"io": (2, 1, oldest), "cpu": (0, 1, None)}


def test_what_is_not_due_is_pending_and_does_not_wait(ledger, words, clock):
    words.accepted(pool="io", not_before=clock.now + 86_400_000)
    clock.later(5 * SECOND)
    soon = words.accepted(pool="cpu", not_before=clock.now + 10 * SECOND)
    past = words.accepted(pool="cpu", not_before=clock.now - 3600 * SECOND)
    retried = words.running(pool="io")
    words.ended(retried, Status.PENDING, retry_at=clock.now + 20 * SECOND)

    def waits():
        return {depth.pool: (depth.pending, depth.oldest_pending_at) for depth in ledger.depths()}

    assert waits() == {"io": (2, None), "cpu": (2, past.created_at)}
    ledger.cancel(past.id, by="shop")
    clock.later(10 * SECOND - 1)
    assert waits() == {"io": (2, None), "cpu": (1, None)}
    clock.later(1)
    assert waits() == {"io": (2, None), "cpu": (1, soon.not_before)}
    clock.later(15 * SECOND)
    assert waits() == {"io": (2, clock.now - 5 * SECOND), "cpu": (1, soon.not_before)}


def test_counts_name_every_status(ledger, words):
    words.ended(words.running())
    words.accepted()

    assert ledger.counts() == {"pending": 1, "processing": 0, "completed": 1, "failed": 0, "canceled": 0}


def test_one_holder_leads_until_its_time_runs_out(ledger, clock):
    assert ledger.lead("monitor", holder="a", for_ms=5 * SECOND)
    assert not ledger.lead("monitor", holder="b", for_ms=5 * SECOND)
    assert ledger.lead("reports", holder="b", for_ms=5 * SECOND)

    clock.later(4 * SECOND)
    assert ledger.lead("monitor", holder="a", for_ms=5 * SECOND)
    clock.later(4 * SECOND)
    assert not ledger.lead("monitor", holder="b", for_ms=5 * SECOND)
    clock.later(1 * SECOND)
    assert ledger.lead("monitor", holder="b", for_ms=5 * SECOND)
    assert not ledger.lead("monitor", holder="a", for_ms=5 * SECOND)


def test_a_healthy_ledger_answers(ledger):
    ledger.ping()
