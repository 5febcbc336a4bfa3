"""El Salvador: the tax number."""

from stdnum.sv import nit

from gateway.screening.detectors.country._numbers import number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("nit, número de identificación tributaria")

DETECTOR = Family(
    name="sv",
    source="Ministerio de Hacienda, NIT",
    patterns=(
        number("SV_NIT", nit.is_valid, r"[019]\d{13}", _CONTEXT, checksum="mod 11", prefix="SV"),
        written(
            "SV_NIT",
            nit.is_valid,
            r"[019]\d{3}-\d{6}-\d{3}-\d",
            _CONTEXT,
            checksum="mod 11",
            score=0.7,
            gate=r"\d{4}-\d{6}-\d{3}-\d",
        ),
    ),
    examples={
        "SV_NIT": (
            "nit «0614-050695-174-5»",
            "«0614-140661-147-1»",
        )
    },
    counter_examples=(
        "nit 0614-050695-174-8",
        "0614-140661-147-0",
    ),
)
