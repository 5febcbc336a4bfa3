"""Senegal: the national number of companies and associations."""

from stdnum.sn import ninea

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("ninea")

DETECTOR = Family(
    name="sn",
    source="ANSD, NINEA",
    patterns=(number("SN_NINEA", ninea.is_valid, r"\d{7,9}[0-2][A-Z]\d|\d{7,9}", _CONTEXT, checksum="mod 10"),),
    examples={"SN_NINEA": ("ninea «40648042G2»",)},
    counter_examples=("ninea 40648042",),
)
