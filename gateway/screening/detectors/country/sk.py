"""Slovakia: birth, VAT and organisation numbers."""

from stdnum.sk import dph, rc

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("slovenské rodné číslo, slovak birth number, slovenská republika, slovenskej republiky")
_BUSINESS = words("ič dph, ic dph, dič, ičo")

DETECTOR = Family(
    name="sk",
    source="Zákon 301/1995 Z. z., rodné číslo; Finančná správa, IČ DPH",
    patterns=(
        number("SK_RC", rc.is_valid, r"\d{9,10}", _CONTEXT, checksum="mod 11", score=0.65),
        number("SK_DPH", dph.is_valid, r"[1-9]\d{9}", _BUSINESS, checksum="mod 11", prefix="SK"),
    ),
    examples={"SK_RC": ("slovenské rodné číslo «770916/6696»",), "SK_DPH": ("ič dph «2047215995»",)},
    counter_examples=(
        "slovenské rodné číslo 770916/6691",
        "ič dph 2047215991",
    ),
)
