"""
Text inside base64 and hex, one level deep.

Text in base64 shows: each group of four characters holds three bytes, and bytes of ASCII text leave their mark on the
first three of the four. That one test keeps out nearly all identifiers and hashes before anything is decoded.

Source: RFC 4648, sections 4, 5 and 8.
"""

import binascii
import re
from collections.abc import Iterator

from gateway.screening.normalise.reading import Edit

_GROUP = "(?:[CDI-Za-f][AC-HQS-Xgi-nwy-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589][0-9A-Za-z+/_-])"
_BYTE = "(?:[2-7][0-9A-Fa-f]|0[9AaDd])"
_LINES = r"(?:[0-9A-Za-z+/]{64}\r?\n|[0-9A-Za-z+/]{76}\r?\n)*"

_WITH_A_LETTER = "(?:[2-7][A-Fa-f]|0[AaDd])"
_MIN_BYTES = 8
_MIN_BYTES_OF_DIGITS = 12  #: if no letter is among them: shorter ones are rather numbers


def _hex_gate(between: str) -> str:
    """Return the expression for the beginning of a blob whose bytes have *between* between them."""
    following = rf"{between}{_BYTE}"
    with_a_letter = [
        rf"(?:{_BYTE}{between}){{{at}}}{_WITH_A_LETTER}(?:{following}){{{max(0, _MIN_BYTES - at - 1)}}}"
        for at in range(_MIN_BYTES_OF_DIGITS)
    ]
    return "|".join((*with_a_letter, rf"{_BYTE}(?:{following}){{{_MIN_BYTES_OF_DIGITS - 1}}}"))


GATES = (
    rf"(?:^|[^0-9A-Za-z+_-]){_GROUP}{{4}}",
    rf"(?:^|[^0-9A-Za-z]|0[xX])(?:{_hex_gate('')})",
    rf"(?:^|[^0-9A-Za-z])(?:{_hex_gate('[ :]')})",
)

_JWT = r"eyJ[0-9A-Za-z_-]+\.eyJ[0-9A-Za-z_-]+\.[0-9A-Za-z_-]+"  # a secret by itself
_BASE64 = re.compile(rf"(?<![0-9A-Za-z+_-])(?:{_JWT}|(?={_GROUP}{{4}})(?P<blob>{_LINES}[0-9A-Za-z+/_-]+={{0,2}}))")
_HEX = re.compile(
    rf"(?<![0-9A-Za-z])(?:0[xX])?(?P<digits>{_BYTE}{{{_MIN_BYTES},}}|{_BYTE}(?:[ :]{_BYTE}){{{_MIN_BYTES - 1},}})"
    "(?![0-9A-Za-z])"
)
_URL_SAFE = str.maketrans("-_", "+/")
_MIN_ASCII = 0.8  #: share of the characters


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
    if not "".join(text.split()).isprintable() or sum(map(str.isascii, text)) < _MIN_ASCII * len(text):
        return ""
    return text
