"""Venezuela: the tax number."""

from stdnum.ve import rif

from gateway.screening.detectors.country._numbers import number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("rif, registro de información fiscal")

DETECTOR = Family(
    name="ve",
    source="SENIAT, Registro de Información Fiscal",
    patterns=(
        number("VE_RIF", rif.is_valid, r"[VEJPG]\d{9}", _CONTEXT, checksum="mod 11"),
        written(
            "VE_RIF",
            rif.is_valid,
            r"[VEJPG]-\d{8}-\d",
            _CONTEXT,
            checksum="mod 11",
            score=0.7,
            gate=r"(?i)\b[VEJPG]-\d{8}",
        ),
    ),
    examples={
        "VE_RIF": (
            "rif «V217657519»",
            "«E-25958836-0»",
        )
    },
    counter_examples=(
        "rif V217657517",
        "E-25958836-2",
    ),
)
