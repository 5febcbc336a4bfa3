"""Patterns, compiled: one gate for all of them, and one expression for each."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import chain
from typing import Any

import re2  # type: ignore[import-untyped]  # google-re2 ships no types

from gateway.errors import InvalidSetting
from gateway.screening.context import BEFORE, BEHIND, words_regex
from gateway.screening.patterns import Candidate, Pattern

_GATE_MEMORY = 64 << 20  #: bytes for the gate's states; RE2 begins afresh when they are full
_RULE_MEMORY = 16 << 20  #: bytes, for each expression
_RAISED_BY = 0.35  #: what a context word adds to a score
_CANDIDATES_A_CHECK = 64  #: how many candidates may pass between two looks at the clock

Clock = Callable[[], None]  #: raises when the time is over


class GateFailed(Exception):
    """RE2 ran out of memory, so it is not known what the text holds."""


class Context(Enum):
    """Whether a pattern's context words are there."""

    ABSENT = auto()  #: nowhere in the text
    POSSIBLE = auto()  #: somewhere in the text: near enough or not
    GIVEN = auto()  #: beside the whole text: its key's name is one


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern, ready to run."""

    pattern: Pattern
    regex: Any
    group: int  #: what of a match counts; 0 is all of it
    words: Any | None  #: the expression for the context words

    def find(self, data: bytes, clock: Clock, context: Context) -> Iterator[Candidate]:
        """Yield the places in *data* that fit and pass the check, in order, none overlapping another."""
        search, group, restart = self.regex.search, self.group, self.pattern.restart
        position, size, seen = 0, len(data), 0
        while position <= size and (match := search(data, position)) is not None:
            seen += 1
            if seen % _CANDIDATES_A_CHECK == 0:
                clock()
            first, behind = match.span()
            start, end = match.span(group) if group else (first, behind)
            found = self._judged(data, start, end, context) if start < end else None
            if found is not None:
                yield found
                behind = found.end
            elif restart:
                behind = first
            position = max(behind, first + 1)

    def _judged(self, data: bytes, start: int, end: int, context: Context) -> Candidate | None:
        pattern = self.pattern
        if pattern.needs_context and not self._in_context(data, start, end, context):
            return None
        found = pattern.check(Candidate(data, start, end, pattern.score))
        if found is None or not (pattern.needs_context or self._in_context(data, start, end, context)):
            return found
        return found.scored(round(min(1.0, found.score + _RAISED_BY), 2))

    def _in_context(self, data: bytes, start: int, end: int, context: Context) -> bool:
        return context is Context.GIVEN or (context is Context.POSSIBLE and self._near_words(data, start, end))

    def _near_words(self, data: bytes, start: int, end: int) -> bool:
        if self.words is None:
            return False
        if self.words.search(data, max(0, start - BEFORE), start + 1) is not None:
            return True
        return self.words.search(data, end, end + BEHIND) is not None


class Gate:
    """
    All patterns in one expression: which of them can match at all is known after one pass.

    A text that no pattern can match, which is nearly every text, costs nothing more.
    """

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        """
        Compile *patterns*.

        Raises:
            InvalidSetting: an expression is not RE2's syntax, or they are too large together.
        """
        self._set = re2.Set.SearchSet(_options(_GATE_MEMORY))
        self._numbers: dict[str, int] = {}
        self._add(r"\z", "the gate")  # it matches every text: without it in the answer, RE2 has failed
        self.rules = [_rule(pattern) for pattern in patterns]
        self._behind: dict[int, list[tuple[Rule, int]]] = {}
        for rule in self.rules:
            gate, words_gate = self._gates_of(rule.pattern)
            self._behind.setdefault(gate, []).append((rule, words_gate))
        try:
            self._set.Compile()
        except re2.error:
            raise InvalidSetting("screening: the patterns are too large together") from None

    def passed(self, data: bytes) -> list[int] | None:
        """
        Return the numbers of the gates that *data* passes, or None if it passes none.

        Raises:
            GateFailed: RE2 could not tell.
        """
        hits: list[int] | None = self._set.Match(data)
        if hits is None:
            raise GateFailed
        return hits if len(hits) > 1 else None

    def rules_for(self, hits: list[int], key: str) -> Iterator[tuple[Rule, Context]]:
        """Yield the rules that can match after *hits*, with what is known of their context; *key* may be part of it."""
        for rule, words_gate in chain.from_iterable(self._behind.get(hit, ()) for hit in hits):
            context = Context.POSSIBLE if words_gate in hits else Context.ABSENT
            if key and rule.words is not None and rule.words.search(key) is not None:
                context = Context.GIVEN
            if context is not Context.ABSENT or not rule.pattern.needs_context:
                yield rule, context

    def _gates_of(self, pattern: Pattern) -> tuple[int, int]:
        gate = self._add(pattern.gate or pattern.regex, pattern.name)
        return gate, self._add(words_regex(pattern.context), pattern.name) if pattern.context else -1

    def _add(self, regex: str, owner: str) -> int:
        if regex not in self._numbers:
            try:
                self._numbers[regex] = self._set.Add(regex)
            except re2.error:
                raise InvalidSetting(f"screening: the regex of {owner} is too large for RE2") from None
        return self._numbers[regex]


def words_found(words: tuple[str, ...]) -> Any:
    """Return the compiled expression for any of *words*, whole and in any case."""
    return _compiled(words_regex(words), "context words")


def key_ending(words: tuple[str, ...]) -> Any:
    """Return the compiled expression for a key's words that end with one of *words*."""
    return _compiled(words_regex(words, at_the_end=True), "key names")


def _rule(pattern: Pattern) -> Rule:
    regex = _compiled(pattern.regex, pattern.name)
    group = regex.groupindex.get("value", 0)
    return Rule(pattern, regex, group, words_found(pattern.context) if pattern.context else None)


def _compiled(regex: str, owner: str) -> Any:
    try:
        return re2.compile(regex, _options(_RULE_MEMORY))
    except re2.error as error:
        reason = error.args[0] if error.args else b""
        shown = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise InvalidSetting(f"screening: the regex of {owner} is not valid RE2: {shown}") from None


def _options(memory: int) -> Any:
    options = re2.Options()
    options.max_mem = memory
    options.log_errors = False  # it would print the expression to stderr
    return options
