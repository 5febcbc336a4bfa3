"""
Text inside base64 and hex, one level deep: of what is decoded, no escape and no spelling is read.

Text shows in both: its bytes are those of UTF-8, and each group of four characters of base64 holds three of them. The
first ones of a blob are asked for that before anything is decoded, which keeps out nearly all identifiers and hashes.

Source: RFC 4648, sections 4, 5 and 8; RFC 3629, section 3.
"""

import binascii
import re
from collections.abc import Iterable, Iterator
from itertools import product

from gateway.screening.normalise.reading import Edit

_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_BYTES = {
    "a": (0x09, 0x0A, 0x0D, *range(0x20, 0x7F)),
    "2": range(0xC2, 0xE0),  # the first of two bytes
    "3": range(0xE0, 0xF0),
    "4": range(0xF0, 0xF5),
    "c": range(0x80, 0xC0),  # one behind the first
}


def _class(values: Iterable[int]) -> str:
    """Return the expression for one character of base64 that stands for one of *values*, in both alphabets."""
    characters = "".join(_DIGITS[value] for value in sorted(values))
    return "[" + characters.replace("+", r"+\-").replace("/", "/_") + "]"


def _group(kinds: str) -> str:
    """
    Return the expression for the group of base64 that holds three bytes of these *kinds*.

    One of its characters is no digit: to a gate all digits are one, and every long number would be text.
    """
    one, two, three = (_BYTES[kind] for kind in kinds)
    values = (
        {first >> 2 for first in one},
        {(first & 3) << 4 | second >> 4 for first, second in product(one, two)},
        {(second & 15) << 2 | third >> 6 for second, third in product(two, three)},
        {last & 63 for last in three},
    )
    numerals = {value for value, digit in enumerate(_DIGITS) if digit.isdigit()}
    shown = []
    for at in range(len(values)):
        parts = [each & numerals for each in values[:at]] + [values[at] - numerals] + list(values[at + 1 :])
        if all(parts):
            shown.append("".join(map(_class, parts)))
    return f"(?:{'|'.join(shown)})"


def _groups(*kinds: str) -> str:
    return f"(?:{'|'.join(map(_group, kinds))})"


_ANY = "[0-9A-Za-z+/_-]"
_ASCII = _groups("aaa")
# Groups that begin between two characters, or behind the first or the second byte of one, and end there, too.
_TO_SECOND = _groups("aa2", "2c2", "a3c", "4cc")
_SECOND = _groups("ca2", "c3c")
_FROM_SECOND = _groups("caa", "c2c")
_TO_THIRD = _groups("aa3", "2c3", "a4c")
_THIRD = _groups("cc3")
_FROM_THIRD = _groups("cca")
_SECOND_TO_THIRD = _groups("ca3")
_BACK = f"{_THIRD}{{0,2}}{_FROM_THIRD}"
_TEXT = "|".join(
    (
        _groups("aaa", "a2c", "2ca", "3cc"),
        f"{_TO_SECOND}{_SECOND}{{0,2}}(?:{_FROM_SECOND}|{_SECOND_TO_THIRD}{_BACK})",
        f"{_TO_THIRD}{_BACK}",
    )
)
_ROW = "|".join(  # letters of a longer word
    (
        f"{_TO_SECOND}(?:{_SECOND}{{3}}|{_SECOND}{{0,2}}{_SECOND_TO_THIRD}{_THIRD}{{2}})",
        f"{_TO_THIRD}{_THIRD}{{3}}",
    )
)
_SHOWN = f"(?:{_ASCII}{{4}}|(?:{_TEXT}){{5}}|(?:{_TEXT}){{0,4}}(?:{_ROW})|{_ASCII}{{3}}(?:{_ANY}{{2}}==|{_ANY}{{3}}=))"
_LINES = r"(?:[0-9A-Za-z+/]{64}\r?\n|[0-9A-Za-z+/]{76}\r?\n)*"

_HEX_DIGIT = "[0-9A-Fa-f]"
_BYTE = f"(?:[2-7]{_HEX_DIGIT}|0[9AaDd])"  # of ASCII
_CONTINUED = f"[89ABab]{_HEX_DIGIT}"
_WITH_A_LETTER = "(?:[2-7][A-Fa-f]|0[AaDd])"
_MIN_BYTES = 8
_MIN_BYTES_OF_DIGITS = 12  #: if no letter is among them: shorter ones are rather numbers
_MIN_CHARACTERS = 16  #: if others than those of ASCII are among them


def _hex_gate(between: str) -> str:
    """Return the expression for the beginning of a blob whose bytes have *between* between them."""
    following = rf"{between}{_BYTE}"
    with_a_letter = [
        rf"(?:{_BYTE}{between}){{{at}}}{_WITH_A_LETTER}(?:{following}){{{max(0, _MIN_BYTES - at - 1)}}}"
        for at in range(_MIN_BYTES_OF_DIGITS)
    ]
    return "|".join((*with_a_letter, rf"{_BYTE}(?:{following}){{{_MIN_BYTES_OF_DIGITS - 1}}}"))


def _hex_character(between: str) -> str:
    """Return the expression for a character in UTF-8, with *between* between its bytes."""
    behind = f"(?:{between}{_CONTINUED})"
    longer = (f"[CDcd]{_HEX_DIGIT}{behind}", f"[Ee]{_HEX_DIGIT}{behind}{{2}}", f"[Ff][0-4]{behind}{{3}}")
    return f"(?:{'|'.join((_BYTE, *longer))})"


GATES = (
    rf"(?:^|[^0-9A-Za-z+_-]){_SHOWN}",
    rf"(?:^|[^0-9A-Za-z]|0[xX])(?:{_hex_gate('')}|{_hex_character('')}{{{_MIN_CHARACTERS}}})",
    rf"(?:^|[^0-9A-Za-z])(?:{_hex_gate('[ :]')})",  # a blob may begin at each of its bytes
)

_JWT = r"eyJ[0-9A-Za-z_-]+\.eyJ[0-9A-Za-z_-]+\.[0-9A-Za-z_-]+"  # a secret by itself
_BASE64 = re.compile(
    rf"(?<![0-9A-Za-z+_-])(?:{_JWT}|(?={_ANY}{{14}})(?={_SHOWN})(?P<blob>{_LINES}[0-9A-Za-z+/_-]+={{0,2}}))"
)
_HEX = re.compile(
    rf"(?<![0-9A-Za-z])(?:0[xX])?(?={_HEX_DIGIT}{{16}}|{_HEX_DIGIT}{{2}}[ :])"  # a look, for what it keeps out
    rf"(?P<digits>{_hex_character('')}{{{_MIN_BYTES},}}|"
    rf"{_hex_character('[ :]')}(?:[ :]{_hex_character('[ :]')}){{{_MIN_BYTES - 1},}})(?![0-9A-Za-z])"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")  # in no text, and in most of what is none
_URL_SAFE = str.maketrans("-_", "+/")


def decoded(text: str) -> Iterator[Edit]:
    """Put the text in place of each blob that holds some; in no order."""
    yield from _from_hex(text)
    yield from _from_base64(text)


def _from_base64(text: str) -> Iterator[Edit]:
    for found in _BASE64.finditer(text):
        blob = found["blob"] or ""
        for candidate in (blob, blob.partition("/")[0]):  # the second: it is a step of a path
            digits = "".join(candidate.rstrip("=").split()).translate(_URL_SAFE)
            usable = digits[: len(digits) - (len(digits) % 4 == 1)]
            shown = _as_text(binascii.a2b_base64(usable + "=" * (-len(usable) % 4)))
            if shown:
                yield found.start(), found.start() + len(candidate), shown
                break


def _from_hex(text: str) -> Iterator[Edit]:
    for blob in _HEX.finditer(text):
        digits = blob["digits"].replace(" ", "").replace(":", "")
        shown = "" if digits.isdigit() and len(digits) < 2 * _MIN_BYTES_OF_DIGITS else _as_text(bytes.fromhex(digits))
        if shown:
            yield *blob.span(), shown


def _as_text(data: bytes) -> str:
    """Return *data* as text, or "" if it does not read as one."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return ""
    return text if _CONTROL.search(text) is None else ""
