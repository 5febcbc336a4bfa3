"""Lithuania: personal and VAT numbers."""

from stdnum.lt import asmens, pvm

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("asmens kodas, a.k, lithuanian personal code, pvm, pvm kodas, pvm mokėtojo kodas")

DETECTOR = Family(
    name="lt",
    source="Gyventojų registras, asmens kodas; Valstybinė mokesčių inspekcija, PVM",
    patterns=(
        number("LT_ASMENS", asmens.is_valid, r"[1-9]\d{10}", _CONTEXT, checksum="mod 11"),
        number("LT_PVM", pvm.is_valid, r"\d{12}|\d{9}", _CONTEXT, checksum="mod 11", prefix="LT"),
    ),
    examples={"LT_ASMENS": ("asmens kodas «35808148129»",), "LT_PVM": ("pvm «LT133108917»",)},
    counter_examples=(
        "asmens kodas 35808148120",
        "pvm 133108913",
    ),
)
