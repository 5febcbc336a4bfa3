"""Ireland: personal public service and VAT numbers."""

from stdnum.ie import pps, vat

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("pps, ppsn, pps no, pps number, personal public service")
_VAT = words("vat, vat no, tax reference, irish vat")

DETECTOR = Family(
    name="ie",
    source="Department of Social Protection, PPS number; Revenue, VAT number",
    patterns=(
        number("IE_PPS", pps.is_valid, r"\d{7}[A-W][ABHWTX]?", _CONTEXT, checksum="mod 23"),
        number("IE_VAT", vat.is_valid, r"\d[0-9A-Z]\d{5}[A-W][A-I]?", _VAT, checksum="mod 23", prefix="IE"),
    ),
    examples={"IE_PPS": ("pps «2182428MA»",), "IE_VAT": ("vat «2852550I»",)},
    counter_examples=(
        "pps 2182428MB",
        "vat 2852550C",
    ),
)
