"""Colombia: tax and identity card numbers."""

from stdnum.co import nit

from gateway.screening.detectors.country._numbers import number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("nit, número de identificación tributaria, rut")
_CITIZEN = words("cédula de ciudadanía, cedula de ciudadania, c.c, tarjeta de identidad, cédula de extranjería")


def _is_citizen(text: str) -> bool:
    return len(set(text)) > 2 and text[0] != "0"  # noqa: PLR2004 -- `1.111.111` is a template


DETECTOR = Family(
    name="co",
    source="DIAN, Número de Identificación Tributaria; Registraduría Nacional, cédula de ciudadanía",
    patterns=(
        number("CO_NIT", nit.is_valid, r"\d{8,10}", _CONTEXT, checksum="mod 11"),
        written("CO_NIT", nit.is_valid, r"\d{3}\.\d{3}\.\d{3}-\d", _CONTEXT, checksum="mod 11", score=0.6),
        number("CO_CEDULA", _is_citizen, r"\d{6,10}", _CITIZEN, score=0.4),
    ),
    examples={
        "CO_CEDULA": ("cédula de ciudadanía «1.023.456.782»",),
        "CO_NIT": (
            "nit «967224757-7»",
            "«925.185.058-6»",
        ),
    },
    counter_examples=(
        "cédula de ciudadanía 0102345",
        "capítulo 1.023.456.782",
        "nit 967224757-3",
        "925.185.058-3",
    ),
)
