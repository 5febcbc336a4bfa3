"""Sri Lanka: the identity card number, old (with a letter) and new (12 digits)."""

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_DAYS = range(1, 367)
_OF_WOMEN = 500  #: what is added to the day of the year
_NEW = 12  #: digits


def _has_a_birthday(text: str) -> bool:
    year, day = (text[:4], int(text[4:7])) if len(text) == _NEW else (f"19{text[:2]}", int(text[2:5]))
    return "1900" <= year <= "2030" and (day in _DAYS or day - _OF_WOMEN in _DAYS)


DETECTOR = Family(
    name="lk",
    source="Department for Registration of Persons, National Identity Card: the year and the day of birth come first",
    patterns=(
        number(
            "LK_NIC",
            _has_a_birthday,
            r"\d{12}|\d{9}[VX]",
            words("nic, nic no, nic number, national identity card, sri lankan id, ජාතික හැඳුනුම්පත"),
            score=0.4,
        ),
    ),
    examples={"LK_NIC": ("NIC «852343217V»", "NIC no. «198523403217»")},
    counter_examples=("NIC 854003217V", "NIC 198540003217", "eth0 852343217V"),
)
