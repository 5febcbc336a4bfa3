"""Paraguay: the taxpayer's number."""

from stdnum.py import ruc

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("ruc, registro único del contribuyente, registro único de contribuyentes")

DETECTOR = Family(
    name="py",
    source="Dirección Nacional de Ingresos Tributarios, RUC",
    patterns=(number("PY_RUC", ruc.is_valid, r"\d{5,9}", _CONTEXT, checksum="mod 11"),),
    examples={
        "PY_RUC": (
            "ruc «83957740-0»",
            "ruc «5753-3»",
        )
    },
    counter_examples=(
        "ruc 83957740-1",
        "ruc 5753-2",
    ),
)
