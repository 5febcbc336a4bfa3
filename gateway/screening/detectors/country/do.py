"""Dominican Republic: identity card, taxpayer and receipt numbers."""

from stdnum.do import cedula, ncf, rnc

from gateway.screening.detectors.country._numbers import number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("cédula, cedula, rnc, ncf, e-ncf, comprobante fiscal")

DETECTOR = Family(
    name="do",
    source="Junta Central Electoral, cédula; DGII, RNC and NCF",
    patterns=(
        number("DO_CEDULA", cedula.is_valid, r"\d{11}", _CONTEXT, checksum="Luhn"),
        written(
            "DO_CEDULA",
            cedula.is_valid,
            r"\d{3}-\d{7}-\d",
            _CONTEXT,
            checksum="Luhn",
            score=0.6,
        ),
        number("DO_RNC", rnc.is_valid, r"\d{9}", _CONTEXT, checksum="mod 11"),
        number("DO_NCF", ncf.is_valid, r"[ABEP]\d{10,18}", _CONTEXT, score=0.4),
    ),
    examples={
        "DO_CEDULA": (
            "cédula «24064850415»",
            "«001-7421967-5»",
        ),
        "DO_RNC": ("rnc «1-08-34917-3»",),
        "DO_NCF": ("ncf «B0100216327»",),
    },
    counter_examples=(
        "cédula 24064850417",
        "001-7421967-6",
        "rnc 1-08-34917-1",
        "NCF B9900000123",
    ),
)
