"""Guinea: the permanent tax number."""

from stdnum.gn import nifp

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("nifp, nif, numéro d'identification fiscale")

DETECTOR = Family(
    name="gn",
    source="Direction nationale des impôts, NIFp",
    patterns=(number("GN_NIFP", nifp.is_valid, r"\d{9}", _CONTEXT, checksum="Luhn"),),
    examples={"GN_NIFP": ("nifp «226407674»",)},
    counter_examples=("nifp 226407671",),
)
