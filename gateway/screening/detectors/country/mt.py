"""Malta: the VAT number."""

from stdnum.mt import vat

from gateway.screening.detectors.country._numbers import number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("vat, vat no, maltese vat")

DETECTOR = Family(
    name="mt",
    source="Commissioner for Revenue, VAT number",
    patterns=(
        number("MT_VAT", vat.is_valid, r"[1-9]\d{7}", _CONTEXT, checksum="mod 37", prefix="MT"),
        written(
            "MT_VAT",
            vat.is_valid,
            r"MT ?\d{4}[- ]?\d{4}",
            _CONTEXT,
            checksum="mod 37",
            score=0.65,
        ),
    ),
    examples={
        "MT_VAT": (
            "vat «MT40053879»",
            "«MT91601528»",
        )
    },
    counter_examples=(
        "vat 40053871",
        "MT91601524",
    ),
)
