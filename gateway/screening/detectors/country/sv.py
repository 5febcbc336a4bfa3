"""El Salvador: tax and identity numbers."""

from stdnum.sv import nit

from gateway.screening.detectors.country._numbers import number, weighted_sum, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("nit, número de identificación tributaria")
_PERSON = words("dui, documento único de identidad")


def _is_identity(text: str) -> bool:
    return -weighted_sum(text[:8], range(9, 1, -1)) % 10 == int(text[8])


DETECTOR = Family(
    name="sv",
    source="Ministerio de Hacienda, NIT; Registro Nacional de las Personas Naturales, DUI",
    patterns=(
        number("SV_NIT", nit.is_valid, r"[019]\d{13}", _CONTEXT, checksum="mod 11", prefix="SV"),
        written(
            "SV_NIT",
            nit.is_valid,
            r"[019]\d{3}-\d{6}-\d{3}-\d",
            _CONTEXT,
            checksum="mod 11",
            score=0.7,
        ),
        number("SV_DUI", _is_identity, r"\d{9}", _PERSON, checksum="mod 10"),
    ),
    examples={
        "SV_DUI": ("DUI «04903112-9»",),
        "SV_NIT": (
            "nit «0614-050695-174-5»",
            "«0614-140661-147-1»",
        ),
    },
    counter_examples=(
        "DUI 04903112-0",
        "nit 0614-050695-174-8",
        "0614-140661-147-0",
    ),
)
