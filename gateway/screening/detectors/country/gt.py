"""Guatemala: the tax number."""

from stdnum.gt import nit

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("nit, número de identificación tributaria")

DETECTOR = Family(
    name="gt",
    source="SAT, Número de Identificación Tributaria",
    patterns=(number("GT_NIT", nit.is_valid, r"\d{4,11}[0-9K]", _CONTEXT, checksum="mod 11"),),
    examples={"GT_NIT": ("nit «6686179-9»",)},
    counter_examples=("nit 6686179-2",),
)
