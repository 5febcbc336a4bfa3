"""
Characters written as escapes: entities, percent-encoding, backslashes, quoted-printable.

Source: HTML Living Standard, 13.5 (named character references); RFC 3986, 2.1; ECMA-262, 12.9.4 and B.2.1 (`%uXXXX`);
RFC 2045, 6.7.
"""

import re
from collections.abc import Iterator
from html.entities import html5

from gateway.screening.normalise.reading import Edit

_WITHOUT_SEMICOLON = "nbsp|shy|amp|lt|gt|quot"  # the ones of HTML 4 that are no letters
_NAMES = (  # of what stands in addresses and numbers, or is not seen; every page has the others
    "commat|period|colon|equals|plus|num|percnt|dollar|bsol|lowbar|UnderBar|hyphen|dash|shy|zwj|zwnj|"
    "ZeroWidthSpace|NoBreak|lrm|rlm|[A-Za-z](?:fr|opf|scr)"
)
_DECIMAL = (  # no quotes, brackets, slashes: they are escaped everywhere
    "3[5-7]|4[0-689]|5[0-9]|6[13-9]|[78][0-9]|9[0-57-9]|1[01][0-9]|12[0-6]|173|820[3-9]|82[089][0-9]|65[0-9]{3}|1[12][0-9]{4}"
)
_HEXADECIMAL = (
    "2[3-589A-Ea-e]|3[0-9ABab]|[45][0-9A-Fa-f]|6[1-9A-Fa-f]|7[0-9A-Ea-e]|[Aa][Dd]|20(?:0[BCDEFbcdef]|1[01]|[26].)|"
    "[Ff][EFef]..|1[Dd][4-7].."
)
_BETWEEN = "&(?:nbsp|#160|#[xX][Aa]0|[a-z]{1,4}sp|[mn]dash|minus|sol|#47|#[xX]2[Ff]|#820[0-9]|#821[0-3]|#[xX]20[01].);?"

#: They ask for an escaped letter, digit or one of the marks that addresses and numbers have. An entity of other use is
#: seen beside a digit or a separator only.
GATES = (
    rf"&(?:amp;)?(?:(?:{_NAMES});|#0{{0,5}}(?:{_DECIMAL})(?:[^0-9]|$)|#[xX]0{{0,5}}(?:{_HEXADECIMAL})(?:[^0-9A-Fa-f]|$))",
    rf"[0-9:=@]{_BETWEEN}|{_BETWEEN}[:=@]|[0-9]&shy",
    "[A-Za-z@]&#(?:[xX]0?[34]..|9[0-9]{2}|1[0-2][0-9]{2});",  # a Greek or Cyrillic letter
    # `%2d` is a number for printf
    r"%(?:25){0,2}(?:2[BbDEe]|3[0-9AaD]|4[0-9A-Ca-cDE-F]|5[0-9AaF]|6[1-9A-C]|7[0-9A]|[2-7][a-f][0-9A-Za-z%])",
    r"[0-9]%20[0-9(]|%u00[2-7]",
    r"\\(?:x|u00|u\{0{0,4}|U000000)[2-7][0-9A-Fa-f]|\\u(?:00[Aa]|20[0-6]|[Ff][Ff]|06[6Ff]|09)|[A-Za-z@]\\{1,4}u0[34]",
)
#: What shows that a text is quoted-printable; an equals sign with two digits alone shows nothing.
QUOTED_GATES = (r"(?i:quoted-printable)|=3D|=40[0-9A-Za-z][0-9A-Za-z.-]*=2E|=C3=[89AB][0-9A-F]|=E2=80=",)

_HEX = "[0-9A-Fa-f]"
_ESCAPE = re.compile(
    rf"&(?:#(?P<decimal>[0-9]{{1,8}});?|#[xX](?P<hex>{_HEX}{{1,8}});?"
    rf"|(?P<name>[A-Za-z][0-9A-Za-z]{{1,31}};|{_WITHOUT_SEMICOLON}))"
    rf"|(?P<percent>(?:%{_HEX}{{2}})+)"
    rf"|\\{{1,4}}u(?P<pair>[Dd][89ABab]{_HEX}{{2}}\\{{1,4}}u[Dd][C-Fc-f]{_HEX}{{2}})"
    rf"|\\{{1,4}}x(?P<byte>{_HEX}{{2}})|\\{{1,4}}u(?P<four>{_HEX}{{4}})|%u(?P<js>{_HEX}{{4}})"
    rf"|\\{{1,4}}U(?P<eight>{_HEX}{{8}})|\\{{1,4}}u\{{(?P<braced>{_HEX}{{1,8}})\}}"
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
