"""
The other readings of a text: what somebody wrote so that a search does not see it.

Escapes are decoded first, then characters are read as what they look like; the result is one reading. On top of it, or
of the original, come spelled-out addresses and numbers, and blobs of base64 and hex: one reading each. So a text has
three other readings at most. Their time is linear in its length, and a text without a sign of evasion costs one search
with RE2.
"""

from collections.abc import Callable, Iterator
from enum import Enum, auto

from gateway.screening.expressions import ExpressionSet
from gateway.screening.normalise import blobs, characters, escapes, spellings
from gateway.screening.normalise.reading import Edit, Layer, Reading, in_order

__all__ = ["FAR_GATES", "GATES", "NON_ASCII_GATES", "Reading", "as_meant", "readings"]


class _Sign(Enum):
    """What a text shows of a kind of evasion."""

    UNUSUAL = auto()
    ESCAPED = auto()
    QUOTED = auto()
    ADDRESS = auto()
    NUMBER = auto()
    SPACED = auto()
    BLOB = auto()


_ASCII_SIGNS = {
    _Sign.UNUSUAL: characters.GATES,
    _Sign.ESCAPED: escapes.GATES,
    _Sign.QUOTED: escapes.QUOTED_GATES,
    _Sign.ADDRESS: spellings.ADDRESS_GATES,
    _Sign.NUMBER: spellings.NUMBER_GATES,
    _Sign.SPACED: spellings.SPACED_GATES,
    _Sign.BLOB: blobs.GATES,
}
_SPELLINGS: dict[_Sign, Callable[[str], Iterator[Edit]]] = {
    _Sign.ADDRESS: spellings.addresses,
    _Sign.NUMBER: spellings.numbers,
    _Sign.SPACED: spellings.spaced,
}
_LEVELS = 2  #: of escapes: `%2540` is an `@`

#: RE2 over UTF-8: an ASCII text that none of them matches has no other reading.
GATES: tuple[str, ...] = tuple(gate for gates in _ASCII_SIGNS.values() for gate in gates)
#: Those of them that speak for all of a text: how it is encoded is said once, at its beginning.
FAR_GATES: tuple[str, ...] = escapes.QUOTED_GATES
#: A text that none of these and none of `GATES` matches has no other reading, whatever its characters.
NON_ASCII_GATES: tuple[str, ...] = characters.SIGNS


def readings(text: str) -> Iterator[Reading]:
    """Yield the readings of *text* other than itself; an ordinary text has none."""
    original, layers = text, list[Layer]()
    signs = _signs(text)
    for _ in range(_LEVELS):
        if _Sign.ESCAPED in signs:
            text = _read(text, escapes.unescaped, layers)
            signs = _signs(text)
    if _Sign.QUOTED in signs:
        text = _read(text, escapes.unquoted, layers)
        signs = _signs(text)
    if _Sign.UNUSUAL in signs:
        text = _read(characters.one_to_one(text), characters.resized, layers)
        text = _read(characters.latin(text), characters.unmarked, layers)
        text = characters.separated(text)
        signs = _signs(text)
    if text != original:
        yield Reading(text, tuple(layers))
    spelled = [edit for sign, find in _SPELLINGS.items() if sign in signs for edit in find(text)]
    if spelled:
        layer = Layer(text, in_order(spelled))
        yield Reading(layer.text, (*layers, layer))
    decoded = in_order(blobs.decoded(text)) if _Sign.BLOB in signs else []
    if decoded:
        layer = Layer(text, decoded)
        yield Reading(layer.text, (*layers, layer))


def as_meant(name: str) -> str:
    """Return the first other reading of *name*, which is a key's, or the name itself if it has none."""
    if name.isascii() and "%" not in name and "&" not in name and "\\" not in name:
        return name
    composed = characters.normalised("NFC", name)  # names that we know are: an accent of its own would be taken off
    return next((reading.text for reading in readings(composed)), composed)


def _read(text: str, rewrite: Callable[[str], Iterator[Edit]], layers: list[Layer]) -> str:
    """Return *text* as *rewrite* reads it, and add the layer to *layers* if that is different."""
    edits = list(rewrite(text))
    if not edits:
        return text
    layers.append(Layer(text, edits))
    return layers[-1].text


def _signs(text: str) -> frozenset[_Sign]:
    hits = _SEARCH.hits(text.encode("utf-8", "surrogatepass"))
    if not hits:  # RE2 could not tell
        return frozenset(_Sign)
    return frozenset(_SIGN_OF[hit] for hit in hits if hit in _SIGN_OF)


_SEARCH = ExpressionSet()
_SIGN_OF = {_SEARCH.add(gate, "a sign"): sign for sign, gates in _ASCII_SIGNS.items() for gate in gates}
_SIGN_OF |= {_SEARCH.add(gate, "a sign"): _Sign.UNUSUAL for gate in NON_ASCII_GATES}
_SEARCH.compile()
