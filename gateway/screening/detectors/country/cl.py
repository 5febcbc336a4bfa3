"""Chile: RUT of people and companies."""

from stdnum.cl import rut

from gateway.screening.detectors.country._numbers import number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("rut, run, rol único tributario, rol único nacional")

DETECTOR = Family(
    name="cl",
    source="Servicio de Impuestos Internos, Rol Único Tributario",
    patterns=(
        number("CL_RUT", rut.is_valid, r"\d{7,8}[0-9K]", _CONTEXT, checksum="mod 11", prefix="CL"),
        written("CL_RUT", rut.is_valid, r"\d{1,2}\.\d{3}\.\d{3}-[0-9K]", _CONTEXT, checksum="mod 11", score=0.7),
    ),
    examples={
        "CL_RUT": (
            "rut «CL24276405-6»",
            "«21.862.430-8»",
        )
    },
    counter_examples=(
        "rut 24276405-0",
        "21.862.430-3",
    ),
)
