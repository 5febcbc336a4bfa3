"""
How a country's number becomes a pattern: its shape, its validator and the words that name it.

The validators are mostly python-stdnum's, whose pages name the source of each form and of its check digits. They
are called on candidates only.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from operator import mul

from gateway.screening.detectors._around import DIGITS, LETTERS_AND_DIGITS, SEES, pairs
from gateway.screening.patterns import Candidate, Check, Pattern, words

Valid = Callable[[str], bool]  #: of stdnum's modules: `is_valid`

_SEPARATOR = r"[ ./-]{0,3}"  #: what people put between the digits
_ELEMENT = re.compile(r"(\\d|\[[^\]]+\]|[A-Z0-9])(?:\{(\d+)(?:,(\d+))?\}|(\?))?")
_ACTED_UPON = 0.5  #: the score from which the shipped policy acts
_GATES = (7, 4)  #: digits in a row that a gate looks for: few gates, which many patterns share
_DIGIT = re.compile(r"\\d|\d|\[[\d-]+\]")
_NO_DIGITS = bytes(set(range(256)) - set(DIGITS))
_ROWS = re.compile("0+")
_NOT_OF_IT = re.compile(r"[^\w&]|_")
_LAST_GROUP = re.compile(r"[^\w&]* [^\w&]*\w+$")
_IN_A_NUMBER, _IN_A_NAME = b"-/.,:_+=", b"-/_@%"
_JOINED_BEFORE = pairs(DIGITS, _IN_A_NUMBER)
_JOINED_BEHIND = pairs(_IN_A_NAME, LETTERS_AND_DIGITS) | pairs(_IN_A_NUMBER, DIGITS)

VAT = words(
    "vat, vat number, vat no, vat id, vatin, tva, btw, btw-nummer, mwst, ust-id, ust-idnr, umsatzsteuer, iva, moms, "
    "alv, mva, pvm, pvn, dph, ddv, pdv, áfa, ддс, φπα"
)


def number(
    entity_type: str,
    valid: Valid,
    shape: str,
    context: tuple[str, ...],
    *,
    checksum: str = "",
    prefix: str = "",
    score: float = 0.5,
    name: str = "",
) -> Pattern:
    r"""
    Return the pattern of a number that counts beside its name only, however its characters are grouped.

    Args:
        valid: judges the characters of *shape*: capitals and digits without anything between them.
        shape: the number without separators, with four digits in a row at least: `\d`, `[A-Z]`, capitals, digits, each
            with `{n}`, `{n,m}` or `?` behind it; forms with `|` between them, the longest first.
        prefix: letters that may stand in front, such as a country's code; they belong to the number.
    """
    before = rf"(?:{prefix}[ :.-]{{0,2}})?" if prefix else ""
    return Pattern(
        name=name or entity_type.lower(),
        entity_type=entity_type,
        gate=_gate(shape),
        regex=rf"(?i)\b{before}(?:{_loose(shape)})\b",
        score=score,
        context=context,
        needs_context=True,
        check=_checked(valid, shape, prefix),
        sees=SEES,
        restart=True,
        checksum=checksum,
    )


def written(
    entity_type: str,
    valid: Valid,
    regex: str,
    context: tuple[str, ...],
    *,
    score: float,
    gate: str = "",
    checksum: str = "",
    name: str = "",
) -> Pattern:
    """
    Return the pattern of a number in the country's own punctuation, which says enough without its name.

    Args:
        valid: judges the match as it stands, in capitals.
        regex: RE2, in any case; nothing that it could go on with may follow.
        score: below what the shipped policy acts on, it counts beside its name only.
    """
    return Pattern(
        name=name or f"{entity_type.lower()} as written",
        entity_type=entity_type,
        gate=gate,
        regex=rf"(?i)\b(?:{regex})",
        score=score,
        context=context,
        needs_context=score < _ACTED_UPON,
        check=_as_written(valid),
        sees=SEES,
        checksum=checksum,
    )


def is_part_of_more(candidate: Candidate) -> bool:
    """Tell whether it is a piece of a longer number, of a phone number, a file name or an address."""
    data, start, end, _ = candidate
    before, behind = data[max(0, start - 2) : start], data[end : end + 2]
    return before in _JOINED_BEFORE or behind in _JOINED_BEHIND or before.endswith(b"+") or behind[:1].isalnum()


def _checked(valid: Valid, shape: str, prefix: str) -> Check:
    whole = re.compile(shape)

    def check(candidate: Candidate) -> Candidate | None:
        if is_part_of_more(candidate):
            return None
        for text in _cuts(candidate.text):
            plain = (text if text.isalnum() else _NOT_OF_IT.sub("", text)).upper().removeprefix(prefix)
            if whole.fullmatch(plain) is None:
                return None
            if len(set(plain)) > 1 and _holds(valid, plain):
                return candidate.shortened(text)
        return None

    return check


def _as_written(valid: Valid) -> Check:
    def check(candidate: Candidate) -> Candidate | None:
        if is_part_of_more(candidate):
            return None
        data, start, end, _ = candidate
        digits = data[start:end].translate(None, _NO_DIGITS)
        if digits and digits == digits[:1] * len(digits):
            return None
        return candidate if _holds(valid, candidate.text.upper()) else None

    return check


def _holds(valid: Valid, text: str) -> bool:
    """Tell whether *text* is valid; a validator that fails, as at a hole in its tables, has not said so."""
    try:
        return valid(text)
    except (LookupError, ValueError):
        return False


def _cuts(text: str) -> Iterator[str]:
    """Yield *text*, and then what is left of it without its last groups: they may be another number."""
    yield text
    while " " in text and (shorter := _LAST_GROUP.sub("", text)) != text:
        yield (text := shorter)


def _loose(shape: str) -> str:
    """Return the expression for *shape* with separators allowed between any two of its characters."""
    return "|".join(map(_loose_form, shape.split("|")))


def _loose_form(form: str) -> str:
    (first, least, most), *others = _elements(form)
    regex = first + _repeated(first, least - 1, most - 1)
    return regex + "".join(_repeated(*each) for each in others)


def _repeated(element: str, least: int, most: int) -> str:
    return rf"(?:{_SEPARATOR}{element}){{{least},{most}}}" if most else ""


def _gate(shape: str) -> str:
    """Return the gate for *shape*: as much of its longest row of digits as other shapes share."""
    longest = min(max(map(len, _ROWS.findall(_kinds(form)))) for form in shape.split("|"))
    return _loose_form(rf"\d{{{next(size for size in _GATES if size <= longest)}}}")


def _kinds(form: str) -> str:
    """Return `0` for each character of *form* that is a digit and has to be there, `-` for the others."""
    return "".join(("0" if _DIGIT.fullmatch(element) else "-") * least for element, least, _ in _elements(form))


def _elements(form: str) -> list[tuple[str, int, int]]:
    """Return what *form* consists of: one character's expression, how often at least, how often at most."""
    return [
        (element, 0 if optional else int(least or 1), int(most or least or 1))
        for element, least, most, optional in _ELEMENT.findall(form)
    ]


def is_no_filler(text: str) -> bool:
    """Tell whether *text* has more than three different characters, as a template like `01000000000` has not."""
    return len(set(text)) > 3  # noqa: PLR2004 -- as said


def weighted_sum(digits: str, weights: Iterable[int]) -> int:
    """Return the sum of the products of *digits* and *weights*, one by one; the shorter of the two ends it."""
    return sum(map(mul, map(int, digits), weights))


def is_date(year: str, month: str, day: str) -> bool:
    """Tell whether there is such a day; a year of two digits is one of the 2000s, and leap years fit both centuries."""
    try:
        date(int(year) if len(year) > 2 else 2000 + int(year), int(month), int(day))  # noqa: PLR2004 -- 85, 1985
    except ValueError:
        return False
    return True
