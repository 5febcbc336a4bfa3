from datetime import UTC, datetime

import pytest

from gateway.processing.timing import Timing, check_cron, every_ms

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("written", "ms"), [("90", 90_000), ("1s", 1_000), ("5m", 5 * MINUTE), ("2 h", 2 * HOUR), ("1d", DAY)]
)
def test_how_often_is_read_with_its_unit(written: str, ms: int):
    assert every_ms(written) == ms


@pytest.mark.parametrize("written", ["", "0", "-5", "1.5", "5 minutes", "True", "400d", "999999999d"])
def test_what_is_no_time_span_is_refused(written: str):
    with pytest.raises(ValueError, match="seconds"):
        every_ms(written)


@pytest.mark.parametrize(
    ("line", "why"), [("0 3 * *", "cron"), ("61 * * * *", "bad minute"), ("* * */20 * 1L", "never")]
)
def test_what_is_no_line_of_cron_is_refused(line: str, why: str):
    with pytest.raises(ValueError, match=why):
        check_cron(line)


def test_cron_is_read_in_utc():
    nightly = Timing(cron="0 3 * * *")

    assert nightly.after(at("2026-11-22T03:00"), at("2026-11-22T03:00")) == at("2026-11-23T03:00")
    assert nightly.after(at("2026-11-22T03:00"), at("2026-11-25T14:10:03.5")) == at("2026-11-26T03:00")


def test_every_so_often_keeps_its_beat_and_makes_up_for_one():
    often = Timing(every_ms=5 * MINUTE)

    assert often.after(0, 0) == 5 * MINUTE
    assert often.after(0, 17 * MINUTE + 1) == 20 * MINUTE


def test_a_new_schedule_begins_with_its_next_time():
    now = at("2026-11-22T10:15:30")

    assert Timing(every_ms=HOUR).planned(None, now) == now + HOUR
    assert Timing(cron="0 3 * * *").planned(None, now) == at("2026-11-23T03:00")


def test_a_known_time_stays_and_one_that_was_missed_is_made_up_for():
    now = at("2026-11-22T10:15:30")

    for known in (now - DAY, now + HOUR):
        assert Timing(every_ms=2 * HOUR).planned(known, now) == known
    assert Timing(cron="0 3 * * *").planned(at("2026-11-20T03:00"), now) == at("2026-11-20T03:00")


def test_a_time_of_another_schedule_is_given_up():
    now = at("2026-11-22T10:15:30")

    assert Timing(cron="0 4 * * *").planned(at("2026-11-23T03:00"), now) == at("2026-11-23T04:00")
    assert Timing(cron="0 * * * *").planned(at("2026-11-23T03:00"), now) == at("2026-11-22T11:00")
    assert Timing(every_ms=5 * MINUTE).planned(now + DAY, now) == now + 5 * MINUTE
