"""What every ledger promises about idempotency keys, and about counting what waits."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.errors import IdempotencyInFlight
from gateway.ledger.idempotency import KEY_KEPT_MS, WIPED, KeyLease, UsedKey
from gateway.ledger.ledger import Chosen, Ledger
from gateway.ledger.task import Status
from gateway.message.ids import first_id, new_id

IN_FLIGHT = 60_000


def took(ledger: Ledger, key: str = "key", body: str = "body") -> KeyLease:
    lease = ledger.take_key(key, body, for_ms=IN_FLIGHT)
    assert isinstance(lease, KeyLease), lease
    return lease


def found(ledger: Ledger, key: str = "key") -> UsedKey:
    used = ledger.take_key(key, "another body", for_ms=IN_FLIGHT)
    assert isinstance(used, UsedKey), used
    return used


def test_a_new_key_is_taken_and_the_next_request_learns_that_it_is_in_flight(ledger, clock):
    lease = took(ledger)

    assert lease == KeyLease(key_hash="key", until=clock.now + IN_FLIGHT)
    assert found(ledger) == UsedKey(body_hash="body", in_flight=True, taken_id=None, answer=None)


def test_keys_do_not_know_each_other(ledger):
    took(ledger, "one")
    took(ledger, "other")


def test_of_many_who_ask_at_once_one_gets_the_key(ledger):
    with ThreadPoolExecutor(8) as pool:
        for number in range(20):
            asked = [pool.submit(ledger.take_key, f"key {number}", "body", for_ms=IN_FLIGHT) for _ in range(8)]
            answers = [each.result() for each in asked]
            assert sum(isinstance(each, KeyLease) for each in answers) == 1


def test_an_answer_is_kept_for_a_day(ledger, clock):
    assert ledger.answer_key(took(ledger), "sealed")

    clock.later(KEY_KEPT_MS - 1)
    assert found(ledger).answer == "sealed"
    clock.later(1)
    took(ledger)


def test_a_key_whose_request_is_gone_can_be_taken_with_any_body(ledger, clock):
    first = took(ledger)

    clock.later(IN_FLIGHT)
    second = took(ledger, body="other")

    assert second.until > first.until
    assert found(ledger).body_hash == "other"


def test_a_task_is_accepted_together_with_its_key(ledger, words):
    task = words.accepted(key=took(ledger))

    assert found(ledger).taken_id == task.id
    assert ledger.get(task.id).status is Status.PENDING


def test_a_key_that_was_taken_over_accepts_nothing(ledger, words, clock):
    first = took(ledger)
    clock.later(IN_FLIGHT)
    second = took(ledger)

    with pytest.raises(IdempotencyInFlight):
        words.accepted(key=first)
    task = words.accepted(key=second)

    assert [each.id for each in ledger.tasks()] == [task.id]


def test_under_one_key_one_task_is_accepted(ledger, words):
    lease = took(ledger)
    task = words.accepted(key=lease)

    with pytest.raises(IdempotencyInFlight):
        words.accepted(key=lease)

    assert [each.id for each in ledger.tasks()] == [task.id]


def test_of_many_who_accept_at_once_the_others_lose_nothing(ledger, words, clock):
    lost = [took(ledger, f"lost {number}") for number in range(4)]
    clock.later(IN_FLIGHT)
    good = [took(ledger, f"good {number}") for number in range(4)]
    for each in lost:
        took(ledger, each.key_hash)

    with ThreadPoolExecutor(12) as pool:
        asked = [pool.submit(words.accepted, key=lease) for lease in [*lost, *good, None, None]]
        errors = [each.exception() for each in asked]

    assert [type(error) for error in errors] == [IdempotencyInFlight] * 4 + [type(None)] * 6
    assert len(ledger.tasks()) == 6


def test_what_was_accepted_under_a_key_stays_known_after_its_request_is_gone(ledger, words, clock):
    task = words.accepted(key=took(ledger))

    clock.later(IN_FLIGHT)
    assert found(ledger) == UsedKey(body_hash="body", in_flight=False, taken_id=task.id, answer=None)
    clock.later(KEY_KEPT_MS)
    took(ledger)


def test_a_message_that_is_sent_on_is_noted_once_and_by_whom_the_key_belongs_to(ledger, clock):
    first = took(ledger)
    clock.later(IN_FLIGHT)
    second, message_id = took(ledger), new_id()

    with pytest.raises(IdempotencyInFlight):
        ledger.note_sent(first, new_id())
    ledger.note_sent(second, message_id)
    with pytest.raises(IdempotencyInFlight):
        ledger.note_sent(second, new_id())

    assert found(ledger).taken_id == message_id


def test_who_has_lost_the_key_cannot_answer_it(ledger, clock):
    first = took(ledger)
    clock.later(IN_FLIGHT)
    second = took(ledger)

    assert not ledger.answer_key(first, "late")
    assert ledger.answer_key(second, "sealed")
    assert found(ledger).answer == "sealed"


def test_a_freed_key_can_be_taken_at_once_also_after_a_message_was_not_sent_after_all(ledger):
    ledger.free_key(took(ledger))
    lease = took(ledger)

    ledger.note_sent(lease, new_id())
    ledger.free_key(lease)

    took(ledger)


def emptied(ledger: Ledger, task_id: str) -> None:
    ledger.erase(task_id, by="shop")


def purged(ledger: Ledger, task_id: str) -> None:
    assert ledger.purge(Chosen(ids=(task_id,))) == 1


@pytest.mark.parametrize("gone", [emptied, purged])
def test_what_was_answered_for_a_task_goes_with_it_and_its_key_stays_taken_for_the_day(ledger, words, clock, gone):
    lease = took(ledger)
    task = words.accepted(key=lease)
    ledger.answer_key(lease, "sealed")
    ledger.cancel(task.id, by="shop")
    clock.later(1_000)

    gone(ledger, task.id)

    clock.later(KEY_KEPT_MS - 1_001)
    assert found(ledger) == UsedKey(body_hash="body", in_flight=True, taken_id=task.id, answer=WIPED)
    assert ledger.drop_keys() == 0
    clock.later(1)
    assert ledger.drop_keys() == 1
    took(ledger)


@pytest.mark.parametrize("gone", [emptied, purged])
@pytest.mark.parametrize("later_ms", [0, IN_FLIGHT])
def test_what_is_answered_after_its_task_is_gone_is_not_kept(ledger, words, clock, gone, later_ms: int):
    lease = took(ledger)
    task = words.accepted(key=lease)
    ledger.cancel(task.id, by="shop")
    clock.later(later_ms)

    gone(ledger, task.id)
    ledger.free_key(lease)

    assert not ledger.answer_key(lease, "sealed")
    with pytest.raises(IdempotencyInFlight):
        words.accepted(key=lease)
    clock.later(IN_FLIGHT + KEY_KEPT_MS - later_ms - 1)
    assert found(ledger).answer == WIPED
    clock.later(1)
    took(ledger)


@pytest.mark.parametrize("gone", [emptied, purged])
def test_an_answer_that_is_written_while_its_task_goes_does_not_stay(ledger, words, gone):
    for number in range(20):
        lease = took(ledger, f"key {number}")
        task = words.accepted(key=lease)
        ledger.cancel(task.id, by="shop")
        with ThreadPoolExecutor(2) as pool:
            calls = [(ledger.answer_key, lease, "sealed"), (gone, ledger, task.id)]
            racing = [pool.submit(*call) for call in (calls if number % 2 else reversed(calls))]
        for each in racing:
            each.result()
        assert found(ledger, f"key {number}").answer == WIPED


def test_the_keys_of_other_tasks_keep_what_was_answered(ledger, words):
    tasks = {}
    for key in ("mine", "other"):
        lease = took(ledger, key)
        tasks[key] = words.accepted(key=lease)
        ledger.answer_key(lease, "sealed")
    message, message_id = took(ledger, "message"), new_id()
    ledger.note_sent(message, message_id)
    ledger.cancel(tasks["mine"].id, by="shop")

    emptied(ledger, tasks["mine"].id)
    emptied(ledger, tasks["mine"].id)
    purged(ledger, tasks["mine"].id)

    assert [found(ledger, key).answer for key in ("mine", "other", "message")] == [WIPED, "sealed", None]


def test_a_key_outlives_the_row_that_its_retention_deletes(ledger, words, clock):
    task = words.accepted(id=first_id(clock.now), key=took(ledger))
    ledger.cancel(task.id, by="shop")
    clock.later(IN_FLIGHT + 1)

    assert ledger.wipe(contents_before=clock.now, tasks_before=clock.now) == 1

    assert found(ledger) == UsedKey(body_hash="body", in_flight=False, taken_id=task.id, answer=None)


def test_a_key_is_not_freed_by_others_nor_once_it_stands_for_something(ledger, words, clock):
    gone = took(ledger, "taken over")
    clock.later(IN_FLIGHT)
    took(ledger, "taken over")
    accepted, answered = took(ledger, "accepted"), took(ledger, "answered")
    words.accepted(key=accepted)
    ledger.answer_key(answered, "sealed")

    for lease in (gone, accepted, answered):
        ledger.free_key(lease)

    assert found(ledger, "taken over").in_flight
    assert found(ledger, "accepted").taken_id
    assert found(ledger, "answered").answer == "sealed"


def test_keys_that_stand_for_nothing_are_dropped_and_no_others(ledger, words, clock):
    took(ledger, "gone")
    words.accepted(key=took(ledger, "accepted"))
    ledger.answer_key(took(ledger, "answered"), "sealed")
    assert ledger.drop_keys() == 0

    clock.later(IN_FLIGHT)
    took(ledger, "in flight")

    assert ledger.drop_keys() == 1
    assert found(ledger, "accepted").taken_id
    assert found(ledger, "answered").answer
    assert found(ledger, "in flight").in_flight
    clock.later(KEY_KEPT_MS + IN_FLIGHT)
    assert (ledger.drop_keys(limit=2), ledger.drop_keys(limit=2)) == (2, 1)


def test_what_waits_in_a_pool_is_counted_up_to_a_number(ledger, words):
    for pool in ("io", "io", "io", "cpu"):
        words.accepted(pool=pool)
    words.running(pool="io")
    words.ended(words.running(pool="io"))

    assert ledger.backlog("io", at_most=100) == 3
    assert ledger.backlog("io", at_most=2) == 2
    assert ledger.backlog("cpu", at_most=100) == 1


def test_a_task_for_tomorrow_does_not_wait_yet(ledger, words, clock):
    words.accepted(not_before=clock.now + 86_400_000)
    words.accepted(not_before=clock.now + 60_000)

    assert ledger.backlog("io", at_most=100) == 1
    clock.later(86_400_000)
    assert ledger.backlog("io", at_most=100) == 2
