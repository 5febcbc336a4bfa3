"""Numbers of South Africa: identity, tax."""

from stdnum.za import tin

from gateway.screening.checksums import luhn_valid
from gateway.screening.detectors._identity import (
    TEN_DIGITS,
    THIRTEEN_DIGITS,
    beside_words,
    checked,
    is_date,
    is_milliseconds,
)
from gateway.screening.patterns import Family, Pattern, words

_PERSON = words("sa id, id number, identity number, south african id, rsa id, resident number, identiteitsnommer")
_TAX = words("tin, tax number, tax reference, tax reference number, sars, income tax")


def is_person_number(number: str) -> bool:
    """Tell whether *number*, 13 digits, has a birthday, a kind of residence and the right check digit."""
    year, month, day = 2000 + int(number[:2]), int(number[2:4]), int(number[4:6])
    return number[10] in "012" and is_date(year, month, day) and luhn_valid(number)


def _is_sure(number: str) -> bool:
    return not is_milliseconds(number) and is_person_number(number)


DETECTOR = Family(
    name="za",
    source="Identification Act 68 of 1997 (2 as the eleventh digit: refugees); South African Revenue Service",
    patterns=(
        Pattern(
            name="identity",
            entity_type="ZA_ID",
            regex=r"\b\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]) ?\d{4} ?[012]\d ?\d\b",
            gate=r"\b\d{6} ?\d{4} ?\d{2} ?\d\b",
            score=0.6,
            context=_PERSON,
            check=checked(_is_sure),
            checksum="Luhn",
        ),
        beside_words(
            "identity of a child",
            "ZA_ID",
            r"\b\d{13}\b",
            _PERSON,
            valid=is_person_number,
            gate=THIRTEEN_DIGITS,
            checksum="Luhn",
        ),
        beside_words("tax", "ZA_TIN", r"\b[01239]\d{9}\b", _TAX, valid=tin.is_valid, gate=TEN_DIGITS, checksum="Luhn"),
    ),
    examples={
        "ZA_ID": ("«8001015009087»", "ID number «800101 5009 08 7»"),
        "ZA_TIN": ("TIN «0001339050»",),
    },
    counter_examples=("8001015009086", "8013015009087", "0001339050", "AB8001015009087CD"),
)
