"""Ecuador: identity card and taxpayer numbers."""

from stdnum.ec import ci, ruc

from gateway.screening.detectors.country._numbers import number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("cédula, cedula, c.i, ruc, registro único de contribuyentes")
_ABBREVIATED = words("ci, cédula, cedula")

DETECTOR = Family(
    name="ec",
    source="Registro Civil, cédula de identidad; Servicio de Rentas Internas, RUC",
    patterns=(
        number("EC_CI", ci.is_valid, r"\d{10}", _CONTEXT, checksum="Luhn"),
        written("EC_CI", ci.is_valid, r"\d{9}-\d", _ABBREVIATED, checksum="Luhn", score=0.4),
        number("EC_RUC", ruc.is_valid, r"\d{13}", _CONTEXT, checksum="mod 11 or Luhn"),
    ),
    examples={
        "EC_CI": (
            "cédula «1817359407»",
            "CI «093493658-4»",
        ),
        "EC_RUC": ("ruc «0439794025001»",),
    },
    counter_examples=(
        "cédula 1817359403",
        "CI 093493658-7",
        "ruc 0439794025000",
    ),
)
