"""
RE2 expressions, compiled, and called without the detour through the package's imitation of `re`.

Match objects, clamped offsets and a generator for each call cost more than the search itself in a short text, and the
engine wants offsets alone. `re2._re2`, the binding below all that, has been the same since the package began; the
tests of this module fail if that ever changes.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

import re2  # type: ignore[import-untyped]  # google-re2 ships no types

from gateway.errors import InvalidSetting

_SET_MEMORY = 64 << 20  #: bytes for the states of all patterns together; RE2 begins afresh when they are full
_MEMORY = 16 << 20  #: bytes, for each expression
_binding = re2._re2  # noqa: SLF001 -- see above
_ANYWHERE, _HERE = _binding.RE2.Anchor.UNANCHORED, _binding.RE2.Anchor.ANCHOR_START

#: `(data, start, end)` to the spans of the match and of its groups, (-1, -1) for none. Only what lies from *start* to
#: *end* can match, but `\b` and `^` see the bytes beyond.
Search: TypeAlias = Callable[[bytes, int, int], list[tuple[int, int]]]


class Expression:
    """One compiled expression."""

    __slots__ = ("group", "match", "search")

    def __init__(self, regex: str, owner: str) -> None:
        """
        Compile *regex*.

        Raises:
            InvalidSetting: it is not RE2's syntax; the message names *owner*.
        """
        options = quiet_options(_MEMORY)
        options.never_capture = "(?P<" not in regex  # RE2 is faster where it need not tell the groups
        compiled = _binding.RE2(regex.encode(), options)
        if not compiled.ok():
            reason = compiled.error().decode("utf-8", "replace")
            raise InvalidSetting(f"screening: the regex of {owner} is not valid RE2: {reason}")
        self.search: Search = partial(compiled.Match, _ANYWHERE)
        self.match: Search = partial(compiled.Match, _HERE)
        self.group = dict(compiled.NamedCapturingGroups()).get(b"value", 0)  #: what of a match counts; 0 is all of it

    def found_in(self, data: bytes) -> bool:
        """Tell whether *data* holds a match."""
        return self.search(data, 0, len(data))[0][0] >= 0


class SetFailed(Exception):
    """RE2 ran out of memory, so it is not known what the text holds."""


class ExpressionSet:
    """Many expressions in one automaton: which of them match at all is known after one pass."""

    def __init__(self) -> None:
        self._set = _binding.Set(_ANYWHERE, quiet_options(_SET_MEMORY))
        #: The numbers of the expressions that match and one of no expression, in any order; none: RE2 could not tell.
        self.hits: Callable[[bytes], list[int]] = self._set.Match
        self._numbers: dict[str, int] = {}
        self.add(r"\z", "the set")  # it matches every text: without it in the answer, RE2 has failed

    def add(self, regex: str, owner: str) -> int:
        """
        Return the number of *regex*, which is the same if it is there already.

        Raises:
            InvalidSetting: it is too large for RE2, or not its syntax; the message names *owner*.
        """
        if regex not in self._numbers:
            number = self._set.Add(regex.encode())
            if number < 0:
                raise InvalidSetting(f"screening: the regex of {owner} is too large for RE2")
            self._numbers[regex] = number
        return self._numbers[regex]

    def compile(self) -> None:
        """
        Make it ready; nothing can be added afterwards.

        Raises:
            InvalidSetting: the expressions are too large together.
        """
        if not self._set.Compile():
            raise InvalidSetting("screening: the patterns are too large together")

    def matching(self, data: bytes) -> list[int]:
        """
        Return the numbers of the expressions that match in *data*, in any order, and one of no expression.

        Raises:
            SetFailed: RE2 could not tell.
        """
        numbers = self.hits(data)
        if not numbers:
            raise SetFailed
        return numbers


def quiet_options(memory: int = 8 << 20) -> Any:
    """Return the options of an expression whose compiled form and states take up to *memory* bytes."""
    options = re2.Options()
    options.max_mem = memory
    options.log_errors = False  # it would print the expression to stderr
    return options
