"""Pakistan: the computerised national identity card."""

from stdnum.pk import cnic

from gateway.screening.detectors.country._numbers import number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("cnic, nicop, cnic no, cnic number, national identity card")

DETECTOR = Family(
    name="pk",
    source="NADRA, CNIC and NICOP",
    patterns=(
        number("PK_CNIC", cnic.is_valid, r"[1-7]\d{11}[1-9]", _CONTEXT),
        written("PK_CNIC", cnic.is_valid, r"[1-7]\d{4}-\d{7}-[1-9]", _CONTEXT, score=0.55),
    ),
    examples={
        "PK_CNIC": (
            "cnic «53657-5203396-6»",
            "«15799-7370801-7»",
        )
    },
    counter_examples=(
        "CNIC 82201-0397640-8",
        "42201-0397640-0",
    ),
)
