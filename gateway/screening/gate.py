"""
The gate: which rules can match at all, and where.

A text that no pattern can match, which is nearly every text, is done with after one pass of one automaton. A longer
text passes in windows, and a rule is searched for only in those in which its gate opened, so the cost of a finding
does not grow with the text around it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from gateway.screening.context import BEFORE, BEHIND, Words
from gateway.screening.expressions import ExpressionSet, SetFailed
from gateway.screening.patterns import Pattern
from gateway.screening.reach import Extent, needle, reach
from gateway.screening.rules import REACH, Context, Rule, as_rule
from gateway.screening.shapes import SHAPE, shaped

_STEP = 4096  #: bytes from window to window
_ONE_WINDOW = 4608  #: bytes: a text that is no longer is not cut
_BORDER = 8  #: bytes beside a match that `\b` and the borders of context words look at
_BACK = BEFORE + _BORDER  #: bytes before a window that may decide about a match in it
_AHEAD = REACH + BEHIND + _BORDER  #: bytes behind it that may
_NO_WORDS = -1
_NO_LISTS: frozenset[int] = frozenset()
_NO_HITS: Sequence[int] = (0,)  #: of gates that were not asked
_ZERO, _ONE = b"01"  #: the digits in the shape of a text
_RUN = 16  #: characters without a space in a text that may hold a token of the kinds that are asked for only then
_AS_RUNS = bytes(ord(" ") if byte <= ord(" ") else ord("a") for byte in range(256))
_A_RUN = b"a" * _RUN
_OPENINGS_KEPT = 4096  #: they hold numbers of expressions, nothing of a text

#: Where matches may begin, in bytes, the rules that may match, and whether there is a sign of another reading.
Work: TypeAlias = tuple[int, int, "Lets", bool]
Lets: TypeAlias = Sequence[tuple[Rule, Context]]


class _Opening(NamedTuple):
    """What some gates open to."""

    rules: Lets
    local: Lets  #: those of them that a window decides about
    wide: tuple[Rule, ...]  #: the others, whatever the words in a window
    has_signs: bool
    has_far_signs: bool  #: that speak for all of the text


class _Behind:
    """The rules behind one gate: hundreds share one, and most of them need a word that is not there."""

    def __init__(self) -> None:
        self.free: list[Rule] = []  #: those that match without a context word, too
        self.bound: dict[int, list[Rule]] = {}  #: the others, by the number of their words
        self.wide: list[Rule] = []  #: those of all that a window does not decide about

    def add(self, rule: Rule) -> None:
        if rule.pattern.needs_context:
            self.bound.setdefault(rule.words_number, []).append(rule)
        else:
            self.free.append(rule)
        if not rule.reach:
            self.wide.append(rule)

    def let_in(self, words: frozenset[int]) -> Iterator[Rule]:
        """Yield those that may match where there may be these words."""
        yield from self.free
        for number in self.bound.keys() & words:
            yield from self.bound[number]


class _Gates:
    """Gates that are asked together. One automaton for all of them would be slower than those that are needed."""

    def __init__(self) -> None:
        self._behind: dict[int, _Behind] = defaultdict(_Behind)  #: by the number of their gate
        self.signs: set[int] = set()
        self.far_signs: set[int] = set()  #: those of them that speak for all of a text
        self._expressions = ExpressionSet()
        self.hits = self._expressions.hits

    def add(self, rule: Rule, gate: str) -> None:
        self._behind[self._expressions.add(shaped(gate), rule.pattern.name)].add(rule)

    def add_sign(self, sign: str, *, is_far: bool) -> None:
        number = self._expressions.add(shaped(sign), "a sign")
        self.signs.add(number)
        if is_far:
            self.far_signs.add(number)

    def compile(self) -> None:
        self._expressions.compile()

    def behind(self, hits: Sequence[int]) -> Iterator[_Behind]:
        return (self._behind[hit] for hit in hits if hit in self._behind)


class Gate:
    """All rules, and which of them a text lets in."""

    def __init__(self, patterns: Sequence[Pattern], signs: Sequence[str] = (), far_signs: Collection[str] = ()) -> None:
        """
        Compile *patterns*.

        Args:
            signs: expressions (RE2) that show that a text has other readings. One that may be longer than what a window
                sees is looked for outside of ASCII only.
            far_signs: those of *signs* that speak for all of a text, wherever they stand in it.
        Raises:
            InvalidSetting: an expression is not RE2's syntax, or they are too large together.
        """
        self._plain = _Gates()
        self._tokens = _Gates()  #: of rules for which a text needs a long run without a space
        self._numbers = _Gates()  #: of those for which it needs digits
        self._words = ExpressionSet()
        self._lists: dict[tuple[str, ...], tuple[Words, int]] = {}
        self.rules = [self._add(pattern) for pattern in patterns]
        self._long_signs = ExpressionSet()  #: those that may be longer than what a window sees
        for sign in signs:
            extent = reach(sign)
            self._gates(extent).add_sign(sign, is_far=sign in far_signs)
            if extent.size > REACH:
                self._long_signs.add(shaped(sign), "a sign")
        self._long_signs.compile()
        self._words_of = {number: words for words, number in self._lists.values()}
        for each in (self._plain, self._tokens, self._numbers):
            each.compile()
        self._words.compile()
        self._opening = lru_cache(_OPENINGS_KEPT)(self._open)

    def is_context(self, words: bytes) -> bool:
        """Tell whether *words*, which a key's name is made of, are context for some rule."""
        return bool(self._in_key(words))

    def windows(self, data: bytes, key: bytes) -> Iterable[Work]:
        """
        Return what to search for in *data* and where, in the order of the text; at last what needs the whole of it.

        Args:
            key: the words of the name of the key that *data* stands under; they are context for it.
        Raises:
            SetFailed: RE2 could not tell.
        """
        if len(data) > _ONE_WINDOW:
            return self._many_windows(data, key)
        given = self._in_key(key) if key else _NO_LISTS
        opening = self._opened(data, given)
        return () if opening is None else ((0, len(data), opening.rules, opening.has_signs),)

    def _many_windows(self, data: bytes, key: bytes) -> Iterator[Work]:
        size, given = len(data), self._in_key(key) if key else _NO_LISTS
        wide: set[Rule] = set()
        has_signs = not data.isascii() and len(self._long_signs.matching(data.translate(SHAPE))) > 1
        for start in range(0, size, _STEP):
            opening = self._opened(data[max(0, start - _BACK) : start + _STEP + _AHEAD], given)
            if opening is not None:
                yield start, min(start + _STEP, size), opening.local, opening.has_signs
                wide.update(opening.wide)
                has_signs |= opening.has_far_signs
        yield 0, size, _let_in(wide, None, given), has_signs

    def _opened(self, part: bytes, given: frozenset[int]) -> _Opening | None:
        """Return what *part* opens, None if that is nothing."""
        shown = part.translate(SHAPE)
        plain = self._plain.hits(shown)
        tokens = numbers = _NO_HITS
        if shown.translate(_AS_RUNS).find(_A_RUN) >= 0:
            tokens = self._tokens.hits(shown)
        if _ONE in shown or _ZERO in shown:
            numbers = self._numbers.hits(shown)
        if len(plain) == len(tokens) == len(numbers) == 1:
            return None
        words = self._words.hits(shown)
        opening = self._opening(tuple(plain), tuple(tokens), tuple(numbers), tuple(words), given)
        return opening if opening.rules or opening.wide or opening.has_signs else None

    def _open(
        self,
        plain: tuple[int, ...],
        tokens: tuple[int, ...],
        numbers: tuple[int, ...],
        words: tuple[int, ...],
        given: frozenset[int],
    ) -> _Opening:
        if not (plain and tokens and numbers and words):
            raise SetFailed
        hits = ((self._plain, plain), (self._tokens, tokens), (self._numbers, numbers))
        opened = [behind for gates, hit in hits for behind in gates.behind(hit)]
        there = given.union(words)
        let_in = _let_in((rule for each in opened for rule in each.let_in(there)), words, given)
        return _Opening(
            let_in,
            [(rule, context) for rule, context in let_in if rule.reach],
            tuple(rule for each in opened for rule in each.wide),
            any(not gates.signs.isdisjoint(hit) for gates, hit in hits),
            any(not gates.far_signs.isdisjoint(hit) for gates, hit in hits),
        )

    def _in_key(self, key: bytes) -> frozenset[int]:
        """Return the numbers of the lists of words of which *key* holds one."""
        words_of = self._words_of
        hits = (number for number in self._words.matching(key.translate(SHAPE)) if number in words_of)
        return frozenset(number for number in hits if words_of[number].within(key, 0, len(key)))

    def _add(self, pattern: Pattern) -> Rule:
        rule = as_rule(pattern, *self._list(pattern.context, pattern.name))
        gate = pattern.gate or pattern.regex
        if not rule.reach:
            gate = needle(gate, REACH)  # the rest of it may lie in another window
        self._gates(reach(gate)).add(rule, gate)
        return rule

    def _gates(self, extent: Extent) -> _Gates:
        """Return those among which a gate of this *extent* is asked the least."""
        if extent.run.best >= _RUN:
            return self._tokens
        return self._numbers if extent.digits else self._plain

    def _list(self, context: tuple[str, ...], owner: str) -> tuple[Words | None, int]:
        if not context:
            return None, _NO_WORDS
        if context not in self._lists:
            words = Words(context)
            self._lists[context] = words, self._words.add(shaped(words.regex), owner)
        return self._lists[context]


def _let_in(rules: Iterable[Rule], possible: tuple[int, ...] | None, given: frozenset[int]) -> Lets:
    """Return those of *rules* that the *possible* words, None if any is, and those *given* allow to match."""
    let_in: list[tuple[Rule, Context]] = []
    for rule in rules:
        if rule.words_number in given:
            let_in.append((rule, Context.GIVEN))
        elif possible is None or rule.words_number in possible:
            let_in.append((rule, Context.POSSIBLE))
        elif not rule.pattern.needs_context:
            let_in.append((rule, Context.ABSENT))
    return let_in
