"""Faroe Islands: the tax number."""

from stdnum.fo import vn

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("vinnutal, v-tal, v-number")

DETECTOR = Family(
    name="fo",
    source="TAKS, vinnutal (V-tal)",
    patterns=(number("FO_VN", vn.is_valid, r"\d{6}", _CONTEXT, prefix="FO", score=0.4),),
    examples={"FO_VN": ("vinnutal «957694»",)},
    counter_examples=("vinnutal 12345",),
)
