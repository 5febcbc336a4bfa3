"""Colombia: the tax number of people and companies."""

from stdnum.co import nit

from gateway.screening.detectors.country._numbers import DOTTED, number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("nit, número de identificación tributaria, rut")

DETECTOR = Family(
    name="co",
    source="DIAN, Número de Identificación Tributaria",
    patterns=(
        number("CO_NIT", nit.is_valid, r"\d{8,10}", _CONTEXT, checksum="mod 11"),
        written("CO_NIT", nit.is_valid, r"\d{3}\.\d{3}\.\d{3}-\d", _CONTEXT, checksum="mod 11", score=0.6, gate=DOTTED),
    ),
    examples={
        "CO_NIT": (
            "nit «967224757-7»",
            "«925.185.058-6»",
        )
    },
    counter_examples=(
        "nit 967224757-3",
        "925.185.058-3",
    ),
)
