"""
Payment card numbers.

Source: ISO/IEC 7812-1 (numbers of up to 19 digits, the check digit of Annex B), the networks' published ranges.
"""

import re
from typing import NamedTuple

from gateway.screening.checksums import luhn_valid
from gateway.screening.patterns import Candidate, Family, Pattern, words


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
_LENGTHS = {
    prefix: {
        length for each in _RANGES if each.first <= prefix[: len(each.first)] <= each.last for length in each.lengths
    }
    for prefix in (f"{number:0{_PREFIX}d}" for number in range(10**_PREFIX))
}
_WITH_THREE_MORE = re.compile(r"(\d{4}([ -])\d{4}\2\d{4}\2\d{4}) \d{3}$")
_USUAL_LENGTHS = (15, 16)  # of shorter and longer ones too many other numbers pass the check digit
_OF_NO_NETWORK, _OF_ANOTHER_LENGTH = 0.3, 0.55
_PART_OF_MORE = frozenset("-_./:+=#")

_CONTEXT = words(
    "card, cards, credit card, debit card, credit, debit, visa, mastercard, amex, american express, maestro, "
    "discover, jcb, diners, pan, cc, ccnum, card number, payment, carte, tarjeta, karte, kreditkarte, carta, "
    "cartão"
)


def _is_card(candidate: Candidate) -> Candidate | None:
    if (found := _judged(candidate)) is not None:
        return found
    grouped = _WITH_THREE_MORE.match(candidate.text)  # three more digits may be its security code
    return _judged(candidate.shortened(grouped[1])) if grouped else None


def _judged(candidate: Candidate) -> Candidate | None:
    digits = candidate.text.replace(" ", "").replace("-", "")
    known = len(digits) in _LENGTHS[digits[:_PREFIX]]
    usual = len(digits) in _USUAL_LENGTHS
    if not (known or usual) or digits[0] == "0" or not luhn_valid(digits) or _is_part_of_more(candidate):
        return None
    if not known:
        return candidate.scored(_OF_NO_NETWORK)
    return candidate if usual else candidate.scored(_OF_ANOTHER_LENGTH)


def _is_part_of_more(candidate: Candidate) -> bool:
    """Tell whether it is a piece of a GUID, of a path, of a decimal fraction or of a longer list of digits."""
    before, after = candidate.before(2), candidate.after(2)
    joined_before = before[-1:] in _PART_OF_MORE - set(":=#+") and before[:1].isalnum()
    return joined_before or (after[:1] in _PART_OF_MORE and after[1:].isalnum())


DETECTOR = Family(
    name="credit_card",
    patterns=(
        Pattern(
            name="number",
            entity_type="CREDIT_CARD",
            gate=r"\d{4}[ -]?\d{4}[ -]?\d{4}|\d{4}[ -]\d{6}[ -]\d{4}",
            regex=(
                r"\b(?:\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{3}|\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{4}|"
                r"\d{4}[ -]\d{6}[ -]\d{4,5}|\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{1,3}|\d{12,19})\b"
            ),
            score=0.9,
            context=_CONTEXT,
            check=_is_card,
            restart=True,
        ),
    ),
    examples={
        "CREDIT_CARD": (
            "card «4111 1111 1111 1111», exp 12/27",
            "«5555-5555-5555-4444»",
            "amex «378282246310005»; «3782 822463 10005»",
        )
    },
    counter_examples=(
        "4111 1111 1111 1112",
        "order 1234567890123456",
        "at 1731601840461",
        "123e4567-e89b-12d3-a456-426614174000",
        "4111111111111111-22",
    ),
)
