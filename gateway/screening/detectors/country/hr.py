"""Croatia: the personal identification number."""

from stdnum.hr import oib

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("oib, osobni identifikacijski broj")

DETECTOR = Family(
    name="hr",
    source="Porezna uprava, Osobni identifikacijski broj",
    patterns=(number("HR_OIB", oib.is_valid, r"\d{11}", _CONTEXT, checksum="ISO 7064 mod 11,10", prefix="HR"),),
    examples={"HR_OIB": ("oib «HR51625386887»",)},
    counter_examples=("oib 51625386885",),
)
