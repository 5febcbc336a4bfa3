"""Kazakhstan: identification numbers of people (ИИН) and companies (БИН)."""

from gateway.screening.detectors.country._numbers import is_date, number, weighted_sum
from gateway.screening.patterns import Family, words

_PERSON = words("иин, жсн, iin, индивидуальный идентификационный номер")
_COMPANY = words("бин, бсн, bin, бизнес-идентификационный номер")
_ONCE_MORE = 10  #: a remainder for which the second weights are taken


def _has_check_digit(text: str) -> bool:
    check = weighted_sum(text, range(1, 12)) % 11
    if check == _ONCE_MORE:
        check = weighted_sum(text, (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)) % 11
    return text[-1] == str(check)


def _is_person(text: str) -> bool:
    return text[6] in "0123456" and is_date(text[:2], text[2:4], text[4:6]) and _has_check_digit(text)


def _is_company(text: str) -> bool:
    return text[4] in "456" and is_date(text[:2], text[2:4], "1") and _has_check_digit(text)


DETECTOR = Family(
    name="kz",
    source="Закон РК «О национальных реестрах идентификационных номеров» (2007), структура ИИН и БИН",
    patterns=(
        number("KZ_IIN", _is_person, r"\d{12}", _PERSON, checksum="mod 11"),
        number("KZ_BIN", _is_company, r"\d{12}", _COMPANY, checksum="mod 11"),
    ),
    examples={"KZ_IIN": ("ИИН «850618372380»",), "KZ_BIN": ("БИН «160647400165»",)},
    counter_examples=("ИИН 850618372381", "БИН 160647400160", "bin 20240101120000"),
)
