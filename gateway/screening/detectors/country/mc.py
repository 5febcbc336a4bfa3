"""Monaco: the VAT number."""

from stdnum.mc import tva

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("tva, n° tva, tva intracommunautaire")

DETECTOR = Family(
    name="mc",
    source="Direction des services fiscaux, numéro de TVA",
    patterns=(number("MC_TVA", tva.is_valid, r"\d{2}000\d{6}", _CONTEXT, checksum="mod 97", prefix="FR", score=0.55),),
    examples={"MC_TVA": ("tva «75000523142»",)},
    counter_examples=("tva 75000523141",),
)
