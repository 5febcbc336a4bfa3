"""What every ledger promises about alerts."""

import pytest
from harness.eventually import eventually

from gateway.errors import AlertNotFound
from gateway.ledger.alert import AlertType, FoundItem
from gateway.message.ids import new_id

MINUTE = 60_000


def test_an_alert_reads_back_as_it_was_written(ledger, words, clock):
    new = words.alert(subject="task-1")

    alert = ledger.raise_alert(new)

    assert ledger.alert(new.id) == alert
    assert (alert.id, alert.type, alert.found, alert.subject) == (new.id, new.type, new.found, "task-1")
    assert (alert.at, alert.last_at, alert.count, alert.reported) == (clock.now, clock.now, 1, 0)


def test_an_unknown_alert_is_not_found(ledger):
    with pytest.raises(AlertNotFound):
        ledger.alert(new_id())


def test_repeats_of_an_alert_within_a_minute_become_one_with_a_count(ledger, words, clock):
    first = ledger.raise_alert(words.alert())
    clock.later(MINUTE - 1)

    repeat = ledger.raise_alert(words.alert())

    assert (repeat.id, repeat.count, repeat.at, repeat.last_at) == (first.id, 2, first.at, clock.now)
    assert ledger.alerts() == [repeat]


def test_the_minute_runs_from_the_first_so_a_steady_trickle_is_told_again(ledger, words, clock):
    first = ledger.raise_alert(words.alert())
    clock.later(MINUTE - 1)
    ledger.raise_alert(words.alert())
    clock.later(1)

    next_minute = ledger.raise_alert(words.alert())

    assert next_minute.id != first.id
    assert [alert.count for alert in ledger.alerts()] == [1, 2]


@pytest.mark.parametrize(
    "difference",
    [
        {"type": AlertType.PERSONAL_DATA},
        {"caller": "bank"},
        {"subject": "task-2"},
        {"found": (FoundItem(entity_type="EMAIL_ADDRESS", path="/text", score=0.9, count=1),)},
        {"found": ()},
    ],
)
def test_alerts_that_differ_in_what_they_are_about_stay_apart(ledger, words, difference):
    ledger.raise_alert(words.alert())

    other = ledger.raise_alert(words.alert(**difference))

    assert other.count == 1
    assert len(ledger.alerts()) == 2


def test_where_and_how_often_something_was_found_does_not_keep_repeats_apart(ledger, words):
    mail, secret = (FoundItem(entity_type=kind, path="/a", score=0.5, count=1) for kind in ("EMAIL_ADDRESS", "SECRET"))
    elsewhere = FoundItem(entity_type="SECRET", path="/b", score=0.7, count=4)
    ledger.raise_alert(words.alert(found=(mail, secret)))

    repeat = ledger.raise_alert(words.alert(found=(elsewhere, secret, mail), request_id="r-2"))

    assert repeat.count == 2


def test_alerts_are_listed_newest_first_page_by_page(ledger, words):
    made = [ledger.raise_alert(words.alert(subject=str(n))).id for n in range(5)]

    first = ledger.alerts(limit=3)
    second = ledger.alerts(limit=3, before_id=first[-1].id)

    assert [alert.id for alert in first + second] == made[::-1]


def test_an_alert_is_unreported_until_its_file_tells_its_count(ledger, words):
    alert = ledger.raise_alert(words.alert())
    assert ledger.unreported_alerts(older_than_ms=0) == [alert]

    ledger.mark_reported(alert.id, 1)
    assert ledger.unreported_alerts(older_than_ms=0) == []

    repeat = ledger.raise_alert(words.alert())
    assert ledger.unreported_alerts(older_than_ms=0) == [repeat]
    ledger.mark_reported(alert.id, 2)
    assert ledger.unreported_alerts(older_than_ms=0) == []
    assert ledger.alert(alert.id).reported == 2


def test_an_alert_that_was_touched_just_now_is_left_to_who_raised_it(ledger, words, clock):
    alert = ledger.raise_alert(words.alert())
    clock.later(4_999)
    young = ledger.unreported_alerts(older_than_ms=5_000)
    clock.later(1)

    assert (young, ledger.unreported_alerts(older_than_ms=5_000)) == ([], [alert])


def test_an_older_file_does_not_hide_a_newer_one(ledger, words):
    alert = ledger.raise_alert(words.alert())
    ledger.raise_alert(words.alert())
    ledger.mark_reported(alert.id, 2)

    ledger.mark_reported(alert.id, 1)

    assert ledger.alert(alert.id).reported == 2


def test_no_more_unreported_alerts_are_returned_than_asked_for(ledger, words, clock):
    made = []
    for n in range(3):
        made.append(ledger.raise_alert(words.alert(subject=str(n))).id)
        clock.later(1)

    assert [alert.id for alert in ledger.unreported_alerts(older_than_ms=0, limit=2)] == made[:2]


def test_a_repeat_that_nobody_waits_for_is_counted_soon(ledger, words, clock):
    first = ledger.raise_alert(words.alert())
    clock.later(5_000)

    for _ in range(3):
        ledger.repeat_alert(first.id)

    eventually(lambda: ledger.alert(first.id).count == 4)
    assert ledger.alert(first.id).last_at == clock.now
