"""
The screener: what of personal data and secrets a JSON value holds.

Text is searched as UTF-8. One pass of the gate tells which patterns can match; a clean text is done with after it.
Only those patterns are searched for, their matches checked, their scores raised by the words around them, and what
overlaps is settled. The cost grows in a straight line with the text.
"""

import logging
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from time import monotonic
from typing import Any

from gateway.errors import InvalidSetting, ScreeningUnavailable
from gateway.screening.context import key_words
from gateway.screening.detectors import ALL, load_detectors
from gateway.screening.finder import Finder, Opened
from gateway.screening.findings import Finding, Location, is_plain, pointer
from gateway.screening.models import Model, join_found, load_model
from gateway.screening.normalise import as_meant
from gateway.screening.overlaps import Found
from gateway.screening.patterns import ENTITY_TYPE, Detector, KeyedValue, Pattern, PatternSpec
from gateway.screening.repeats import repeated
from gateway.screening.rules import Clock
from gateway.screening.walk import strings
from gateway.telemetry.logs import OURS, error_fields

_log = logging.getLogger(OURS)

_OUR_KEYS = ("text", "metadata", "content", "args")  #: keys of our own messages: screened once, not in every message
_TELLING = 4  #: letters and digits from which the rest of a value tells something


class OutOfTime(Exception):
    """The time budget is spent."""


class Screener:
    """Finds personal data and secrets in JSON values. It keeps nothing of what it has seen; threads may share it."""

    def __init__(
        self,
        detectors: Sequence[Detector],
        *,
        patterns: Sequence[PatternSpec] = (),
        budget_ms: int = 1000,
        model: Model | None = None,
    ) -> None:
        """
        Compile the patterns of *detectors* and *patterns*, once for many messages.

        Args:
            model: also reads every string, but no key.
            budget_ms: the longest that one value may take; the clock is looked at before each string and key, each
                stretch that the gate has opened, each value of JSON inside a string, and after every few dozen
                candidates of a pattern, so the last of these steps may run over.
        Raises:
            InvalidSetting: an expression is not RE2's syntax, an entity type no name for one, or the budget no positive
                number.
        """
        if budget_ms <= 0:
            raise InvalidSetting("screening.budget_ms: the time budget has to be positive")
        shipped = [pattern for detector in detectors for pattern in detector.patterns]
        everything = [*shipped, *(spec.as_pattern() for spec in patterns)]
        keyed = [each for detector in detectors for each in detector.keyed]
        _check_entity_types((*everything, *keyed))
        self._finder = Finder(everything, keyed)
        self._budget_s = budget_ms / 1000
        self._model = model
        types = {each.entity_type for each in everything} | {each.entity_type for each in keyed}
        types |= model.entity_types if model else set()
        self.supported: tuple[str, ...] = tuple(sorted(types))  #: the entity types that it can find
        self._plain_keys = frozenset(key for key in _OUR_KEYS if self._finder.says_nothing(key))

    def screen(self, value: Any) -> list[Finding]:
        """
        Return what *value* holds, in the order of the document.

        Args:
            value: any JSON value. Strings, keys of objects and numbers (as decimal text) are screened.
        Raises:
            ScreeningUnavailable: it cannot be told, for whatever reason. It never means that nothing was found.
        """
        try:
            return self._screen_text(value, ()) if isinstance(value, str) else self._screen(value)
        except Exception as error:  # noqa: BLE001 -- whatever fails, the message must not pass
            failure = _unavailable(error)
        raise failure  # not inside `except`: the first error may carry the text

    def find(self, text: str, *, name: str = "", only: Collection[str] = ()) -> list[Found]:
        """
        Return what one string holds, in its order and none overlapping another; offsets in code points.

        Args:
            name: the key that it stands under; "" if it has none.
            only: entity types; what is of others is as if nobody looked for it. None: all of them.
        Raises:
            ScreeningUnavailable: as in `screen`.
        """
        try:
            opened = self._finder.open(text, key_words(name))
            return self._found_in(text, opened, _Clock(self._budget_s), only)
        except Exception as error:  # noqa: BLE001 -- as in `screen`
            failure = _unavailable(error)
        raise failure

    def _screen(self, value: Any) -> list[Finding]:
        if isinstance(value, dict) and len(value) == 1:
            ((key, text),) = value.items()
            if isinstance(text, str) and key in self._plain_keys:
                return self._screen_text(text, (key,))
        clock = _Clock(self._budget_s)
        findings: list[Finding] = []
        keys_found: set[Location] = set()
        values: set[str] = set()
        words = _KeyWords()
        for location, text, is_key in strings(value):
            if is_key and text in self._plain_keys:
                continue
            clock()
            if is_key:
                found = self._finder.find(text, "", clock)
            else:
                opened = self._finder.open(text, _key_of(location, self._plain_keys, words))
                found = self._found_in(text, opened, clock)
            if not found:
                continue
            if is_key:
                keys_found.add(location)
            hidden = frozenset(at for at in range(len(location)) if location[: at + 1] in keys_found)
            findings += _as_findings(found, location, hidden, is_key=is_key)
            values.update(_telling(found, text))
        return _without_values(findings, values, clock) if values else findings

    def _screen_text(self, text: str, location: Location) -> list[Finding]:
        """Screen a text that stands alone, or under a name of ours: the short way, which most messages go."""
        opened = self._finder.open(text, "")
        if opened is None and self._model is None:
            return []
        return _as_findings(self._found_in(text, opened, _Clock(self._budget_s)), location, frozenset(), is_key=False)

    def _found_in(self, text: str, opened: Opened | None, clock: Clock, only: Collection[str] = ()) -> list[Found]:
        found = [] if opened is None else self._finder.search(opened, clock, only)
        return join_found(self._model, text, found, self.supported, only) if self._model else found


def build_screener(
    detectors: Sequence[str] = (ALL,), patterns: Sequence[PatternSpec] = (), budget_ms: int = 1000, model: str = ""
) -> Screener:
    """
    Return the screener that the settings describe.

    Args:
        detectors: shipped names, `*` for all of the shipped ones, or `module:attribute` for a user's own.
        patterns: detectors without code.
        budget_ms: the longest that one value may take.
        model: a language model that is installed here, as `load_model` takes it; "": none.
    Raises:
        InvalidSetting: a name leads nowhere or an expression is wrong; the message names it.
    """
    loaded = load_model(model) if model else None
    return Screener(load_detectors(detectors), patterns=patterns, budget_ms=budget_ms, model=loaded)


def _check_entity_types(parts: Iterable[Pattern | KeyedValue]) -> None:
    """Refuse an entity type that a token could not be told by, and so not be read again."""
    for part in parts:
        if not re.fullmatch(ENTITY_TYPE, part.entity_type):
            raise InvalidSetting(f"screening: the entity type of {part.name} does not match {ENTITY_TYPE}")


def _unavailable(error: Exception) -> ScreeningUnavailable:
    if isinstance(error, OutOfTime):
        return ScreeningUnavailable("Screening ran out of its time budget, so the message was not taken.")
    _log.error("screening.failed", extra={"fields": error_fields(error)})
    return ScreeningUnavailable()


class _Clock:
    """Raises when the time is over, which begins with the first look."""

    __slots__ = ("_budget_s", "_deadline")

    def __init__(self, budget_s: float) -> None:
        self._budget_s = budget_s
        self._deadline = 0.0

    def __call__(self) -> None:
        now = monotonic()
        if not self._deadline:
            self._deadline = now + self._budget_s
        if now > self._deadline:
            raise OutOfTime


class _KeyWords(dict[str, str]):
    """The words of each name, worked out when it is first met."""

    def __missing__(self, name: str) -> str:
        self[name] = words = key_words(as_meant(name))
        return words


def _key_of(location: Location, plain_keys: frozenset[str], words: _KeyWords) -> str:
    """Return the words of the name that a value stands under, directly or in a list; "" for names of our own."""
    for step in reversed(location):
        if isinstance(step, str):
            return "" if step in plain_keys else words[step]
    return ""


def _as_findings(found: list[Found], location: Location, hidden: frozenset[int], *, is_key: bool) -> list[Finding]:
    path = pointer(location[:-1] if is_key else location, hidden=hidden)
    return [
        Finding(entity_type, location, path, start, end, score, provider, is_key)
        for start, end, score, entity_type, provider in found
    ]


def _telling(found: list[Found], text: str) -> Iterator[str]:
    """Yield the values of what was *found*; a few ASCII characters that touch another finding are a rest, and none."""
    starts, ends = {each.start for each in found}, {each.end for each in found}
    for each in found:
        value = text[each.start : each.end]
        is_rest = (each.start in ends or each.end in starts) and value.isascii()
        if not is_rest or sum(map(str.isalnum, value)) >= _TELLING:
            yield value


def _without_values(findings: list[Finding], values: set[str], clock: Clock) -> list[Finding]:
    """Hide each name in a path that repeats what was found somewhere: elsewhere it may be no finding by itself."""
    steps = {step for finding in findings for step in finding.location}
    names = {step for step in steps if isinstance(step, str) and step not in _OUR_KEYS and is_plain(step)}
    hidden = repeated(names, values, clock) if names else ()
    return [finding._replace(path=_hiding(finding, hidden)) for finding in findings] if hidden else findings


def _hiding(finding: Finding, names: Collection[str]) -> str:
    shown = finding.path.split("/")[1:]
    return "".join("/*" if step in names else f"/{name}" for name, step in zip(shown, finding.location, strict=False))
