"""Kuwait: the civil number."""

from gateway.screening.detectors.country._numbers import is_date, number, weighted_sum
from gateway.screening.patterns import Family, words


def _is_civil_number(text: str) -> bool:
    check = 11 - weighted_sum(text, (2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)) % 11
    return text[-1] == str(check) and is_date(text[1:3], text[3:5], text[5:7])


DETECTOR = Family(
    name="kw",
    source="Public Authority for Civil Information, civil number: century, date of birth, serial number, check digit",
    patterns=(
        number(
            "KW_CIVIL_ID",
            _is_civil_number,
            r"[123]\d{11}",
            words("civil id, civil number, kuwait id, الرقم المدني, البطاقة المدنية"),
            checksum="mod 11",
        ),
    ),
    examples={"KW_CIVIL_ID": ("civil ID «270061458322»", "الرقم المدني «302072513781»")},
    counter_examples=("civil ID 270061458320", "civil ID 299133112345"),
)
