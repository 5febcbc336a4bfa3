"""Algeria: the tax number."""

from stdnum.dz import nif

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("nif, n.i.f, numéro d'identification fiscale, identification fiscale, الرقم الجبائي")

DETECTOR = Family(
    name="dz",
    source="Direction générale des impôts, Numéro d'Identification Fiscale",
    patterns=(number("DZ_NIF", nif.is_valid, r"\d{20}|\d{15}", _CONTEXT, score=0.4),),
    examples={"DZ_NIF": ("nif «670779263412077»",)},
    counter_examples=("NIF 12345678901234",),
)
