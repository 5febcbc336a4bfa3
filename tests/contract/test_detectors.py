"""What every shipped detector keeps, and every detector of a user's own should."""

import re
from dataclasses import replace

import pytest

from gateway.screening.detectors import shipped
from gateway.screening.expressions import Expression
from gateway.screening.patterns import Detector
from gateway.screening.rules import Context, Rule, Scan, as_rule
from gateway.screening.screener import Screener

ACTED_UPON = 0.5  # the score from which the shipped policy holds a message
MARKED = re.compile("«(.*?)»", re.DOTALL)

detectors = pytest.mark.parametrize("detector", shipped().values(), ids=shipped().keys())


@pytest.fixture(scope="module")
def all_together() -> Screener:
    return Screener(tuple(shipped().values()))


def unmarked(example: str) -> str:
    return example.replace("«", "").replace("»", "")


def acted_upon(screener: Screener, text: str) -> list[tuple[str, str]]:
    return [
        (found.entity_type, text[found.start : found.end])
        for found in screener.screen(text)
        if found.score >= ACTED_UPON
    ]


@detectors
def test_a_detector_finds_its_examples_and_nothing_else_in_them(detector: Detector):
    screener = Screener([detector])

    for entity_type, examples in detector.examples.items():
        for example in examples:
            found = acted_upon(screener, unmarked(example))

            assert found == [(entity_type, marked) for marked in MARKED.findall(example)]


@detectors
def test_its_examples_are_found_among_all_the_others(detector: Detector, all_together: Screener):
    for entity_type, examples in detector.examples.items():
        for example in examples:
            found = acted_upon(all_together, unmarked(example))

            assert {(entity_type, marked) for marked in MARKED.findall(example)} <= set(found)


@detectors
def test_a_detector_finds_nothing_in_its_counter_examples(detector: Detector):
    screener = Screener([detector])

    found = {example: acted_upon(screener, example) for example in detector.counter_examples}

    assert found == {example: [] for example in detector.counter_examples}


@detectors
def test_it_has_examples_of_every_entity_type_that_it_knows(detector: Detector):
    assert detector.examples.keys() == set(Screener([detector]).supported)


@detectors
def test_it_has_counter_examples(detector: Detector):
    assert detector.counter_examples


@detectors
def test_its_patterns_are_named_once(detector: Detector):
    names = [each.name for each in (*detector.patterns, *detector.keyed)]

    assert len(names) == len(set(names))


@detectors
def test_offsets_count_code_points_whatever_stands_before(detector: Detector, all_together: Screener):
    for examples in detector.examples.values():
        for example in examples:
            text = unmarked(example)
            plain = all_together.screen(text)

            moved = all_together.screen(f"é😀\ud800 \n{text}")

            assert [(f.start - 5, f.end - 5, f.entity_type) for f in moved] == [
                (f.start, f.end, f.entity_type) for f in plain
            ]


@detectors
def test_a_gate_s_match_lies_in_its_pattern_s_or_beside_it(detector: Detector):
    """A long text is searched in windows: one that holds a match has to hold what opens its gate."""
    texts = [unmarked(each).encode() for each in sum(detector.examples.values(), ())]

    for rule in (rule for rule in map(as_rule, detector.patterns) if rule.reach and rule.pattern.gate):
        gate = Expression(rule.pattern.gate, rule.pattern.name)
        for text in texts:
            first, behind = rule.regex.search(text, 0, len(text))[0]
            assert first < 0 or gate.search(text, max(0, first - 8), min(len(text), behind + 8))[0][0] >= 0


@detectors
def test_no_candidate_is_looked_at_more_often_than_the_text_is_long(detector: Detector):
    """Steps, not seconds: a check that is called again and again for the same bytes makes screening quadratic."""
    texts = [unmarked(each) for each in (*sum(detector.examples.values(), ()), *detector.counter_examples)]

    for rule in map(as_rule, detector.patterns):
        for text in texts:
            short, long = (candidates(rule, f"{text} " * times) for times in (10, 100))

            assert long <= 20 * (short + 1)


def candidates(rule: Rule, text: str) -> int:
    """Return how many places of *text* the rule looks at."""
    looked_at = []
    pattern = replace(
        rule.pattern, check=looked_at.append, needs_context=False
    )  # `append` returns None: all are dropped

    scan = Scan(text.encode(), clock=lambda: None)

    replace(rule, pattern=pattern).find(scan, 0, len(scan.data), Context.ABSENT)

    assert scan.found == []
    return len(looked_at)
