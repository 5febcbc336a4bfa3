"""A text read another way, and where in the original each of its characters stands."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TypeAlias

#: A stretch of a text from one offset to another (exclusive), and what is read in its place. Where both have the same
#: length, each character stands for one; else the whole stretch stands for the whole. Plain tuples: there may be many.
Edit: TypeAlias = tuple[int, int, str]


def in_order(edits: Iterable[Edit]) -> list[Edit]:
    """Return *edits* by place; of two that overlap, the one that begins first."""
    kept: list[Edit] = []
    position = 0
    for edit in sorted(edits):
        if edit[0] >= position:
            kept.append(edit)
            position = edit[1]
    return kept


class Layer:
    """A text after some edits. Where its characters come from is worked out only when somebody asks."""

    __slots__ = ("_edits", "_starts", "text")

    def __init__(self, source: str, edits: Sequence[Edit]) -> None:
        """Apply *edits*, which are in order and do not overlap, to *source*."""
        parts: list[str] = []
        position = 0
        for start, end, text in edits:
            parts += (source[position:start], text)
            position = end
        parts.append(source[position:])
        self.text = "".join(parts)
        self._edits = edits
        self._starts: list[int] = []  # where in `text` each edit begins

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return where in the source the characters from *start* to *end* (exclusive) come from."""
        if not self._starts:
            growth = accumulate((len(text) - (end - start) for start, end, text in self._edits), initial=0)
            self._starts = [edit[0] + grown for edit, grown in zip(self._edits, growth, strict=False)]
        first, _ = self._origin(start)
        return first, (self._origin(end - 1)[1] if end > start else first)

    def _origin(self, position: int) -> tuple[int, int]:
        at = bisect_right(self._starts, position) - 1
        if at < 0:
            return position, position + 1
        start, end, text = self._edits[at]
        inside = position - self._starts[at]
        if inside >= len(text):
            return end + inside - len(text), end + inside - len(text) + 1
        if len(text) == end - start:
            return start + inside, start + inside + 1
        return start, end


@dataclass(frozen=True, slots=True)
class Reading:
    """Another reading of a text: what a reader, a browser or a decoder would make of it."""

    text: str = field(repr=False)  #: may hold what the original hides
    layers: tuple[Layer, ...] = field(repr=False)  #: from the original to `text`

    def place(self, start: int, end: int) -> tuple[int, int]:
        """
        Return where in the original the characters from *start* to *end* come from; all four count code points.

        Included are characters that were dropped between them, and the marks upon the last one.
        """
        for layer in reversed(self.layers):
            start, end = layer.place(start, end)
        return start, end
