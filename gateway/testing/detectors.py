"""What every detector keeps: the shipped ones, and those of a user's own."""

import re
from dataclasses import replace
from functools import cache
from typing import Final

from gateway.screening.detectors import shipped
from gateway.screening.expressions import Expression
from gateway.screening.patterns import Candidate, Detector, KeyedValue, Pattern
from gateway.screening.rules import Context, Rule, Scan, as_rule
from gateway.screening.screener import Screener

_ACTED_UPON: Final = 0.5  #: the score from which the shipped policy acts on a finding
_MARKED: Final = re.compile("«(.*?)»", re.DOTALL)


class DetectorContract:
    """A detector's suite: say which it is; its own examples are what it is tried on."""

    def detector(self) -> Detector:
        """Return the detector."""
        raise NotImplementedError

    def test_it_finds_its_examples_and_nothing_else_in_them(self) -> None:
        """What lies between « and », by its entity type."""
        screener = Screener([self.detector()])
        for entity_type, example in _examples(self.detector()):
            found = _acted_upon(screener, _unmarked(example))
            assert found == [(entity_type, marked) for marked in _MARKED.findall(example)], f"in {example!r}"

    def test_its_examples_are_found_among_all_the_others(self) -> None:
        """No shipped detector takes them away."""
        screener = _among_all(self.detector())
        for entity_type, example in _examples(self.detector()):
            found = _acted_upon(screener, _unmarked(example))
            wanted = {(entity_type, marked) for marked in _MARKED.findall(example)}
            assert wanted <= set(found), f"in {example!r} among all detectors"

    def test_it_finds_nothing_in_its_counter_examples(self) -> None:
        """Nothing of score 0.5 or more."""
        screener = Screener([self.detector()])
        found = {example: _acted_upon(screener, example) for example in self.detector().counter_examples}
        assert found == {example: [] for example in self.detector().counter_examples}

    def test_it_has_examples_of_every_entity_type_that_it_knows(self) -> None:
        """One that nobody has shown may never be found."""
        assert self.detector().examples.keys() == set(Screener([self.detector()]).supported)

    def test_it_has_counter_examples(self) -> None:
        """They show that it knows where to stop."""
        assert self.detector().counter_examples

    def test_its_patterns_are_named_once(self) -> None:
        """A name tells one pattern from the others."""
        named: list[Pattern | KeyedValue] = [*self.detector().patterns, *self.detector().keyed]
        names = [each.name for each in named]
        assert len(names) == len(set(names))

    def test_offsets_count_code_points_whatever_stands_before(self) -> None:
        """Screening works on bytes, and tells places in characters."""
        screener = _among_all(self.detector())
        for _, example in _examples(self.detector()):
            text = _unmarked(example)
            plain = screener.screen(text)
            moved = screener.screen(f"é😀\ud800 \n{text}")
            assert [(f.start - 5, f.end - 5, f.entity_type) for f in moved] == [
                (f.start, f.end, f.entity_type) for f in plain
            ], f"in {example!r}, moved"

    def test_a_gate_s_match_lies_in_its_pattern_s_or_beside_it(self) -> None:
        """A long text is searched in windows: one that holds a match has to hold what opens its gate."""
        texts = [_unmarked(example).encode() for _, example in _examples(self.detector())]
        for rule in (rule for rule in map(as_rule, self.detector().patterns) if rule.reach and rule.pattern.gate):
            gate = Expression(rule.pattern.gate, rule.pattern.name)
            for text in texts:
                first, behind = rule.regex.search(text, 0, len(text))[0]
                near = gate.search(text, max(0, first - 8), min(len(text), behind + 8))
                assert first < 0 or near[0][0] >= 0, f"the gate of {rule.pattern.name} is not in its match"

    def test_no_candidate_is_looked_at_more_often_than_the_text_is_long(self) -> None:
        """Steps, not seconds: a check that is called again and again for the same bytes makes screening quadratic."""
        texts = [_unmarked(example) for _, example in _examples(self.detector())] + [*self.detector().counter_examples]
        for rule in map(as_rule, self.detector().patterns):
            for text in texts:
                short, long = (_candidates(rule, f"{text} " * times) for times in (10, 100))
                assert long <= 20 * (short + 1), f"{rule.pattern.name} looks at {long} places, {short} in a tenth"


def _examples(detector: Detector) -> list[tuple[str, str]]:
    return [(entity_type, example) for entity_type, examples in detector.examples.items() for example in examples]


def _unmarked(example: str) -> str:
    return example.replace("«", "").replace("»", "")


def _acted_upon(screener: Screener, text: str) -> list[tuple[str, str]]:
    found = screener.screen(text)
    return [(each.entity_type, text[each.start : each.end]) for each in found if each.score >= _ACTED_UPON]


@cache
def _shipped() -> Screener:
    return Screener(tuple(shipped().values()))


def _among_all(detector: Detector) -> Screener:
    if shipped().get(detector.name) is detector:
        return _shipped()
    return Screener((*shipped().values(), detector))


def _candidates(rule: Rule, text: str) -> int:
    """Return how many places of *text* the rule looks at."""
    looked_at: list[Candidate] = []

    def drop(candidate: Candidate) -> None:
        looked_at.append(candidate)

    pattern = replace(rule.pattern, check=drop, needs_context=False)
    scan = Scan(text.encode(), clock=lambda: None)
    replace(rule, pattern=pattern).find(scan, 0, len(scan.data), Context.ABSENT)
    assert scan.found == []
    return len(looked_at)
