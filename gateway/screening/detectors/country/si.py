"""Slovenia: citizen, tax and register numbers."""

from stdnum.si import ddv, emso, maticna

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words(
    "emšo, emso, enotna matična številka občana, davčna številka, id za ddv, ddv, matična številka, "
    "matična številka poslovnega registra"
)

DETECTOR = Family(
    name="si",
    source="Zakon o centralnem registru prebivalstva, EMŠO; FURS, davčna številka; AJPES, matična številka",
    patterns=(
        number("SI_EMSO", emso.is_valid, r"[0-3]\d{12}", _CONTEXT, checksum="mod 11"),
        number("SI_DDV", ddv.is_valid, r"[1-9]\d{7}", _CONTEXT, checksum="mod 11", prefix="SI"),
        number("SI_MATICNA", maticna.is_valid, r"\d{7}[0-9A-Z]\d{2}|\d{7}", _CONTEXT, checksum="mod 11"),
    ),
    examples={
        "SI_EMSO": ("emšo «1201952504249»",),
        "SI_DDV": ("davčna številka «SI28213521»",),
        "SI_MATICNA": ("matična številka «5184827000»",),
    },
    counter_examples=(
        "emšo 1201952504247",
        "davčna številka 28213528",
        "matična številka 51848270",
    ),
)
