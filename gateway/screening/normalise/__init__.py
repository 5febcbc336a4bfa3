"""
The other readings of a text: what somebody wrote so that a search does not see it.

Level by level: escapes are decoded, then characters that are not what they look like, and the result is one reading.
On top of it (or of the original) come spelled-out addresses and numbers, and blobs of base64 and hex: one reading each.
So a text has three other readings at most. All of it takes linear time; a text without a sign of evasion costs one
search with RE2.
"""

from collections.abc import Callable, Iterator
from typing import Any

import re2  # type: ignore[import-untyped]  # google-re2 ships no types

from gateway.screening.normalise import blobs, characters, escapes, spellings
from gateway.screening.normalise.reading import Edit, Layer, Reading

__all__ = ["GATES", "Reading", "readings"]

_UNUSUAL, _ESCAPED, _QUOTED, _SPELLED, _BLOB = "unusual", "escaped", "quoted", "spelled", "blob"
_SIGNS = (
    *((sign, _UNUSUAL) for sign in (*characters.GATES, *characters.SIGNS)),
    *((sign, _ESCAPED) for sign in escapes.GATES),
    (escapes.QUOTED_PRINTABLE, _QUOTED),
    *((sign, _SPELLED) for sign in spellings.GATES),
    *((sign, _BLOB) for sign in blobs.GATES),
)
_LEVELS = 2  #: of escapes: `%2540` is an `@`
_MEMORY = 32 << 20  #: bytes for the states of the search

#: RE2 over UTF-8: an ASCII text that none of them matches has no other reading.
GATES: tuple[str, ...] = (
    *characters.GATES,
    *escapes.GATES,
    escapes.QUOTED_PRINTABLE,
    *spellings.GATES,
    *blobs.GATES,
)


def readings(text: str) -> Iterator[Reading]:
    """Yield the readings of *text* other than itself; an ordinary text has none."""
    original, layers = text, []
    signs = _signs(text)
    for _ in range(_LEVELS):
        if _ESCAPED in signs:
            text, signs = _read(text, signs, escapes.unescaped, layers)
    if _QUOTED in signs:
        text, signs = _read(text, signs, escapes.unquoted, layers)
    if _UNUSUAL in signs:
        text = characters.one_to_one(text)
        text, signs = _read(text, signs, characters.resized, layers)
        text = characters.latin(text)
        text, signs = _read(text, signs, characters.unmarked, layers)
        signs = _signs(text)
    if text != original:
        yield Reading(text, tuple(layers))
    for sign, put_together in ((_SPELLED, spellings.written_out), (_BLOB, blobs.decoded)):
        if sign in signs:
            edits = list(put_together(text))
            if edits:
                layer = Layer(text, edits)
                yield Reading(layer.text, (*layers, layer), whole=sign is _BLOB)


def _read(
    text: str, signs: set[str], rewrite: Callable[[str], Iterator[Edit]], layers: list[Layer]
) -> tuple[str, set[str]]:
    """Return *text* as *rewrite* reads it, and its signs; add the layer to *layers* if there is one."""
    edits = list(rewrite(text))
    if not edits:
        return text, signs
    layers.append(Layer(text, edits))
    return layers[-1].text, _signs(layers[-1].text)


def _signs(text: str) -> set[str]:
    """Return what kinds of evasion *text* shows signs of; all of them if RE2 could not tell."""
    hits = _SEARCH.Match(text.encode("utf-8", "surrogatepass"))
    if not hits:
        return {kind for _, kind in _SIGNS}
    return {_SIGNS[hit][1] for hit in hits if hit < len(_SIGNS)}


def _search() -> Any:
    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False  # it would print the expression to stderr
    search = re2.Set.SearchSet(options)
    for sign, _ in _SIGNS:
        search.Add(sign)
    search.Add(r"\z")  # it matches every text: without it in the answer, RE2 has failed
    search.Compile()
    return search


_SEARCH = _search()
