"""Mozambique: the tax number."""

from stdnum.mz import nuit

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("nuit, número único de identificação tributária")

DETECTOR = Family(
    name="mz",
    source="Autoridade Tributária, NUIT",
    patterns=(number("MZ_NUIT", nuit.is_valid, r"\d{9}", _CONTEXT, checksum="mod 11"),),
    examples={"MZ_NUIT": ("nuit «102698584»",)},
    counter_examples=("nuit 102698588",),
)
