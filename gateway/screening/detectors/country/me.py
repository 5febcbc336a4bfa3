"""Montenegro: the tax number."""

from stdnum.me import pib

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("pib, poreski identifikacioni broj, пиб")

DETECTOR = Family(
    name="me",
    source="Poreska uprava, Poreski identifikacioni broj",
    patterns=(number("ME_PIB", pib.is_valid, r"\d{8}", _CONTEXT, checksum="mod 11"),),
    examples={"ME_PIB": ("pib «04442148»",)},
    counter_examples=("pib 04442146",),
)
