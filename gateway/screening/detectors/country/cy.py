"""Cyprus: the VAT number."""

from stdnum.cy import vat

from gateway.screening.detectors.country._numbers import number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("vat, φπα, φ.π.α, αριθμός εγγραφής, tic, tin")

DETECTOR = Family(
    name="cy",
    source="Τμήμα Φορολογίας, Αριθμός Εγγραφής Φ.Π.Α.",
    patterns=(
        number("CY_VAT", vat.is_valid, r"\d{8}[A-Z]", _CONTEXT, checksum="mod 26", prefix="CY"),
        written(
            "CY_VAT",
            vat.is_valid,
            r"CY[- ]?\d{8}[A-Z]",
            _CONTEXT,
            checksum="mod 26",
            score=0.75,
        ),
    ),
    examples={
        "CY_VAT": (
            "vat «CY00546930X»",
            "«CY10377510K»",
        )
    },
    counter_examples=(
        "vat 00546930T",
        "CY10377510D",
    ),
)
