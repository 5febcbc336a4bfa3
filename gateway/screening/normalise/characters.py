"""
Characters that look like ASCII and are not, and those that nobody sees.

Letters of another alphabet are read as Latin ones only in a word that has Latin letters too, that touches an `@`, or
that ends with a long number: a Russian or Greek word keeps its own letters.

Source: Unicode 15, DerivedCoreProperties (Default_Ignorable_Code_Point), chapter 22.3 (digits), UAX #15 (NFKC,
Stream-Safe Text Format), UTS #39 (confusables).
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Literal

from gateway.screening.normalise.lookalikes import LOOKALIKES
from gateway.screening.normalise.reading import Edit

_CONTROLS = r"\x00-\x08\x0e-\x1a\x1c-\x1f\x7f"  # all but white space and ESC, which colours the lines of logs
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_SELECTORS = "\ufe00-\ufe0f"  # they choose between emoji and text
_DASHES = "\u058a\u05be\u1806\u2010-\u2015\u2043\u2212\u2e3a\u2e3b\u301c\u3030\ufe31\ufe32\ufe58\ufe63\uff0d"
_LONG_VOWELS = "\u30fc\uff70"  # Japanese: a dash between digits, a letter elsewhere
_SPACES = "\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u2800\u3000"
_STOPS = "\u3002\uff0e\uff61\u2024\ufe52"
_ATS = "\uff20\ufe6b"
_MARKS_OF_WIDTH = "\ufe50-\ufe6b\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
# Letters and digits that NFKC turns into ASCII:
_RAISED = "\u00aa\u00b2\u00b3\u00b9\u00ba\u02b0-\u02b8\u02e1-\u02e3\u1d2c-\u1d6a\u1d78\u1d9b-\u1dbf\u2070-\u209c"
_WIDE = "\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\U0001d400-\U0001d7ff"  # mathematical ones, too
_ENCLOSED = (  # in circles and squares, Roman numerals, units, ligatures
    "\u2100-\u214f\u2160-\u217f\u2460-\u24ff\u2776-\u2793\u3250\u3371-\u33df\ufb00-\ufb06\U0001f100-\U0001f189"
)
_COMPATIBLE = f"{_RAISED}{_WIDE}{_ENCLOSED}"
_ALIKE = "".join(LOOKALIKES.values())
_NUMERALS = {"0": LOOKALIKES["O"] + LOOKALIKES["o"], "1": LOOKALIKES["I"] + LOOKALIKES["l"]}  # between digits
_ALIKE_DIGITS = "".join(letters for shown, letters in LOOKALIKES.items() if shown.isdigit())
_ALIKE_NUMERALS = "".join(_NUMERALS.values())

_MARKABLE = r" -\"$-)+-~"  # ASCII but `#` and `*`, whose keycaps are ordinary emoji
_SEEN = r"[!-~\p{Latin}\p{Greek}\p{Cyrillic}]"
_GAP = f"[ (]?[{_DASHES}{_LONG_VOWELS}{_SPACES}][ (]?"

GATES = (rf"[{_CONTROLS}][!-~]",)

#: RE2, for texts that are not ASCII. Each asks for more than the character itself: dashes, no-break spaces, emoji
#: and full-width punctuation are ordinary, and matter only between digits or beside an address.
SIGNS = (
    rf"{_SEEN}[ {_SPACES}]?[{_INVISIBLE}]+[ {_SPACES}]?{_SEEN}",
    rf"[{_MARKABLE}][{_INVISIBLE}]*[^\PM{_SELECTORS}]",
    r"(?:[^\P{Nd}0-9][^\pL\pN\n]{0,2}){6}|[0-9][^\P{Nd}0-9]|[^\P{Nd}0-9][0-9]",
    rf"(?:[{_WIDE}{_ENCLOSED}][ .{_INVISIBLE}-]{{0,2}}){{2}}|[{_RAISED}]{{3}}",
    rf"[0-9A-Za-z.@][{_WIDE}]|[{_WIDE}][0-9A-Za-z.@]",
    rf"[0-9A-Za-z@][{_COMPATIBLE}][0-9A-Za-z@]|@[{_COMPATIBLE}]|[{_COMPATIBLE}]@",
    rf"[{_ATS}]|[0-9A-Za-z{_COMPATIBLE}][{_STOPS}][0-9A-Za-z{_COMPATIBLE}]",
    rf"[0-9]{_GAP}[0-9]{{1,5}}(?:{_GAP}|[ ().-]{{1,2}})[0-9]",
    rf"[0-9][ ().-]{{1,2}}[0-9]{{1,5}}{_GAP}[0-9]",
    rf"[0-9]{{4}}{_GAP}[0-9]{{4}}[0-9]",
    r"(?:[0-9]{1,6}[^\x00-\x7f\pL\pN]{1,3}){2}[0-9]{2}",
    rf"[{_SPACES}][:=@]|[:=@][{_SPACES}]",
    rf"[A-Za-z@][{_ALIKE}]|[{_ALIKE}][A-Za-z@]|[0-9][{_ALIKE_DIGITS}][0-9]|[{_ALIKE}][0-9]{{5}}|[0-9][{_ALIKE_NUMERALS}]{{1,3}}[0-9]",
)


def normalised(form: Literal["NFC", "NFKC"], text: str) -> str:
    """
    Return *text* in a Unicode normalisation form, with a joiner that nobody sees in long runs of marks.

    Marks are sorted in a time that grows with the square of their run, and nothing can interrupt that.
    """
    return text if text.isascii() else unicodedata.normalize(form, _RUN_OF_MARKS.sub("\\g<0>\u034f", text))


def one_to_one(text: str) -> str:
    """Turn digits, letters, dashes and spaces that have a counterpart of one ASCII character into it."""
    return _FOLDABLE.sub(lambda run: run[0].translate(_SINGLES), text)


def resized(text: str) -> Iterator[Edit]:
    """Drop what nobody sees, and spell out what stands for several ASCII characters."""
    for run in _RESIZABLE.finditer(text):
        if run["unseen"]:
            yield *run.span(), ""
            continue
        spelled = _LONGER[run[0]]
        if spelled:
            yield *run.span(), spelled


def without_unseen(text: str) -> str:
    """Drop what nobody sees."""
    return text if text.isascii() and text.isprintable() else _ALL_UNSEEN.sub("", text)


def latin(text: str) -> str:
    """Turn the letters of other alphabets that stand among Latin ones, or digits, into those that they look like."""
    text = _AMONG_DIGITS.sub(lambda run: run[0].translate(_NUMERAL_LETTERS), text)
    return _MIXABLE.sub(lambda word: word[0].translate(_LETTERS) if _MIXED.search(word[0]) else word[0], text)


def unmarked(text: str) -> Iterator[Edit]:
    """Take combining marks off ASCII: accents, and the strokes and lines that are put upon a whole text."""
    for run in _MARKED.finditer(text):
        marked = run[0]
        end = 1
        while end < len(marked) and unicodedata.category(marked[end])[0] == "M":
            end += 1
        if end > 1:
            yield run.start(), run.start() + end, marked[0]


def separated(text: str) -> str:
    """Put a dash in place of any other mark or picture between two digits."""
    return _BETWEEN_DIGITS.sub("-", text)


_RUN_OF_MARKS = re.compile(r"(?:[^\w\x00-\x7f]|[\uff9e\uff9f]){30}")  # half-width voice marks count as letters
_BETWEEN_DIGITS = re.compile(rf"(?<=[0-9])(?:[^\w\x00-\x7f]|[{_LONG_VOWELS}])(?=[0-9])")
_UNSEEN = f"{_CONTROLS}{_INVISIBLE}"
_FOLDABLE = re.compile(rf"(?:[{_DASHES}{_SPACES}{_STOPS}{_ATS}{_MARKS_OF_WIDTH}{_COMPATIBLE}]|[^\D0-9])+")
_ALL_UNSEEN = re.compile(f"[{_UNSEEN}]+")
_RESIZABLE = re.compile(f"(?P<unseen>[{_UNSEEN}]+)|[{_COMPATIBLE}\u2025\u2026\u203c\u2047-\u2049]")
_MARKED = re.compile(r"[\t\n\r -~][^\w\x00-\x7f]+")
_WORD = rf"0-9A-Za-z@{_ALIKE}\u0300-\u036f"
_MIXABLE = re.compile(rf"(?<![{_WORD}])[0-9A-Za-z@]*+[{_ALIKE}][{_WORD}]*+")
_MIXED = re.compile(rf"[A-Za-z@]|[0-9][{_ALIKE_DIGITS}][0-9]|[0-9]{{5}}")
_AMONG_DIGITS = re.compile(f"(?<=[0-9])[{_ALIKE_NUMERALS}]{{1,3}}(?=[0-9])")
_NUMERAL_LETTERS = {ord(letter): shown for shown, letters in _NUMERALS.items() for letter in letters}
_LETTERS = {ord(letter): shown for shown, letters in LOOKALIKES.items() for letter in letters}
_DASH = re.compile(f"[{_DASHES}]")


class _Singles(dict[int, str]):
    """What single character each foldable one is read as, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _folded(chr(code))
        return folded


def _folded(character: str) -> str:
    if _DASH.match(character) is not None:
        return "-"
    if character in "\u3002\uff61":  # ideographic full stops
        return "."
    if character.isspace() or character == "\u2800":  # the Braille pattern without a dot
        return " "
    digit = unicodedata.digit(character, None)
    compatible = unicodedata.normalize("NFKC", character) if digit is None else str(digit)
    return compatible if compatible.isascii() and len(compatible) == 1 else character


class _Longer(dict[str, str]):
    """What a character is short for, worked out when it is first met; "" if that is not ASCII."""

    def __missing__(self, character: str) -> str:
        spelled = unicodedata.normalize("NFKC", character)
        self[character] = spelled if spelled.isascii() else ""
        return self[character]


_SINGLES, _LONGER = _Singles(), _Longer()
