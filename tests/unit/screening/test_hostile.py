import signal
import threading

import pytest

from gateway.screening.hostile import LIMIT_US_PER_KB, worst_cost
from gateway.screening.patterns import Candidate, Family, KeyedValue, Pattern


def of_regex(regex: str, context: tuple[str, ...] = ()) -> Family:
    pattern = Pattern(name="own", entity_type="OWN", regex=regex, score=0.9, context=context)
    return Family(name="own", patterns=(pattern,))


def of_check(check) -> Family:
    pattern = Pattern(name="own", entity_type="OWN", regex="a", score=0.9, check=check)
    return Family(name="own", patterns=(pattern,))


def never_ends(_candidate: Candidate) -> Candidate:
    while True:
        threading.Event().wait(0.01)


def fails(_candidate: Candidate) -> Candidate:
    raise LookupError


def test_an_ordinary_pattern_is_far_below_the_limit():
    assert worst_cost(of_regex(r"\bSTF-\d{6}\b")).us_per_kb < LIMIT_US_PER_KB


def test_a_pattern_that_reads_the_rest_of_the_text_for_each_match_is_above_it():
    cost = worst_cost(of_regex("a[^b]*c|a"))

    assert cost.us_per_kb > LIMIT_US_PER_KB
    assert cost.text == "letters"


@pytest.mark.parametrize("check", [never_ends, fails])
def test_a_check_that_fails_or_does_not_end_costs_more_than_anything(check):
    assert worst_cost(of_check(check)).us_per_kb == float("inf")


def test_a_check_of_keyed_values_counts():
    keyed = KeyedValue(name="own", entity_type="OWN", keys=("own",), score=0.9, check=fails)

    assert worst_cost(Family(name="own", patterns=(), keyed=(keyed,))).us_per_kb == float("inf")


@pytest.mark.parametrize(
    "family",
    [
        of_regex("needle[^b]*c|needle"),
        of_regex("q[^b]*c|q", context=("qqq",)),
        Family(
            name="own",
            patterns=of_regex("q[^b]*c|q").patterns,
            examples={"OWN": ("an «qqqqqx» here",)},
        ),
    ],
)
def test_a_detectors_own_words_are_among_the_texts(family):
    assert worst_cost(family).text == "its own words"


def test_an_alarm_that_was_set_before_is_set_again():
    rung = threading.Event()
    handler = signal.signal(signal.SIGALRM, lambda *_: rung.set())
    timer = signal.setitimer(signal.ITIMER_REAL, 2)
    try:
        worst_cost(of_check(never_ends))

        assert rung.wait(10)
    finally:
        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, *timer)
