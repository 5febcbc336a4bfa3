"""Serbia: tax and citizen numbers."""

from stdnum.rs import pib

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("pib, пиб, poreski identifikacioni broj, порески идентификациони број")

DETECTOR = Family(
    name="rs",
    source="Poreska uprava, PIB; Zakon o jedinstvenom matičnom broju građana",
    patterns=(number("RS_PIB", pib.is_valid, r"\d{9}", _CONTEXT, checksum="ISO 7064 mod 11,10"),),
    examples={"RS_PIB": ("pib «149046248»",)},
    counter_examples=("pib 149046243",),
)
