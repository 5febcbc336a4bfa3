"""Argentina: identity document, tax number and bank account."""

from stdnum.ar import cbu, cuit, dni

from gateway.screening.detectors.country._numbers import number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("cuit, cuil, dni, documento nacional de identidad, documento, cbu, clave bancaria uniforme")

DETECTOR = Family(
    name="ar",
    source="ARCA, CUIT and CUIL; Registro Nacional de las Personas, DNI; Banco Central, CBU",
    patterns=(
        number("AR_CUIT", cuit.is_valid, r"\d{11}", _CONTEXT, checksum="mod 11"),
        written(
            "AR_CUIT",
            cuit.is_valid,
            r"(?:20|23|24|27|3[034]|5[015])-\d{8}-\d",
            _CONTEXT,
            checksum="mod 11",
            score=0.65,
        ),
        number("AR_DNI", dni.is_valid, r"\d{7,8}", _CONTEXT, score=0.4),
        number("AR_CBU", cbu.is_valid, r"\d{22}", _CONTEXT, checksum="mod 10, twice"),
    ),
    examples={
        "AR_CUIT": (
            "cuit «20348179900»",
            "«27-32032238-9»",
        ),
        "AR_DNI": ("dni «27808917»",),
        "AR_CBU": ("cbu «6066712035923593146734»",),
    },
    counter_examples=(
        "cuit 20348179908",
        "27-32032238-2",
        "DNI 401234",
        "cbu 6066712035923593146736",
    ),
)
