"""
What stands where a finding stood, and how it is told from text that somebody wrote.

A redacted text is screened again: as a service's answer, as a task's result, when somebody sends it on. So a hash and
a token are written in sixteen consonants, which make no number and spell no word. A candidate inside such a form can
hold nothing that anybody could read, and is none; see docs/decisions/0004-what-stands-in-for-a-finding.md.
"""

import re
from collections.abc import Collection, Iterable
from typing import Final

from gateway.screening.overlaps import Found
from gateway.screening.patterns import ENTITY_TYPE

_DIGITS: Final = "0123456789abcdef"
_LETTERS: Final = "bcdfghjklmnpqrst"
_TO_LETTERS: Final = str.maketrans(_DIGITS, _LETTERS)
_TO_DIGITS: Final = str.maketrans(_LETTERS, _DIGITS)
HASH_BYTES: Final = 8
MARK: Final = "tok_"  #: a token begins with it
TOKEN_BYTES: Final = 64  #: of the shortest token

_TYPE: Final = f"<(?P<type>{ENTITY_TYPE})"
TOKEN_BEGINNING: Final = rf"{_TYPE}:{MARK}"
TOKEN: Final = rf"{TOKEN_BEGINNING}(?P<body>[{_LETTERS}]{{{2 * TOKEN_BYTES},}})>"
_STAND_IN: Final = re.compile(
    rf"{_TYPE}(?::(?:[{_LETTERS}]{{{2 * HASH_BYTES}}}|{MARK}[{_LETTERS}]{{{2 * TOKEN_BYTES},}}))?>"
)
_MASK: Final = "*"
_LONGEST: Final = 16_384  #: characters; a longer token is looked at like any text, and is consonants like a shorter one


def as_letters(data: bytes) -> str:
    """Write *data* in consonants, two a byte."""
    return data.hex().translate(_TO_LETTERS)


def from_letters(letters: str) -> bytes:
    """
    Read what `as_letters` wrote.

    Raises:
        ValueError: a letter is missing.
    """
    return bytes.fromhex(letters.translate(_TO_DIGITS))


def without_stand_ins(found: Iterable[Found], text: str, entity_types: Collection[str]) -> list[Found]:
    """
    Return *found* without what lies in stand-ins; of a candidate that begins in one, the part behind it is left.

    Those that touch count as one: a password around an address left them.

    Args:
        found: in *text*; offsets in code points.
        entity_types: the names that may stand in one: any other is text that somebody wrote.
    """
    ends: dict[int, int] = {}  #: where the row ends that each stand-in begins; its own beginning if it is none
    kept = []
    for each in found:
        start = text.rfind("<", max(0, each.start - _LONGEST), each.start + 1)
        if start >= 0 and start not in ends:
            _note_row(ends, text, start, entity_types)
        outside = _outside(each, text, start, ends.get(start, start))
        if outside is not None:
            kept.append(outside)
    return kept


def _note_row(ends: dict[int, int], text: str, start: int, entity_types: Collection[str]) -> None:
    row = []
    while start not in ends:
        row.append(start)
        stand_in = _STAND_IN.match(text, start)
        if not stand_in or stand_in["type"] not in entity_types:
            break
        start = stand_in.end()
    ends.update(dict.fromkeys(row, ends.get(start, start)))


def _outside(found: Found, text: str, start: int, end: int) -> Found | None:
    """Return what of *found* is not in the stand-in between *start* and *end*."""
    if found.end <= end or not text[found.start : found.end].strip(_MASK):
        return None
    return found._replace(start=end) if start < found.start < end else found
