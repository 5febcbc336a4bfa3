"""Venezuela: tax and identity card numbers."""

from stdnum.ve import rif

from gateway.screening.detectors.country._numbers import is_no_filler, number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("rif, registro de información fiscal")
_CITIZEN = words("cédula, cedula, cédula de identidad, c.i")


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
        ),
        written(
            "VE_CEDULA",
            is_no_filler,
            r"[VE]-?(?:\d{1,2}\.\d{3}\.\d{3}|\d{6,8})",
            _CITIZEN,
            score=0.4,
        ),
    ),
    examples={
        "VE_CEDULA": ("cédula «V-12.345.678»",),
        "VE_RIF": (
            "rif «V217657519»",
            "«E-25958836-0»",
        ),
    },
    counter_examples=(
        "cédula V-12",
        "rif V217657517",
        "E-25958836-2",
    ),
)
