"""
The screener: what of personal data and secrets a JSON value holds.

Text is searched as UTF-8. One pass of the gate tells which patterns can match; a clean text is done with after it.
Only those patterns are searched for, their matches checked, their scores raised by the words around them, and what
overlaps is settled. The cost grows in a straight line with the text.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from time import monotonic
from typing import Any

from gateway.errors import InvalidSetting, ScreeningUnavailable
from gateway.screening.context import key_words
from gateway.screening.detectors import ALL, load_detectors
from gateway.screening.findings import Finding, Location, pointer
from gateway.screening.overlaps import settle
from gateway.screening.patterns import Candidate, Detector, PatternSpec
from gateway.screening.rules import Clock, Gate, key_ending
from gateway.screening.stand_ins import without_stand_ins
from gateway.screening.walk import strings
from gateway.telemetry.logs import OURS, error_fields

_log = logging.getLogger(OURS)

_OUR_KEYS = ("text", "metadata", "content", "args")  #: keys of our own messages: screened once, not in every message


class OutOfTime(Exception):
    """The time budget is spent."""


class Screener:
    """Finds personal data and secrets in JSON values. It keeps nothing of what it has seen; threads may share it."""

    def __init__(
        self, detectors: Sequence[Detector], *, patterns: Sequence[PatternSpec] = (), budget_ms: int = 1000
    ) -> None:
        """
        Compile the patterns of *detectors* and *patterns*, once for many messages.

        Args:
            budget_ms: the longest that one value may take; the clock is looked at between patterns and strings
                and every few dozen candidates, so the last of these steps may run over.
        Raises:
            InvalidSetting: an expression is not RE2's syntax, or the budget is no positive number.
        """
        if budget_ms <= 0:
            raise InvalidSetting("screening.budget_ms: the time budget has to be positive")
        family_patterns = [pattern for detector in detectors for pattern in detector.patterns]
        self._gate = Gate([*family_patterns, *(spec.as_pattern() for spec in patterns)])
        self._keyed = [(keyed, key_ending(keyed.keys)) for detector in detectors for keyed in detector.keyed]
        self._any_key = (
            key_ending(tuple(word for keyed, _ in self._keyed for word in keyed.keys)) if self._keyed else None
        )
        self._budget_s = budget_ms / 1000
        types = {rule.pattern.entity_type for rule in self._gate.rules} | {each.entity_type for each, _ in self._keyed}
        self.supported: tuple[str, ...] = tuple(sorted(types))  #: the entity types that it can find
        self._types = frozenset(types)
        self._clean_keys = frozenset(key for key in _OUR_KEYS if self._says_nothing(key))

    def screen(self, value: Any) -> list[Finding]:
        """
        Return what *value* holds, in the order of the document.

        Args:
            value: any JSON value. Strings, keys of objects and numbers (as decimal text) are screened.
        Raises:
            ScreeningUnavailable: it cannot be told, for whatever reason. It never means that nothing was found.
        """
        try:
            return self._screen(value)
        except OutOfTime:
            failure = ScreeningUnavailable("Screening ran out of its time budget, so the message was not taken.")
        except Exception as error:  # noqa: BLE001 -- whatever fails, the message must not pass
            _log.error("screening.failed", extra={"fields": error_fields(error)})
            failure = ScreeningUnavailable()
        raise failure  # not inside `except`: the first error may carry the text

    def _screen(self, value: Any) -> list[Finding]:
        clock = _clock(self._budget_s)
        findings: list[Finding] = []
        keys_found: set[Location] = set()
        values: set[str] = set()
        for location, text, is_key in strings(value):
            if is_key and text in self._clean_keys:
                continue
            clock()
            key = "" if is_key else _key_of(location, self._clean_keys)
            found = self._search(text, key, clock)
            if not found:
                continue
            if is_key:
                keys_found.add(location)
            new = list(_as_findings(text, found, location, keys_found, is_key=is_key))
            values.update(text[finding.start : finding.end] for finding in new)
            findings += new
        return _without_values(findings, values, clock) if values else findings

    def _search(self, text: str, key: str, clock: Clock) -> list[tuple[str, Candidate]]:
        """Return what *text* holds, by entity type, offsets in UTF-8 bytes; *key* is the words of its key's name."""
        data = text.encode("utf-8", "surrogatepass")
        hits = self._gate.passed(data)
        found: list[tuple[str, Candidate]] = []
        if hits is not None:
            for rule, context in self._gate.rules_for(hits, key):
                clock()
                found += ((rule.pattern.entity_type, each) for each in rule.find(data, clock, context))
        if key and self._any_key is not None and self._any_key.search(key) is not None:
            found += self._by_key(data, key)
        if found and (b"<" in data or b"*" in data):
            found = without_stand_ins(found, data, self._types)
        return settle(found) if len(found) > 1 else found

    def _says_nothing(self, key: str) -> bool:
        """Tell whether *key* is no finding, no context word and no name of a secret."""
        meanings = (*(rule.words for rule in self._gate.rules if rule.words), *(names for _, names in self._keyed))
        return self._gate.passed(key.encode()) is None and not any(words.search(key) for words in meanings)

    def _by_key(self, data: bytes, key: str) -> Iterator[tuple[str, Candidate]]:
        for keyed, names in self._keyed:
            if data and names.search(key) is not None:
                found = keyed.check(Candidate(data=data, start=0, end=len(data), score=keyed.score))
                if found is not None:
                    yield keyed.entity_type, found


def build_screener(
    detectors: Sequence[str] = (ALL,), patterns: Sequence[PatternSpec] = (), budget_ms: int = 1000
) -> Screener:
    """
    Return the screener that the settings describe.

    Args:
        detectors: shipped names, `*` for all of the shipped ones, or `module:attribute` for a user's own.
        patterns: detectors without code.
        budget_ms: the longest that one value may take.
    Raises:
        InvalidSetting: a name leads nowhere or an expression is wrong; the message names it.
    """
    return Screener(load_detectors(detectors), patterns=patterns, budget_ms=budget_ms)


def _clock(budget_s: float) -> Clock:
    deadline = monotonic() + budget_s

    def look() -> None:
        if monotonic() > deadline:
            raise OutOfTime

    return look


def _key_of(location: Location, clean_keys: frozenset[str]) -> str:
    """Return the words of the name that a value stands under, directly or in a list; "" for names of our own."""
    for step in reversed(location):
        if isinstance(step, str):
            return "" if step in clean_keys else key_words(step)
    return ""


def _as_findings(
    text: str, found: list[tuple[str, Candidate]], location: Location, keys_found: set[Location], *, is_key: bool
) -> Iterator[Finding]:
    hidden = frozenset(at for at in range(len(location)) if location[: at + 1] in keys_found)
    path = pointer(location[:-1] if is_key else location, hidden=hidden)
    ascii_only = text.isascii()  # then a byte is a code point
    bytes_seen = points_seen = 0
    for entity_type, place in found:
        start, end = place.start, place.end
        if not ascii_only:
            start = points_seen + _code_points(place.data, bytes_seen, place.start)
            end = start + _code_points(place.data, place.start, place.end)
            bytes_seen, points_seen = place.end, end
        yield Finding(
            entity_type=entity_type, location=location, path=path, start=start, end=end, score=place.score, key=is_key
        )


def _without_values(findings: list[Finding], values: set[str], clock: Clock) -> list[Finding]:
    """Hide each key in a path that repeats what was found somewhere: elsewhere it may be no finding by itself."""
    repeats: dict[str, bool] = {}
    shown = []
    for finding in findings:
        names = finding.path.split("/")
        for name in names:
            if name not in repeats:
                clock()
                repeats[name] = name not in _OUR_KEYS and any(value in name for value in values)
        hidden = "/".join("*" if repeats[name] else name for name in names)
        shown.append(finding if hidden == finding.path else replace(finding, path=hidden))
    return shown


def _code_points(data: bytes, start: int, end: int) -> int:
    return len(data[start:end].decode("utf-8", "surrogatepass"))
