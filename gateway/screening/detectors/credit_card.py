"""
Payment card numbers.

Source: ISO/IEC 7812-1 (numbers of up to 19 digits, the check digit of Annex B), the networks' published ranges.
"""

from typing import NamedTuple

from gateway.screening.checksums import luhn_valid
from gateway.screening.detectors._around import DIGITS, SEES, is_joined
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
_JOINTS = b"-_./"
_JOINED_BEHIND = b":+=#"
_LAST_DIGITS = 4
_SECURITY_CODE = 4  #: bytes of ` 123`, which may follow a number

_CONTEXT = words(
    "card, cards, credit card, debit card, credit, debit, visa, mastercard, amex, american express, maestro, "
    "discover, jcb, diners, pan, cc, ccnum, card number, payment, carte, tarjeta, karte, kreditkarte, carta, "
    "cartão, 卡号, カード, карта"
)
_MASK = r"[*xX•·]"


def _is_card(candidate: Candidate) -> Candidate | None:
    data, start, end, score = candidate
    found = _judged(candidate, data[start:end])
    if found is None and data[end - _SECURITY_CODE] in b" -":  # three more digits may be its security code
        end -= _SECURITY_CODE
        return _judged(Candidate(data, start, end, score), data[start:end])
    return found


def _judged(candidate: Candidate, text: bytes) -> Candidate | None:
    digits = text.translate(None, _SEPARATORS)
    if not luhn_valid(digits):
        return None
    known = len(digits) in _LENGTHS.get(digits[:_PREFIX], ())
    usual = len(digits) in _USUAL_LENGTHS
    if not (known or usual) or _is_part_of_more(candidate, text):
        return None
    if not known:
        return candidate.scored(_OF_NO_NETWORK)
    return candidate if usual else candidate.scored(_OF_ANOTHER_LENGTH)


def _is_part_of_more(candidate: Candidate, text: bytes) -> bool:
    """Tell whether it is a piece of a GUID, of a path, of a fraction, of a longer list, or several numbers in a row."""
    data, _, end, _ = candidate
    if is_joined(candidate, _JOINTS) or len(set(text.translate(None, DIGITS))) > 1:
        return True
    return data[end : end + 1] in _JOINED_BEHIND and data[end + 1 : end + 2].isalnum()


def _are_four_digits(candidate: Candidate) -> Candidate | None:
    data = candidate.data
    return candidate if len(data) == _LAST_DIGITS and data.isdigit() else None


DETECTOR = Family(
    name="credit_card",
    patterns=(
        Pattern(
            name="number",
            entity_type="CREDIT_CARD",
            gate=r"\b[1-9]\d{3}(?:[ ._/-]{0,2}\d{4}[ ._/-]{0,2}\d{4}|[ ._/-]\d{6}[ ._/-]\d{4})",
            regex=(
                r"\b[1-9]\d{3}(?:[ ._/-]{1,2}\d{4}[ ._/-]{1,2}\d{4}[ ._/-]{1,2}(?:\d{4}[ -]\d{3}|\d{1,4})|"
                r"[ ._/-]\d{6}[ ._/-]\d{4,5}|\d{4}[ ._/-]\d{8}|\d{8,15})\b"
            ),
            score=0.9,
            context=_CONTEXT,
            check=_is_card,
            sees=SEES,
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
        "4111111111111111-22, 4111 1111-1111 1111",
        "meeting ends in 2024, the last four 1234",
        "xxxx 1234, **** 2024 ****",
    ),
)
