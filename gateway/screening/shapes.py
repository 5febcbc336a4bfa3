"""
The shape of a text: each digit other than 0 is a 1 in it.

A gate that counts digits is in another state behind each number that it reads, so its automaton grows with every text.
Numbers of one shape are one to it. The 0 stays: too many forms begin with one.
"""

from functools import lru_cache
from typing import Final

from gateway.errors import InvalidSetting
from gateway.screening.expressions import Expression
from gateway.screening.reach import TOKEN

_DIGITS: Final = "123456789"
_ANY: Final = "1"  #: what stands for each of them
SHAPE: Final = bytes.maketrans(_DIGITS.encode(), _ANY.encode() * len(_DIGITS))  #: for `bytes.translate`
_LITERAL_SHAPE: Final = str.maketrans(dict.fromkeys(_DIGITS, _ANY))


def shaped(regex: str) -> str:
    """Return an expression (RE2) that matches in the shape of each text in which *regex* matches."""
    return TOKEN.sub(lambda token: _widened(token.lastgroup, token[0]), regex)


@lru_cache(1024)
def _widened(kind: str | None, text: str) -> str:
    if kind == "literal":
        return text.translate(_LITERAL_SHAPE)
    if kind not in ("set", "escape", "character") or _is_wide(text):
        return text
    return f"(?:{text}|{_ANY})"


def _is_wide(text: str) -> bool:
    """Tell whether the expression *text*, for one character, takes a 1 if it takes any digit other than 0."""
    try:
        takes = Expression(rf"\A(?:{text})\z", "one character").found_in
    except InvalidSetting:  # so is the whole, whose owner is told when it is compiled
        return False
    return takes(_ANY.encode()) or not any(takes(digit.encode()) for digit in _DIGITS)
