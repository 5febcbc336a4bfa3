"""Egypt: the tax registration number."""

from stdnum.eg import tn

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("tax registration number, tax registration, الرقم الضريبي, رقم التسجيل الضريبي")

DETECTOR = Family(
    name="eg",
    source="Egyptian Tax Authority, Tax Registration Number",
    patterns=(number("EG_TN", tn.is_valid, r"\d{9}", _CONTEXT, score=0.4),),
    examples={"EG_TN": ("tax registration number «883-937-014»",)},
    counter_examples=("tax registration number 100-531-38",),
)
