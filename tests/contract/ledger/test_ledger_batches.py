"""What every ledger promises about tasks that are claimed together, and of kinds of which few may run at once."""

from gateway.ledger.task import Ending, Priority, Status

LEASE = 30_000


def test_of_a_kind_no_more_are_claimed_than_may_run_at_once(ledger, words, clock):
    ids = [ledger.accept(words.new(kind="narrow")).id for _ in range(4)]
    wide = ledger.accept(words.new(kind="wide")).id

    first = ledger.claim([*ids[:3], wide], owner="a", lease_ms=LEASE, at_once={"narrow": 2})
    second = ledger.claim([ids[3]], owner="b", lease_ms=LEASE, at_once={"narrow": 2})

    assert [task.id for task in first] == [*ids[:2], wide]
    assert second == []
    assert [ledger.get(task_id).status for task_id in ids[2:]] == [Status.PENDING] * 2
    assert ledger.get(ids[3]).due_at == clock.now + 10_000


def test_the_longer_a_task_waits_for_a_place_the_more_rarely_it_is_looked_at_and_nothing_is_written(
    ledger, words, clock
):
    ids = [ledger.accept(words.new(kind="narrow")).id for _ in range(2)]
    ledger.claim(ids[:1], owner="a", lease_ms=LEASE)
    waits = []

    for _ in range(12):
        ledger.claim(ids[1:], owner="b", lease_ms=LEASE, at_once={"narrow": 1})
        waits.append((ledger.get(ids[1]).due_at - clock.now) // 1000)
        clock.now = ledger.get(ids[1]).due_at

    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (10, 60)
    assert len(ledger.events(ids[1])) == 1


def test_what_is_processing_is_counted_by_kind(ledger, words):
    words.running(kind="narrow"), words.running(kind="narrow"), words.running(kind="wide")
    words.accepted(kind="narrow")
    words.ended(words.running(kind="narrow"))

    assert ledger.processing({"narrow", "none"}) == {"narrow": 2, "none": 0}


def test_what_did_not_fit_can_be_claimed_once_another_has_ended(ledger, words):
    ids = [ledger.accept(words.new(kind="narrow")).id for _ in range(2)]
    (running,) = ledger.claim(ids, owner="a", lease_ms=LEASE, at_once={"narrow": 1})

    ledger.end([Ending(claim=running.claim, status=Status.COMPLETED)])

    (next_one,) = ledger.waiting("narrow", limit=5)
    claimed = ledger.claim([next_one.id], owner="b", lease_ms=LEASE, at_once={"narrow": 1})
    assert [task.id for task in claimed] == [ids[1]]


def test_of_what_waits_the_most_urgent_comes_first_then_the_oldest(ledger, words, clock):
    def accept(**fields):
        return ledger.accept(words.new(kind="narrow", **fields)).id

    low, normal, later = accept(priority=Priority.LOW), accept(), accept()
    high = accept(priority=Priority.HIGH)
    accept(not_before=clock.now + 1000)
    ledger.accept(words.new(kind="wide"))

    assert [task.id for task in ledger.waiting("narrow", limit=9)] == [high, normal, later, low]


def test_one_of_several_has_not_begun_until_it_beats_or_ends(ledger, words, clock):
    ids = [ledger.accept(words.new()).id for _ in range(3)]
    alone = ledger.accept(words.new()).id
    claimed = ledger.claim(ids, owner="a", lease_ms=LEASE)
    ledger.claim([alone], owner="a", lease_ms=LEASE)

    clock.later(10)
    ledger.beat([claimed[0].claim], lease_ms=LEASE)
    ledger.end([Ending(claim=claimed[1].claim, status=Status.COMPLETED, started_at=clock.now - 3)])

    began = [ledger.get(task_id).started_at for task_id in (*ids, alone)]
    assert began == [clock.now, clock.now - 3, None, clock.now - 10]


def test_the_loss_of_its_worker_is_no_failure_of_what_had_not_begun(ledger, words, clock):
    ids = [ledger.accept(words.new()).id for _ in range(2)]
    ledger.claim(ids, owner="lost", lease_ms=LEASE)
    clock.later(LEASE + 1)

    relaunched = ledger.sweep(max_attempts=1)

    assert [(each.reason, each.task.failures) for each in relaunched] == [("worker_lost", 0)] * 2


def test_more_tasks_than_one_statement_takes_are_written_whole_each_with_its_event(ledger, words):
    new = [words.new(payload={"content": str(number)}) for number in range(200)]

    together = ledger.accept_all(new)

    assert [ledger.get(each.id) for each in new] == together
    assert [task.payload["content"] for task in together] == [str(number) for number in range(200)]
    assert [words.moves(task) for task in together] == [[(None, "pending", "shop", None)]] * 200


def test_more_tasks_than_one_statement_takes_are_claimed_together_each_with_its_event(ledger, words):
    together = ledger.accept_all([words.new() for _ in range(200)])

    claimed = ledger.claim([task.id for task in together], owner="a", lease_ms=LEASE)

    assert [ledger.get(task.id) for task in together] == claimed
    assert [words.moves(task)[1:] for task in together] == [[("pending", "processing", "a", None)]] * 200
