"""
Payment card numbers.

Source: ISO/IEC 7812-1 (numbers of up to 19 digits, the check digit of Annex B), ISO/IEC 7813 (tracks 1 and 2), the
networks' published ranges.
"""

import re
from typing import NamedTuple

from gateway.screening.checksums import luhn_valid
from gateway.screening.detectors._around import DIGITS, LETTERS_AND_DIGITS, pairs, without_marks
from gateway.screening.patterns import Candidate, Family, KeyedValue, Pattern, words


class _Range(NamedTuple):
    first: str
    last: str
    lengths: tuple[int, ...]


_RANGES = (
    _Range("4", "4", (13, 16, 19)),  # Visa
    _Range("51", "55", (16,)),  # Mastercard
    _Range("2221", "2720", (16,)),
    _Range("34", "34", (15,)),  # American Express
    _Range("37", "37", (15,)),
    _Range("300", "305", (14,)),  # Diners Club
    _Range("36", "36", (14,)),
    _Range("38", "39", (14, 16)),
    _Range("6011", "6011", (16, 19)),  # Discover
    _Range("644", "659", (16, 19)),
    _Range("3528", "3589", (16, 19)),  # JCB
    _Range("2131", "2131", (15,)),
    _Range("1800", "1800", (15,)),
    _Range("62", "62", (16, 17, 18, 19)),  # UnionPay
    _Range("5018", "5018", (12, 13, 14, 15, 16, 17, 18, 19)),  # Maestro
    _Range("5020", "5020", (12, 13, 14, 15, 16, 17, 18, 19)),
    _Range("5038", "5038", (12, 13, 14, 15, 16, 17, 18, 19)),
    _Range("5893", "5893", (12, 13, 14, 15, 16, 17, 18, 19)),
    _Range("6304", "6304", (12, 13, 14, 15, 16, 17, 18, 19)),
    _Range("6759", "6763", (12, 13, 14, 15, 16, 17, 18, 19)),
)
_PREFIX = 4


def _lengths() -> dict[bytes, tuple[int, ...]]:
    """Return how long the numbers may be that begin with these digits."""
    lengths: dict[bytes, tuple[int, ...]] = {}
    for each in _RANGES:
        for prefix in range(int(each.first.ljust(_PREFIX, "0")), int(each.last.ljust(_PREFIX, "9")) + 1):
            lengths[b"%04d" % prefix] = each.lengths
    return lengths


_LENGTHS = _lengths()
_USUAL_LENGTHS = (15, 16)  # of shorter and longer ones too many other numbers pass the check digit
_OF_NO_NETWORK, _OF_ANOTHER_LENGTH = 0.3, 0.55
_SEPARATORS = b" -._/"
_DECIMAL = pairs(DIGITS, b".")
_CENTS = re.compile(rb"\.\d\d\b")
_SEES = 4  #: bytes beside a number that decide whether it is dropped: `.50`, and what ends it
_JOINED_BEFORE = pairs(LETTERS_AND_DIGITS, b"-_/") | _DECIMAL  # the point of `No.` ends a word, and joins nothing
_JOINED_BEHIND = pairs(b"-_./:+=#", LETTERS_AND_DIGITS)
_JOINED = 0.3  #: the score of a piece of something longer: a card beside a context word, an id of some kind elsewhere
_MARKS = b"_%B"  #: what the expression takes beside a number where no `\b` stands
_TAIL = re.compile(  # of a card, though it is joined to it
    rb"[/:](?:0[1-9]|1[0-2])[/:-]?(?:20)?\d\d(?:[/:]\d{3,4})?(?![\w-])"  # `/12/27:123`: expiry and security code
    rb"|=\d\d(?:0[1-9]|1[0-2])\d{3}"  # track 2: expiry and service code
)
_LAST_DIGITS = 4
_SECURITY_CODE = 4  #: bytes of ` 123`, which may follow a number

_CONTEXT = words(
    "card, cards, credit card, debit card, credit, debit, visa, mastercard, amex, american express, maestro, "
    "discover, jcb, diners, pan, cc, ccnum, card number, pay, payment, carte, tarjeta, karte, kreditkarte, carta, "
    "cartão, 卡号, カード, карта"
)
_MASK = r"[*xX•·]"


def _is_card(candidate: Candidate) -> Candidate | None:
    data, start, end, score = candidate = without_marks(candidate, _MARKS)
    found = _judged(candidate, data[start:end])
    if data[end - _SECURITY_CODE] in b" -" and (found is None or found.score == _JOINED):
        end -= _SECURITY_CODE  # three more digits may be its security code
        return _judged(Candidate(data, start, end, score), data[start:end]) or found
    return found


def _judged(candidate: Candidate, text: bytes) -> Candidate | None:
    digits = text.translate(None, _SEPARATORS)
    if not luhn_valid(digits):
        return None
    known = len(digits) in _LENGTHS.get(digits[:_PREFIX], ())
    usual = len(digits) in _USUAL_LENGTHS
    if not (known or usual):
        return None
    if _is_part_of_more(candidate, text):
        return candidate.scored(_JOINED) if known and not _is_fraction(candidate) else None
    if not known:
        return candidate.scored(_OF_NO_NETWORK)
    return candidate if usual else candidate.scored(_OF_ANOTHER_LENGTH)


def _is_part_of_more(candidate: Candidate, text: bytes) -> bool:
    """Tell whether it is a piece of a GUID, of a path, of a fraction, of a longer list, or several numbers in a row."""
    data, start, end, _ = candidate
    if len(set(text.translate(None, DIGITS))) > 1 or data[max(0, start - 2) : start] in _JOINED_BEFORE:
        return True
    return data[end : end + 2] in _JOINED_BEHIND and _TAIL.match(data, end) is None


def _is_fraction(candidate: Candidate) -> bool:
    """Tell whether it stands behind a decimal point, or before one and cents."""
    data, start, end, _ = candidate
    return data[max(0, start - 2) : start] in _DECIMAL or _CENTS.match(data, end) is not None


def _are_four_digits(candidate: Candidate) -> Candidate | None:
    data = candidate.data
    return candidate if len(data) == _LAST_DIGITS and data.isdigit() else None


DETECTOR = Family(
    name="credit_card",
    patterns=(
        Pattern(
            name="number",
            entity_type="CREDIT_CARD",
            gate=r"(?:\b|_|%B)[1-9]\d{3}(?:[ ._/-]{0,2}\d{4}[ ._/-]{0,2}\d{4}|[ ._/-]\d{6}[ ._/-]\d{4})",
            regex=(
                r"(?:\b|_|%B)[1-9]\d{3}(?:[ ._/-]{1,2}\d{4}[ ._/-]{1,2}\d{4}[ ._/-]{1,2}(?:\d{4}[ -]\d{3}|\d{1,4})|"
                r"[ ._/-]\d{6}[ ._/-]\d{4,5}|\d{4}[ ._/-]\d{8}|\d{8,15})(?:\b|_)"
            ),
            score=0.9,
            context=_CONTEXT,
            check=_is_card,
            sees=_SEES,
            restart=True,
            checksum="Luhn",
        ),
        Pattern(
            name="masked number",
            entity_type="CREDIT_CARD",
            gate=rf"{_MASK}{{4}}[ -]?\d{{4}}\b",
            regex=(
                rf"(?:\d{{4}}[ -]?(?:\d{{2}})?|{_MASK}{{4}}[ -]?)?(?:{_MASK}{{2,4}}[ -]?){{0,3}}"
                rf"{_MASK}{{4}}[ -]?\d{{4}}\b"
            ),
            score=0.3,
            context=_CONTEXT,
            needs_context=True,
            source="PCI DSS, requirement 3.4 (masking)",
        ),
        Pattern(
            name="last digits",
            entity_type="CREDIT_CARD",
            gate=r"(?i)\b(?:ending|ends|last (?:four|4))\b[a-z ]{0,12}[ :]\d{4}\b",
            regex=(
                r"(?i)\b(?:card|visa|mastercard|amex)\b[^\d\n]{0,16}\b(?:ending|ends|last (?:four|4)(?: digits)?)"
                r"(?: (?:in|with|on|are|is))?[ :]{1,2}(?P<value>\d{4})\b"
            ),
            score=0.6,
        ),
    ),
    keyed=(
        KeyedValue(
            name="last digits by their key",
            entity_type="CREDIT_CARD",
            keys=words("last4, last 4, last four, last four digits"),
            score=0.6,
            check=_are_four_digits,
        ),
    ),
    examples={
        "CREDIT_CARD": (
            "card «4111 1111 1111 1111», exp 12/27",
            "«5555-5555-5555-4444»",
            "amex «378282246310005»; «3782 822463 10005»",
            "«4111.1111.1111.1111», «4111/1111/1111/1111», «4111_1111_1111_1111», «41111111 11111111»",
            "«4111111111111111»/12/27, «4111111111111111»:1227:123, card No.«4111111111111111»",
            "tracks: ;«4111111111111111»=27121010000012300000? %B«4111111111111111»^DOE/JOHN^2712101?",
            "card-«4111111111111111», pan_«4111111111111111»_x, https://x.example.org/pay/«4111111111111111»/done",
            "card ending in «4242», visa last four digits: «1881»",
            "card «**** **** **** 4242», «************4242»",
            "credit card «XXXX-XXXX-XXXX-1234»",
        )
    },
    counter_examples=(
        "4111 1111 1111 1112",
        "order 1234567890123456",
        "at 1731601840461",
        "123e4567-e89b-12d3-a456-426614174000",
        "4111111111111111-22, 4111 1111-1111 1111, GET /users/4111111111111111, img_4111111111111111.jpg",
        "card v1.4111111111111111, credit 0.4111111111111111, card-1234567890123452",
        "EUR 4111111111111111.50 payment",
        "meeting ends in 2024, the last four 1234",
        "xxxx 1234, **** 2024 ****",
    ),
)
