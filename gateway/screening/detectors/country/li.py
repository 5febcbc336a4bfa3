"""Liechtenstein: the tax number."""

from stdnum.li import peid

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("peid, personenidentifikationsnummer")

DETECTOR = Family(
    name="li",
    source="Steuerverwaltung, Personenidentifikationsnummer (PEID)",
    patterns=(number("LI_PEID", peid.is_valid, r"\d{4,12}", _CONTEXT, score=0.4),),
    examples={"LI_PEID": ("peid «6710602»",)},
    counter_examples=("PEID 123",),
)
