"""Recognizers that come with a request: expressions and lists of words, compiled to RE2 and kept for a while."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from gateway.errors import InvalidRequest, InvalidSetting
from gateway.screening.patterns import Family, Pattern
from gateway.screening.reach import DEEPEST
from gateway.screening.screener import Screener

_KEPT: Final = 8  #: compiled sets; each may grow to some ten megabytes on texts that are made for it
NOT_RE2: Final = (
    "not an expression that RE2 takes: lookarounds and back-references are none, "
    f"and no more than {DEEPEST - 1} groups may be inside one another"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognizer:
    """What finds one entity type."""

    name: str = field(repr=False)
    entity_type: str = field(repr=False)
    patterns: tuple[tuple[str, float], ...] = field(default=(), repr=False)  #: expressions and their scores
    deny_list: tuple[str, ...] = field(default=(), repr=False)  #: words that are found whole, in any case
    deny_list_score: float = 1.0
    context: tuple[str, ...] = field(default=(), repr=False)


class AdHocScreeners:
    """Compiles recognizers, whose entity types are called `entity_type_of`; the same again are not compiled anew."""

    def __init__(self, *, budget_ms: int) -> None:
        self._budget_ms = budget_ms
        self.of = lru_cache(maxsize=_KEPT)(self._compiled)

    def _compiled(self, recognizers: tuple[Recognizer, ...]) -> Screener:
        patterns = [(pattern, field) for at, each in enumerate(recognizers) for pattern, field in _patterns(each, at)]
        try:
            return self._screener(pattern for pattern, _ in patterns)
        except InvalidSetting:
            wrong = next((field for pattern, field in patterns if self._is_wrong(pattern)), "/ad_hoc_recognizers")
        raise InvalidRequest(NOT_RE2, field=wrong)

    def _screener(self, patterns: Iterable[Pattern]) -> Screener:
        return Screener([Family(name="ad hoc", patterns=tuple(patterns))], budget_ms=self._budget_ms)

    def _is_wrong(self, pattern: Pattern) -> bool:
        try:
            self._screener([pattern])
        except InvalidSetting:
            return True
        return False


def _patterns(recognizer: Recognizer, at: int) -> Iterable[tuple[Pattern, str]]:
    """Yield the patterns, each with the pointer to what it was made of."""
    for number, (regex, score) in enumerate(recognizer.patterns):
        field = f"/ad_hoc_recognizers/{at}/patterns/{number}/regex"
        yield _pattern(recognizer, at, f"(?ims:{regex})", score), field  # Presidio's flags
    if recognizer.deny_list:
        words = "|".join(map(re.escape, recognizer.deny_list))
        regex = rf"(?i:(?:\A|[^\pL\pN_])(?P<value>{words})(?:[^\pL\pN_]|\z))"
        yield _pattern(recognizer, at, regex, recognizer.deny_list_score), f"/ad_hoc_recognizers/{at}/deny_list"


def _pattern(recognizer: Recognizer, at: int, regex: str, score: float) -> Pattern:
    return Pattern(name="ad hoc", entity_type=entity_type_of(at), regex=regex, score=score, context=recognizer.context)


def entity_type_of(at: int) -> str:
    """Return what the screener calls the entity type of the recognizer *at* this place: Presidio's may be any name."""
    return f"AD_HOC_{at:02d}"
