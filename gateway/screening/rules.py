"""Rules: patterns, ready to run."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import lru_cache
from typing import TypeAlias

from gateway.errors import InvalidSetting
from gateway.screening.context import Words
from gateway.screening.expressions import Expression
from gateway.screening.overlaps import Found
from gateway.screening.patterns import Candidate, Pattern
from gateway.screening.reach import DEEPEST, is_too_deep, reach

REACH = 256  #: bytes: a rule that needs no more to match is searched for in windows
_RAISED_BY = 0.35  #: what a context word adds to a score
_CANDIDATES_A_CHECK = 64  #: how many candidates may pass between two looks at the clock

Clock = Callable[[], None]  #: raises when the time is over
_Place: TypeAlias = tuple[
    int, int, bytes
]  #: where a candidate begins in these bytes, its size, and it with what is beside


class Context(Enum):
    """Whether a pattern's context words are there."""

    ABSENT = auto()  #: nowhere in the window
    POSSIBLE = auto()  #: somewhere in it: near enough or not
    GIVEN = auto()  #: beside the whole text: its key's name is one


@dataclass(slots=True)
class Scan:
    """One text while it is searched."""

    data: bytes = field(repr=False)
    clock: Clock
    found: list[Found] = field(default_factory=list)
    resume: "dict[Rule, int]" = field(default_factory=dict)  #: where rules go on whose match left its window


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A pattern, ready to run."""

    pattern: Pattern
    regex: Expression
    words: Words | None
    words_number: int  #: of the words' expression in the gate
    reach: int  #: bytes that decide about a match, though not where it ends; 0: only the whole text does

    def find(self, scan: Scan, start: int, stop: int, context: Context) -> None:
        """
        Add to what was found the places that fit and pass the check.

        None overlaps another, unless the pattern has `restart` and its check doubts them.

        Args:
            start: where they begin, in bytes; *stop* is behind the last place where they may. They may go on behind it.
        """
        data, search, pattern = scan.data, self.regex.search, self.pattern
        mark, group = pattern.mark, self.regex.group
        position = start
        limit = min(stop + self.reach, len(data))
        if scan.resume and self in scan.resume:
            position = max(position, scan.resume.pop(self))
        seen = 0
        dropped: set[_Place] = set()
        while position < stop:
            if mark:
                marked = data.find(mark, position, limit)
                if marked < 0:
                    return
                position = max(position, data.rfind(b" ", position, marked) + 1)
            spans = search(data, position, limit)
            first, behind = spans[0]
            if not 0 <= first < stop:
                return
            if behind > stop and limit < len(data):
                spans = self.regex.match(data, first, len(data))  # the window may have cut its end off
                behind = spans[0][1]
            counts = spans[group]
            at, end = counts if counts[0] >= 0 else spans[0]  # the group may stand in another alternative
            found = self._judged(data, at, end, context, dropped) if at < end else None
            if found is not None:
                scan.found.append(found)
                behind = found.end
            if pattern.restart and (found is None or found.score < pattern.score):
                behind = first
            position = behind if behind > first else first + 1
            seen += 1
            if seen % _CANDIDATES_A_CHECK == 0:
                scan.clock()
        scan.resume[self] = position

    def _judged(self, data: bytes, start: int, end: int, context: Context, dropped: set[_Place]) -> Found | None:
        pattern = self.pattern
        needs_context = pattern.needs_context
        if needs_context and not self._in_context(data, start, end, context):
            return None
        if dropped and self._place(data, start, end) in dropped:
            return None
        candidate = pattern.check(Candidate(data, start, end, pattern.score))
        if candidate is None:
            if pattern.sees is not None:
                dropped.add(self._place(data, start, end))
            return None
        _, first, behind, score = candidate
        if needs_context or self._in_context(data, start, end, context):
            score = _raised(score)
        return Found(first, behind, score, pattern.entity_type, pattern.provider)

    def _place(self, data: bytes, start: int, end: int) -> _Place:
        """Return all that the check looks at."""
        sees = self.pattern.sees or 0
        first = start - sees if start > sees else 0
        return start - first, end - start, data[first : end + sees]

    def _in_context(self, data: bytes, start: int, end: int, context: Context) -> bool:
        if context is Context.POSSIBLE:
            return self.words is not None and self.words.near(data, start, end)
        return context is Context.GIVEN


def as_rule(pattern: Pattern, words: Words | None = None, words_number: int = -1) -> Rule:
    """
    Compile *pattern*.

    Raises:
        InvalidSetting: its expression is not RE2's syntax, or too deep.
    """
    regex = Expression(pattern.regex, pattern.name)
    if is_too_deep(pattern.regex) or is_too_deep(pattern.gate):
        raise InvalidSetting(
            f"screening: the regex of {pattern.name} has more than {DEEPEST} groups inside one another"
        )
    extent = reach(pattern.regex)
    is_local = extent.size <= REACH and not (extent.is_open and words)  # words may stand behind an end that is far
    return Rule(pattern, regex, words, words_number, int(extent.size) if is_local else 0)


@lru_cache(256)
def _raised(score: float) -> float:
    return round(min(1.0, score + _RAISED_BY), 2)
