"""Numbers of South Korea: residents, foreigners, passports, driving licences, businesses."""

from gateway.screening.detectors._identity import (
    TEN_DIGITS,
    THIRTEEN_DIGITS,
    TWELVE_DIGITS,
    alone,
    beside_words,
    checked,
    is_date,
    is_milliseconds,
    weighted_sum,
)
from gateway.screening.patterns import Family, Pattern, words

_PERSON = words(
    "rrn, frn, resident registration, resident number, korean rrn, korean frn, foreigner registration, alien "
    "registration, 주민등록번호, 주민번호, 외국인등록번호"
)
_PASSPORT = words("korean passport, korea passport, 여권, 여권번호")
_LICENSE = words("korean driver, korean license, 운전면허, 면허번호")
_FIRM = words("brn, business registration, business number, 사업자등록번호, 사업자번호")

_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_BUSINESS_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)
_CENTURIES = {**dict.fromkeys("90", 1800), **dict.fromkeys("1256", 1900), **dict.fromkeys("3478", 2000)}
_FOREIGNERS = "5678"


def has_birthday(number: str) -> bool:
    """Tell whether *number*, 13 digits, begins with a birthday in the century that its seventh digit names."""
    return is_date(_CENTURIES[number[6]] + int(number[:2]), int(number[2:4]), int(number[4:6]))


def has_check_digit(number: str) -> bool:
    """
    Tell whether the last of *number*'s 13 digits is the check digit.

    Numbers given since October 2020 have none.
    """
    extra = 2 if number[6] in _FOREIGNERS else 0
    return (11 - weighted_sum(number[:12], _WEIGHTS) % 11 + extra) % 10 == int(number[12])


def _is_sure(number: str) -> bool:
    return not is_milliseconds(number) and has_birthday(number) and has_check_digit(number)


def is_business_number(number: str) -> bool:
    """Tell whether the last of *number*'s ten digits is the check digit."""
    total = weighted_sum(number[:9], _BUSINESS_WEIGHTS) + int(number[8]) * 5 // 10
    return -total % 10 == int(number[9])


def _person(entity_type: str, kinds: str, with_the_dead: str) -> tuple[Pattern, ...]:
    birthday = r"\b\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    return (
        Pattern(
            name=f"{entity_type} with a dash",
            entity_type=entity_type,
            regex=rf"{birthday}-[{kinds}]\d{{6}}\b",
            gate=r"\b\d{6}-\d{7}\b",
            score=0.65,
            context=_PERSON,
            check=checked(has_birthday),
        ),
        Pattern(
            name=f"{entity_type} bare",
            entity_type=entity_type,
            regex=rf"{birthday}[{kinds}]\d{{6}}\b",
            gate=THIRTEEN_DIGITS,
            score=0.55,
            context=_PERSON,
            check=checked(_is_sure),
            checksum="weighted sum, mod 11",
        ),
        beside_words(
            f"{entity_type} in any form",
            entity_type,
            rf"{birthday}-?[{with_the_dead}]\d{{6}}\b",
            _PERSON,
            valid=has_birthday,
        ),
    )


DETECTOR = Family(
    name="kr",
    source=(
        "Resident Registration Act, enforcement rules, art. 2; Ministry of Justice (foreigners); National Tax Service "
        "(businesses); National Police Agency (licences); Ministry of Foreign Affairs (passports)"
    ),
    patterns=(
        *_person("KR_RRN", "1234", "012349"),
        *_person("KR_FRN", "5678", "5678"),
        beside_words("passport", "KR_PASSPORT", r"(?i)\b[MSRODG](?:\d{3}[A-Z]\d{4}|\d{8})\b", _PASSPORT),
        Pattern(
            name="driving licence",
            entity_type="KR_DRIVER_LICENSE",
            regex=r"\b(?:1[1-9]|2[0-8])-\d{2}-\d{6}-\d{2}\b",
            score=0.6,
            context=_LICENSE,
            check=alone,
        ),
        beside_words(
            "driving licence, bare", "KR_DRIVER_LICENSE", r"\b(?:1[1-9]|2[0-8])\d{10}\b", _LICENSE, gate=TWELVE_DIGITS
        ),
        Pattern(
            name="business with dashes",
            entity_type="KR_BRN",
            regex=r"\b\d{3}-\d{2}-\d{5}\b",
            score=0.6,
            context=_FIRM,
            check=checked(is_business_number),
            checksum="weighted sum, mod 10",
        ),
        beside_words(
            "business",
            "KR_BRN",
            r"\b\d{10}\b",
            _FIRM,
            valid=is_business_number,
            gate=TEN_DIGITS,
            checksum="weighted sum, mod 10",
        ),
    ),
    examples={
        "KR_RRN": ("«960121-1234567»", "주민등록번호 «9601211234567»", "RRN «971013-9019902»"),
        "KR_FRN": ("«911124-5678901»", "FRN is «9111245678906»"),
        "KR_PASSPORT": ("여권 «M123A4567»", "Korean passport: «m45678901»"),
        "KR_DRIVER_LICENSE": ("«11-22-123456-12»", "운전면허 «112212345612»"),
        "KR_BRN": ("«104-86-56659»", "사업자등록번호 «1168200276»"),
    },
    counter_examples=(
        "001332-1234567 and 051102-9234110",
        "9601211234560",
        "at 1712310000000",
        "M123A4567",
        "99-22-123456-12",
        "104-86-56658",
        "1168200276",
    ),
)
