"""Egypt: tax registration and national numbers."""

from stdnum.eg import tn

from gateway.screening.detectors.country._numbers import is_date, number
from gateway.screening.patterns import Family, words

_CONTEXT = words("tax registration number, tax registration, الرقم الضريبي, رقم التسجيل الضريبي")
_PERSON = words("الرقم القومي, رقم قومي, egyptian national id, egyptian id, raqam qawmi")
_CENTURIES = {"2": "19", "3": "20"}


def _has_a_birthday(text: str) -> bool:
    return is_date(_CENTURIES[text[0]] + text[1:3], text[3:5], text[5:7]) and "01" <= text[7:9] <= "88"


DETECTOR = Family(
    name="eg",
    source="Egyptian Tax Authority, Tax Registration Number; Civil Status Organization, national number",
    patterns=(
        number("EG_TN", tn.is_valid, r"\d{9}", _CONTEXT, score=0.4),
        number("EG_NATIONAL_ID", _has_a_birthday, r"[23]\d{13}", _PERSON, score=0.4),
    ),
    examples={
        "EG_NATIONAL_ID": ("الرقم القومي «28507120104821»",),
        "EG_TN": ("tax registration number «883-937-014»",),
    },
    counter_examples=("الرقم القومي 28513120104821", "tax registration number 100-531-38"),
)
