"""What every ledger promises the monitor: what it may look at, put off, and tell of."""

import pytest

from gateway.ledger.alert import AlertType
from gateway.ledger.task import GAVE_UP, NEVER_LAUNCHED, RETRY_DUE, WORKER_LOST, Status

LEASE = 30_000
GRACE = 2_000
SECOND = 1_000
MINUTE = 60_000


def test_what_waits_and_is_overdue_is_named_the_longest_overdue_first(ledger, words, clock):
    first = words.accepted(pool="cpu")
    clock.later(1)
    second = words.accepted()
    words.running()
    words.accepted(not_before=clock.now + MINUTE)
    clock.later(GRACE)

    assert [(waits.id, waits.pool) for waits in ledger.overdue(limit=10)] == [(first.id, "cpu"), (second.id, "io")]
    assert [waits.id for waits in ledger.overdue(limit=1)] == [first.id]


def test_a_sweep_launches_only_what_it_is_told_to_of_what_waits(ledger, words, clock):
    lost, held = words.accepted(), words.accepted()
    worker_lost = words.running()
    clock.later(LEASE)

    relaunched = ledger.sweep(max_attempts=3, pending=[lost.id, worker_lost.id])

    assert [(r.task.id, r.reason) for r in relaunched] == [(worker_lost.id, WORKER_LOST), (lost.id, NEVER_LAUNCHED)]
    assert (ledger.get(held.id).launches, len(ledger.events(held.id))) == (0, 1)


def test_a_sweep_launches_nothing_that_is_not_overdue_whatever_it_is_told(ledger, words):
    task = words.accepted()

    assert ledger.sweep(max_attempts=3, pending=[task.id]) == []


def test_where_the_broker_can_tell_what_it_holds_the_back_off_stays_short(ledger, words, clock):
    words.accepted()
    waits = []
    clock.later(GRACE)

    for _ in range(4):
        (relaunch,) = ledger.sweep(max_attempts=3, longest_back_off_ms=10_000)
        waits.append(relaunch.task.due_at - clock.now)
        clock.now = relaunch.task.due_at

    assert waits == [10_000] * 4


def test_what_the_broker_holds_is_looked_at_again_later_and_ever_more_rarely_without_a_trace(ledger, words, clock):
    task = words.accepted()
    waits = []
    clock.later(GRACE)

    for _ in range(12):
        ledger.look_again([task.id])
        waits.append((ledger.get(task.id).due_at - clock.now) // SECOND)
        clock.now = ledger.get(task.id).due_at

    assert waits[:3] == [10, 10, 11]
    assert waits == sorted(waits)
    assert waits[-1] == 60
    assert (ledger.get(task.id).launches, ledger.get(task.id).updated_at) == (0, None)
    assert len(ledger.events(task.id)) == 1


def test_what_could_not_be_published_is_looked_at_at_once(ledger, words, clock):
    task = words.accepted()
    clock.later(GRACE)
    ledger.sweep(max_attempts=3)

    ledger.look_again([task.id], soon=True)

    assert [waits.id for waits in ledger.overdue(limit=10)] == [task.id]


def test_a_look_is_put_off_for_nothing_but_what_waits(ledger, words, clock):
    running, ended = words.running(), words.running()
    words.ended(ended)
    clock.later(LEASE)

    for soon in (True, False):
        ledger.look_again([running.id, ended.id, "gone"], soon=soon)

    assert (ledger.get(running.id).due_at, ledger.get(ended.id).due_at) == (clock.now, None)


def test_a_kind_may_have_attempts_of_its_own(ledger, words, clock):
    once, usual = words.running(kind="once"), words.running()
    clock.later(LEASE)

    reasons = {r.task.id: r.reason for r in ledger.sweep(max_attempts=3, by_kind={"once": 1})}

    assert reasons == {once.id: GAVE_UP, usual.id: WORKER_LOST}


def test_giving_up_and_the_alert_of_it_are_one_transaction(ledger, words, clock):
    task = words.running()
    clock.later(LEASE)

    (relaunch,) = ledger.sweep(max_attempts=1)

    (alert,) = ledger.alerts()
    assert relaunch.alert == alert
    assert (alert.type, alert.subject, alert.caller, alert.count) == (AlertType.TASK_FAILED, task.id, "shop", 1)
    assert "WorkerLost" in alert.description


def test_after_the_clock_was_set_back_nothing_waits_for_the_old_time(ledger, words, clock):
    lost, waits = words.running(), words.accepted()
    clock.later(-60 * MINUTE)

    assert ledger.bring_near(lease_ms=LEASE) == 2
    clock.later(LEASE)
    first = [r.task.id for r in ledger.sweep(max_attempts=3)]
    clock.later(5 * MINUTE)

    assert first == [lost.id]
    assert waits.id in [r.task.id for r in ledger.sweep(max_attempts=3)]


def test_what_lies_near_or_waits_for_its_own_time_is_not_brought_nearer(ledger, words, clock):
    words.running(), words.accepted()
    words.accepted(not_before=clock.now + 60 * MINUTE)

    assert ledger.bring_near(lease_ms=LEASE) == 0


def test_the_lead_of_before_the_clock_was_set_back_does_not_last_for_hours(ledger, clock):
    assert ledger.lead("monitor", holder="a", for_ms=5 * SECOND)
    clock.later(-60 * MINUTE)

    assert ledger.lead("monitor", holder="b", for_ms=5 * SECOND)


def silences(ledger, **options):
    found = ledger.silent(**{"wait_ms": MINUTE, "by_kind": {}, **options})
    return [(silence.kind, silence.pool, silence.tasks) for silence in found]


def test_what_waits_too_long_is_told_once_with_one_alert_for_its_kind_and_pool(ledger, words, clock):
    tasks = [words.accepted() for _ in range(3)] + [words.accepted(kind="chat", pool="cpu")]
    words.running()
    clock.later(MINUTE)

    found = silences(ledger)

    assert found == [("chat", "cpu", 1), ("message", "io", 3)]
    assert silences(ledger) == []
    alerts = {alert.subject: (alert.type, alert.count) for alert in ledger.alerts()}
    assert alerts == {
        "chat/cpu": (AlertType.SILENT_FAILURE, 1),
        "message/io": (AlertType.SILENT_FAILURE, 3),
    }
    assert words.moves(tasks[0])[-1] == ("pending", "pending", "monitor", "waits longer than it should")
    assert ledger.get(tasks[0].id).silent_at == clock.now


def test_portions_of_one_backlog_fold_into_one_alert(ledger, words, clock):
    for _ in range(5):
        words.accepted()
    clock.later(MINUTE)

    told = [silences(ledger, limit=2) for _ in range(3)]

    assert [count for ((_, _, count),) in told] == [2, 2, 1]
    assert [alert.count for alert in ledger.alerts()] == [5]


def test_nothing_is_silent_before_its_time(ledger, words, clock):
    words.accepted()
    words.accepted(not_before=clock.now + MINUTE)
    clock.later(MINUTE - 1)

    assert silences(ledger) == []
    clock.later(1)
    assert silences(ledger) == [("message", "io", 1)]
    clock.later(MINUTE)
    assert silences(ledger) == [("message", "io", 1)]


def test_a_kind_may_have_patience_of_its_own(ledger, words, clock):
    words.accepted(kind="urgent"), words.accepted(kind="slow"), words.accepted()
    clock.later(MINUTE)

    assert silences(ledger, by_kind={"slow": 2 * MINUTE}) == [("message", "io", 1), ("urgent", "io", 1)]
    assert silences(ledger, by_kind={"slow": MINUTE}) == [("slow", "io", 1)]


@pytest.mark.parametrize("way", ["lost", "retried by its worker", "retried by an operator"])
def test_a_new_wait_is_told_anew_and_begins_when_the_task_came_back(ledger, words, clock, way: str):
    task = words.accepted()
    clock.later(MINUTE)
    silences(ledger)
    (running,) = ledger.claim([task.id], owner="worker", lease_ms=LEASE)
    clock.later(LEASE)
    match way:
        case "lost":
            ledger.sweep(max_attempts=3)
        case "retried by its worker":
            words.ended(running, Status.PENDING)
        case _:
            ledger.cancel(task.id, by="desk")
            ledger.retry(task.id, by="desk")

    clock.later(MINUTE - 1)
    ledger.sweep(max_attempts=3)  # a launch does not begin a new wait
    early = silences(ledger)
    clock.later(1)

    assert (early, silences(ledger)) == ([], [("message", "io", 1)])


def test_a_launch_when_its_time_has_come_says_so(ledger, words, clock):
    task = words.accepted(not_before=clock.now + MINUTE)
    clock.later(MINUTE)

    (relaunch,) = ledger.sweep(max_attempts=3, pending=[task.id])

    assert relaunch.reason == RETRY_DUE


def test_what_comes_due_by_its_own_time_is_told_apart_from_what_waits_for_a_worker(ledger, words, clock):
    words.accepted()
    now_or_before = [words.accepted(not_before=clock.now - past) for past in (0, SECOND)]
    soon, later = (words.accepted(pool="cpu", not_before=clock.now + ahead) for ahead in (SECOND, 10 * SECOND))
    retried = words.running()
    words.ended(retried, Status.PENDING, retry_at=clock.now + 5 * SECOND)

    def due(limit: int = 10) -> list[str]:
        return [waits.id for waits in ledger.come_due(limit=limit)]

    at_first = due()
    clock.later(9 * SECOND)
    first, one = due(), due(limit=1)
    clock.later(SECOND)

    assert {each.id for each in now_or_before} < {waits.id for waits in ledger.overdue(limit=10)}
    assert (at_first, first, one) == ([], [soon.id, retried.id], [soon.id])
    assert [(each.id, each.pool, each.kind) for each in ledger.come_due(limit=10)][-1] == (later.id, "cpu", "message")


def test_what_was_launched_at_its_time_or_came_due_long_ago_does_not_come_due(ledger, words, clock):
    launched, missed = (words.accepted(not_before=clock.now + 10 * SECOND) for _ in range(2))
    clock.later(10 * SECOND)
    ledger.sweep(max_attempts=3, pending=[launched.id])
    clock.later(20 * SECOND)

    assert [waits.id for waits in ledger.come_due(limit=10)] == [missed.id]
    clock.later(10 * SECOND)
    assert ledger.come_due(limit=10) == []
    assert {waits.id for waits in ledger.overdue(limit=10)} == {launched.id, missed.id}


def test_the_task_of_a_webhook_comes_due_at_once(ledger, words):
    task = words.running(callback_url="https://shop.example/hook")
    words.ended(task)

    assert [waits.kind for waits in ledger.come_due(limit=10)] == ["webhook"]
