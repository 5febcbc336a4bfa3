"""Numbers of Australia: tax files, Medicare, businesses, companies."""

from stdnum.au import acn, tfn

from gateway.screening.detectors._around import SEES
from gateway.screening.detectors._identity import (
    ELEVEN_DIGITS,
    NINE_DIGITS,
    TEN_DIGITS,
    beside_words,
    checked,
    weighted_sum,
)
from gateway.screening.patterns import Family, Pattern, words

_TAX = words("tfn, tax file, tax file number, tax file no, australian tax")
_MEDICARE = words("medicare, medicare card, medicare number, medicare no")
_BUSINESS = words("abn, acn, australian business, business number, company number, asic")

_MEDICARE_WEIGHTS = (1, 3, 7, 9, 1, 3, 7, 9)
_BUSINESS_WEIGHTS = (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)


def is_business_number(number: str) -> bool:
    """Tell whether the first two of *number*'s eleven digits, 11 to 99, are its check digits."""
    return number >= "11" and (weighted_sum(number, _BUSINESS_WEIGHTS) - _BUSINESS_WEIGHTS[0]) % 89 == 0


def is_medicare_number(number: str) -> bool:
    """Tell whether the ninth of *number*'s ten or eleven digits is the check digit of those before it."""
    return weighted_sum(number[:8], _MEDICARE_WEIGHTS) % 10 == int(number[8])


DETECTOR = Family(
    name="au",
    source=(
        "Australian Taxation Office (TFN); Services Australia (Medicare card numbers); Australian Business Register "
        "(ABN); ASIC (ACN)"
    ),
    patterns=(
        beside_words(
            "tax file number",
            "AU_TFN",
            r"\b\d{3}[ -]?\d{3}[ -]?\d{3}\b",
            _TAX,
            valid=tfn.is_valid,
            gate=NINE_DIGITS,
            checksum="weighted sum, mod 11",
        ),
        Pattern(
            name="Medicare number in groups",
            entity_type="AU_MEDICARE",
            regex=r"\b[2-6]\d{3}[ -]\d{5}[ -]\d(?:[ /-]?\d)?\b",
            score=0.55,
            context=_MEDICARE,
            check=checked(is_medicare_number),
            checksum="weighted sum, mod 10",
        ),
        beside_words(
            "Medicare number",
            "AU_MEDICARE",
            r"\b[2-6]\d{9}\b",
            _MEDICARE,
            valid=is_medicare_number,
            gate=TEN_DIGITS,
            checksum="weighted sum, mod 10",
        ),
        Pattern(
            name="business number",
            entity_type="AU_ABN",
            regex=r"\b[1-9]\d ?\d{3} ?\d{3} ?\d{3}\b",
            gate=ELEVEN_DIGITS,
            score=0.55,
            context=_BUSINESS,
            check=checked(is_business_number),
            sees=SEES,
            checksum="mod 89",
        ),
        Pattern(
            name="company number that is no amount",
            entity_type="AU_ACN",
            regex=r"\b0\d{2} \d{3} \d{3}\b",
            score=0.5,
            context=_BUSINESS,
            check=checked(acn.is_valid),
            checksum="weighted sum, mod 10",
        ),
        beside_words(
            "company number",
            "AU_ACN",
            r"\b\d{3}[ -]?\d{3}[ -]?\d{3}\b",
            _BUSINESS,
            valid=acn.is_valid,
            gate=NINE_DIGITS,
            checksum="weighted sum, mod 10",
        ),
    ),
    examples={
        "AU_TFN": ("TFN «876 543 210»", "tax file number: «876543210»"),
        "AU_MEDICARE": ("«2123 45670 1»", "Medicare «2123456701»"),
        "AU_ABN": ("«83 914 571 673»", "ABN «51824753556»"),
        "AU_ACN": ("«005 499 981»", "ACN «006249976»"),
    },
    counter_examples=(
        "876 543 210",
        "TFN 876 543 211",
        "2123 45671 1",
        "51 824 753 557",
        "ACN 005 499 982",
        "in total 105 499 981",
    ),
)
