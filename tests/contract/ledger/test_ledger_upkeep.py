"""What every ledger promises about what is emptied and deleted on request or by age."""

import pytest

from gateway.errors import AlertNotFound, TaskNotFinished, TaskNotFound, TaskNotRetryable
from gateway.ledger.ledger import Chosen
from gateway.ledger.task import NewTask, Status
from gateway.message.ids import first_id

DAY = 86_400_000


@pytest.fixture
def made_at(words):
    """Make rows whose ids tell the time of the test's clock, as real ones do."""
    counted = iter(range(1000))

    def made(at: int, **fields) -> NewTask:
        number = next(counted)
        return words.new(id=first_id(at)[:-4] + f"{number:04x}", **fields)

    return made


def test_an_ended_task_is_emptied_at_once_and_its_row_stays(ledger, words, clock):
    task = words.running(callback_url="https://shop.example/hook")
    words.ended(task, result={"words": 1}, remark="a remark")

    erased = ledger.erase(task.id, by="shop", caller="shop")

    assert erased == ledger.get(task.id)
    assert (erased.payload, erased.result, erased.callback_url) == ({}, None, None)
    assert (erased.status, erased.finished_at, erased.updated_at) == (Status.COMPLETED, clock.now, clock.now)
    assert [remark for *_, remark in words.moves(task)] == [None, None, None, "emptied"]
    assert words.moves(task)[-1][:3] == ("completed", "completed", "shop")


def test_emptying_twice_is_once(ledger, words):
    task = words.running()
    words.ended(task, Status.FAILED)

    first, second = (ledger.erase(task.id, by="shop") for _ in range(2))

    assert first == second
    assert len(ledger.events(task.id)) == 4


@pytest.mark.parametrize("make", ["accepted", "running"])
def test_what_has_not_ended_is_not_emptied(ledger, words, make: str):
    task = getattr(words, make)()

    with pytest.raises(TaskNotFinished):
        ledger.erase(task.id, by="shop")
    assert ledger.get(task.id).payload == {"content": "hello"}


def test_somebody_elses_task_is_not_there_to_be_emptied(ledger, words):
    task = words.running()
    words.ended(task)

    with pytest.raises(TaskNotFound):
        ledger.erase(task.id, by="rival", caller="rival")


def test_what_was_emptied_cannot_start_again(ledger, words):
    task = words.accepted()
    ledger.cancel(task.id, by="shop")
    ledger.erase(task.id, by="shop")

    with pytest.raises(TaskNotRetryable, match="was wiped"):
        ledger.retry(task.id, by="desk")


def test_what_was_emptied_and_could_not_start_again_anyway_is_refused_for_that(ledger, words):
    task = words.running()
    words.ended(task)
    ledger.erase(task.id, by="shop")

    with pytest.raises(TaskNotRetryable, match="failed or canceled"):
        ledger.retry(task.id, by="desk")


def test_old_alerts_are_forgotten_and_young_ones_stay(ledger, words, clock):
    old = ledger.raise_alert(words.alert(id=first_id(clock.now)))
    clock.later(10 * DAY)
    young = ledger.raise_alert(words.alert())

    assert len(ledger.purge_alerts(Chosen(before=clock.now - 5 * DAY))) == 1

    assert ledger.alerts() == [young]
    with pytest.raises(AlertNotFound):
        ledger.alert(old.id)


def test_no_more_alerts_are_forgotten_at_once_than_asked_for(ledger, words, clock):
    for number in range(3):
        ledger.raise_alert(words.alert(id=first_id(clock.now)[:-1] + str(number), subject=str(number)))
    clock.later(DAY)

    assert [len(ledger.purge_alerts(Chosen(before=clock.now), limit=2)) for _ in range(3)] == [2, 1, 0]


def test_chosen_tasks_are_deleted_with_their_history_if_they_have_ended(ledger, made_at, clock):
    shop, other = (ledger.accept(made_at(clock.now, caller=caller)) for caller in ("shop", "other"))
    live = ledger.accept(made_at(clock.now, caller="shop"))
    for task in (shop, other):
        ledger.cancel(task.id, by="desk")

    chosen = Chosen(caller="shop")
    counted, deleted = ledger.purgeable(chosen), ledger.purge(chosen)

    assert (counted, deleted, ledger.purge(chosen)) == (1, 1, 0)
    assert {task.id for task in ledger.tasks()} == {other.id, live.id}
    assert ledger.events(shop.id) == []


def test_all_that_is_said_of_the_chosen_has_to_hold(ledger, made_at, clock):
    old = ledger.accept(made_at(clock.now, caller="shop"))
    ledger.cancel(old.id, by="desk")
    clock.later(10 * DAY)
    young = ledger.accept(made_at(clock.now, caller="shop"))
    ledger.cancel(young.id, by="desk")

    before = clock.now - 5 * DAY

    assert ledger.purgeable(Chosen(ids=(old.id, young.id))) == 2
    assert ledger.purgeable(Chosen(ids=(old.id, young.id), before=before)) == 1
    assert ledger.purgeable(Chosen(ids=(young.id,), before=before)) == 0
    assert ledger.purgeable(Chosen(caller="other", before=before)) == 0
    assert ledger.purge(Chosen(caller="shop", before=before)) == 1
    assert [task.id for task in ledger.tasks()] == [young.id]


def test_chosen_alerts_are_deleted_and_returned(ledger, words):
    mine = ledger.raise_alert(words.alert())
    other = ledger.raise_alert(words.alert(caller="other"))

    chosen = Chosen(caller="shop")

    assert ledger.purgeable_alerts(chosen) == 1
    assert ledger.purge_alerts(chosen) == [mine]
    assert ledger.alerts() == [other]
