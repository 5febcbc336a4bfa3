"""What every ledger promises about telling those who asked to be told: a delivery is written with the end itself."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.errors import TaskAlreadyFinished, TaskNotRetryable
from gateway.ledger.ledger import Chosen
from gateway.ledger.task import RETRY_DUE, Ending, Status
from gateway.message.ids import first_id

URL = "https://hooks.acme-widgets.com/portcullis"
LEASE = 30_000
DAY = 86_400_000


def deliveries(ledger):
    return ledger.tasks(kind="webhook")


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.FAILED])
def test_the_end_of_a_task_writes_its_delivery(ledger, words, clock, status):
    task = words.running(callback_url=URL, caller="shop", request_id="r-7")
    clock.later(5_000)

    words.ended(task, status)

    (delivery,) = deliveries(ledger)
    assert (delivery.caller, delivery.pool, delivery.request_id) == ("shop", "io", "r-7")
    assert (delivery.status, delivery.created_at, delivery.callback_url) == (Status.PENDING, clock.now, URL)
    assert delivery.payload == {"args": {"task_id": task.id, "status": status.value, "ended_at": clock.now}}
    assert words.moves(delivery) == [(None, "pending", "shop", None)]


def test_a_canceled_task_is_told_of_once(ledger, words):
    waiting, running = words.accepted(callback_url=URL), words.running(callback_url=URL)

    for task in (waiting, running, waiting):
        ledger.cancel(task.id, by="shop")

    told = [delivery.payload["args"] for delivery in deliveries(ledger)]
    assert sorted((each["task_id"], each["status"]) for each in told) == sorted(
        (task.id, "canceled") for task in (waiting, running)
    )


def test_a_task_whose_workers_were_lost_too_often_is_told_of_when_it_has_failed(ledger, words, clock):
    task = words.running(callback_url=URL)
    clock.later(LEASE)
    ledger.sweep(max_attempts=2)
    assert deliveries(ledger) == []

    ledger.claim([task.id], owner="worker-2", lease_ms=LEASE)
    clock.later(LEASE)
    ledger.sweep(max_attempts=2)

    assert [delivery.payload["args"]["status"] for delivery in deliveries(ledger)] == ["failed"]


def test_what_goes_on_tells_nobody(ledger, words):
    task = words.running(callback_url=URL)

    words.ended(task, Status.PENDING, error="Timeout")

    assert deliveries(ledger) == []


def test_a_task_without_a_callback_tells_nobody(ledger, words):
    words.ended(words.running())
    ledger.cancel(words.accepted().id, by="shop")

    assert deliveries(ledger) == []


def test_an_end_that_came_too_late_tells_nobody(ledger, words):
    task = words.running(callback_url=URL)
    ledger.cancel(task.id, by="shop")

    assert not words.ended(task, result={"words": 1})

    assert [delivery.payload["args"]["status"] for delivery in deliveries(ledger)] == ["canceled"]


def test_ends_in_one_call_write_a_delivery_for_each_that_asked(ledger, words):
    asked, silent = words.running(callback_url=URL), words.running()

    ledger.end([Ending(claim=task.claim, status=Status.COMPLETED) for task in (asked, silent, asked)])

    assert [delivery.payload["args"]["task_id"] for delivery in deliveries(ledger)] == [asked.id]


@pytest.mark.parametrize("how", ["completed", "failed", "canceled"])
def test_the_end_of_a_delivery_tells_nobody(ledger, words, how):
    words.ended(words.running(callback_url=URL))
    (delivery,) = deliveries(ledger)

    if how == "canceled":
        ledger.cancel(delivery.id, by="shop")
    else:
        (running,) = ledger.claim([delivery.id], owner="worker-1", lease_ms=LEASE)
        words.ended(running, Status(how))

    assert [each.id for each in deliveries(ledger)] == [delivery.id]
    assert ledger.get(delivery.id).status == how


def test_the_monitor_launches_a_delivery_at_its_next_pass(ledger, words):
    words.ended(words.running(callback_url=URL))
    (delivery,) = deliveries(ledger)

    (relaunch,) = ledger.sweep(max_attempts=3)

    assert (relaunch.task.id, relaunch.reason) == (delivery.id, RETRY_DUE)
    assert ledger.claim([delivery.id], owner="worker-1", lease_ms=LEASE)


def test_a_failed_delivery_starts_again_with_its_address(ledger, words):
    words.ended(words.running(callback_url=URL))
    (delivery,) = deliveries(ledger)
    (running,) = ledger.claim([delivery.id], owner="worker-1", lease_ms=LEASE)
    words.ended(running, Status.FAILED, error="NotDelivered")

    again = ledger.retry(delivery.id, by="desk")

    assert (again.status, again.callback_url, again.payload) == (Status.PENDING, URL, delivery.payload)


def test_a_task_that_was_started_again_is_told_of_again(ledger, words):
    task = words.accepted(callback_url=URL)
    ledger.cancel(task.id, by="shop")
    ledger.retry(task.id, by="desk")
    (running,) = ledger.claim([task.id], owner="worker-1", lease_ms=LEASE)

    words.ended(running)

    assert {each.payload["args"]["status"] for each in deliveries(ledger)} == {"canceled", "completed"}


def test_the_address_is_wiped_with_the_content(ledger, words, clock):
    task = words.accepted(callback_url=URL)
    ledger.cancel(task.id, by="shop")
    (delivery,) = deliveries(ledger)
    ledger.cancel(delivery.id, by="shop")
    clock.later(DAY)

    ledger.wipe(contents_before=clock.now, tasks_before=0)

    assert [ledger.get(each.id).callback_url for each in (task, delivery)] == [None, None]


@pytest.mark.parametrize("how", ["completed", "failed", "pending"])
def test_a_delivery_that_was_taken_keeps_no_address_and_any_other_does(ledger, words, how):
    words.ended(words.running(callback_url=URL))
    (delivery,) = deliveries(ledger)
    (running,) = ledger.claim([delivery.id], owner="worker-1", lease_ms=LEASE)

    words.ended(running, Status(how))

    assert running.callback_url == URL
    assert ledger.get(delivery.id).callback_url == (None if how == "completed" else URL)


def test_a_delivery_can_be_found_by_the_time_of_the_end_that_it_tells(ledger, words, clock):
    clock.later(5_000)
    words.ended(words.running(callback_url=URL))

    (delivery,) = deliveries(ledger)

    assert first_id(clock.now) <= delivery.id < first_id(clock.now + 1)


def erased(ledger, task_id):
    ledger.erase(task_id, by="shop")


def purged(ledger, task_id):
    assert ledger.purge(Chosen(ids=(task_id,))) == 1


def delivered(ledger, words, delivery, how):
    if how == "canceled":
        ledger.cancel(delivery.id, by="shop")
    elif how != "pending":
        (running,) = ledger.claim([delivery.id], owner="worker-1", lease_ms=LEASE)
        if how != "processing":
            words.ended(running, Status(how), result={"answer": 204})


@pytest.mark.parametrize("gone", [erased, purged])
@pytest.mark.parametrize("how", ["completed", "failed", "canceled"])
def test_the_ended_deliveries_of_a_task_are_emptied_with_it(ledger, words, clock, gone, how):
    task = words.accepted(callback_url=URL)
    ledger.cancel(task.id, by="shop")
    clock.later(60_000)
    ledger.retry(task.id, by="desk")
    (running,) = ledger.claim([task.id], owner="worker-1", lease_ms=LEASE)
    words.ended(running, Status.FAILED)
    for delivery in deliveries(ledger):
        delivered(ledger, words, delivery, how)
    clock.later(60_000)

    gone(ledger, task.id)

    left = deliveries(ledger)
    assert len(left) == 2
    for delivery in left:
        assert (delivery.payload, delivery.result, delivery.callback_url) == ({}, None, None)
        assert (delivery.status, delivery.updated_at) == (how, clock.now)
        with pytest.raises(TaskNotRetryable):
            ledger.retry(delivery.id, by="desk")


@pytest.mark.parametrize("gone", [erased, purged])
@pytest.mark.parametrize("how", ["pending", "processing"])
def test_a_delivery_that_has_not_ended_outlives_its_task_and_its_address_goes_with_its_end(ledger, words, gone, how):
    task = words.running(callback_url=URL)
    words.ended(task)
    (delivery,) = deliveries(ledger)
    delivered(ledger, words, delivery, how)

    gone(ledger, task.id)

    before = ledger.get(delivery.id)
    assert (before.status, before.callback_url, before.payload) == (how, URL, delivery.payload)
    if how == "pending":
        ledger.claim([delivery.id], owner="worker-1", lease_ms=LEASE)
    words.ended(ledger.get(delivery.id))
    assert ledger.get(delivery.id).callback_url is None


@pytest.mark.parametrize("gone", [erased, purged])
def test_a_delivery_that_failed_after_its_task_was_emptied_is_emptied_the_next_time(ledger, words, gone):
    task = words.running(callback_url=URL)
    words.ended(task)
    (delivery,) = deliveries(ledger)
    erased(ledger, task.id)
    delivered(ledger, words, delivery, "failed")

    gone(ledger, task.id)

    left = ledger.get(delivery.id)
    assert (left.status, left.payload, left.callback_url) == (Status.FAILED, {}, None)


@pytest.mark.parametrize("gone", [erased, purged])
def test_the_deliveries_of_other_tasks_stay_as_they_are(ledger, words, gone):
    mine, other = words.running(callback_url=URL), words.running(callback_url=URL)
    ledger.end([Ending(claim=task.claim, status=Status.COMPLETED) for task in (mine, other)])
    told = {delivery.payload["args"]["task_id"]: delivery for delivery in deliveries(ledger)}
    for delivery in told.values():
        ledger.cancel(delivery.id, by="shop")

    gone(ledger, mine.id)

    assert ledger.get(told[mine.id].id).callback_url is None
    assert ledger.get(told[other.id].id).callback_url == URL
    assert ledger.get(other.id).callback_url == URL


@pytest.mark.parametrize("how", ["completed", "failed", "canceled"])
def test_no_address_is_left_once_the_contents_are_past_their_time(ledger, words, clock, how):
    task = words.running(callback_url=URL)
    words.ended(task)
    ledger.erase(task.id, by="shop")
    (delivery,) = deliveries(ledger)
    delivered(ledger, words, delivery, how)
    clock.later(DAY)

    ledger.wipe(contents_before=clock.now, tasks_before=0)

    assert [(each.callback_url, each.payload) for each in ledger.tasks()] == [(None, {})] * 2


def test_a_cancel_and_an_end_that_race_write_one_delivery(ledger, words):
    for _ in range(20):
        task = words.running(callback_url=URL)
        with ThreadPoolExecutor(2) as pool:
            ended = pool.submit(words.ended, task)
            canceled = pool.submit(_cancel, ledger, task.id)
        assert ended.result() != canceled.result()
        status = ledger.get(task.id).status
        told = [d.payload["args"] for d in deliveries(ledger)]
        assert [each["status"] for each in told if each["task_id"] == task.id] == [status]


def _cancel(ledger, task_id):
    try:
        ledger.cancel(task_id, by="shop")
    except TaskAlreadyFinished:
        return False
    return True


def test_the_address_shows_in_no_repr(ledger, words):
    words.ended(words.running(callback_url=URL))
    (delivery,) = deliveries(ledger)

    assert "acme" not in repr(delivery) + repr(words.new(callback_url=URL))
