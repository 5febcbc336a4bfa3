"""
Characters written as escapes: entities, percent-encoding, backslashes, quoted-printable.

Source: HTML Living Standard, 13.5 (named character references); RFC 3986, 2.1; ECMA-262, 12.9.4 and B.2.1 (`%uXXXX`);
RFC 2045, 6.7.
"""

import re
from collections.abc import Iterator
from html.entities import html5

from gateway.screening.normalise.reading import Edit

_ASCII_NAMES = (  # of what matters to a pattern: not the quotes and brackets of every page
    "commat|period|comma|colon|semi|equals|plus|num|percnt|dollar|excl|sol|bsol|lowbar|UnderBar|hyphen|dash|ndash|"
    "minus|lpar|rpar|Tab|NewLine|nbsp|ensp|emsp|thinsp|hairsp|numsp|puncsp|shy|zwj|zwnj|ZeroWidthSpace|NoBreak|"
    "NonBreakingSpace|lrm|rlm|[A-Za-z](?:fr|opf|scr)"
)
_WITHOUT_SEMICOLON = "nbsp|shy|amp|lt|gt|quot"  # the ones of HTML 4 that are no letters

#: They ask for an escaped letter, digit or one of the marks that addresses and numbers have.
GATES = (
    rf"&(?:amp;)?(?:#[0-9xX]|(?:{_ASCII_NAMES});)|[0-9]&(?:nbsp|shy)",
    r"%(?:25)*(?:2[BbDEe]|3[0-9AaD]|4[0-9A-Ca-cDE-F]|5[0-9AaF]|6[1-9A-C]|7[0-9A]|[2-7][a-f][0-9A-Za-z%])",  # not `%2d`
    r"[0-9]%20[0-9(]|%u00[2-7]",
    r"\\+(?:x|u00|u\{0{0,4}|U000000)[2-7][0-9A-Fa-f]|\\+u(?:00[Aa]|20[0-6]|[Ff][Ff]|06[6Ff]|09)|[A-Za-z@]\\+u0[34]",
)
#: What shows that a text is quoted-printable; an equals sign with two digits alone shows nothing.
QUOTED_GATES = (r"(?i:quoted-printable)|=3D|=40[0-9A-Za-z][0-9A-Za-z.-]*=2E|=C3=[89AB][0-9A-F]|=E2=80=",)

_HEX = "[0-9A-Fa-f]"
_ESCAPE = re.compile(
    rf"&(?:#(?P<decimal>[0-9]{{1,8}});?|#[xX](?P<hex>{_HEX}{{1,8}});?"
    rf"|(?P<name>[A-Za-z][0-9A-Za-z]{{1,31}};|{_WITHOUT_SEMICOLON}))"
    rf"|(?P<percent>(?:%{_HEX}{{2}})+)"
    rf"|\\{{1,4}}u(?P<pair>[Dd][89ABab]{_HEX}{{2}}\\{{1,4}}u[Dd][C-Fc-f]{_HEX}{{2}})"
    rf"|(?:\\{{1,4}}x(?P<byte>{_HEX}{{2}})|\\{{1,4}}u(?P<four>{_HEX}{{4}})|%u(?P<js>{_HEX}{{4}})|\\{{1,4}}U(?P<eight>{_HEX}{{8}})"
    rf"|\\{{1,4}}u\{{(?P<braced>{_HEX}{{1,8}})\}})"
)
_QUOTED = re.compile(r"(?P<quoted>(?:=[0-9A-F]{2})+)|=\r?\n")
_SURROGATES = range(0xD800, 0xE000)
_LAST = 0x10FFFF


def unescaped(text: str) -> Iterator[Edit]:
    """Decode entities, percent-encoding and the escapes of programming languages, one level of them."""
    for escape in _ESCAPE.finditer(text):
        kind = escape.lastgroup or ""
        if kind == "percent":
            yield from _decoded(escape.start(), bytes.fromhex(escape[0].replace("%", "")))
        else:
            character = _character(kind, escape[kind])
            if character:
                yield *escape.span(), character


def unquoted(text: str) -> Iterator[Edit]:
    """Decode quoted-printable, and join the lines that it broke."""
    for escape in _QUOTED.finditer(text):
        if escape["quoted"] is None:
            yield *escape.span(), ""
        else:
            yield from _decoded(escape.start(), bytes.fromhex(escape[0].replace("=", "")))


def _decoded(start: int, data: bytes) -> Iterator[Edit]:
    """Yield the characters of *data*, each byte of which took three characters; no UTF-8 is left as it is."""
    for character in data.decode("utf-8", "surrogateescape"):
        if ord(character) in _SURROGATES:
            start += 3
        else:
            end = start + 3 * len(character.encode())
            yield start, end, character
            start = end


def _character(kind: str, value: str) -> str:
    """Return what an escape stands for; "" for nothing that is a character."""
    if kind == "name":
        return html5.get(value, "")
    if kind == "pair":
        return (chr(int(value[:4], 16)) + chr(int(value[-4:], 16))).encode("utf-16", "surrogatepass").decode("utf-16")
    code = int(value, 10 if kind == "decimal" else 16)
    return "" if code in _SURROGATES or code > _LAST else chr(code)
