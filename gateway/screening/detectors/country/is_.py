"""Iceland: identity and VAT numbers."""

from stdnum.is_ import kennitala, vsk

from gateway.screening.detectors.country._numbers import number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("kennitala, kt")
_VAT = words("vsk, vsk-númer, vsk number, virðisaukaskattsnúmer")

DETECTOR = Family(
    name="is",
    source="Þjóðskrá, kennitala; Skatturinn, virðisaukaskattsnúmer",
    patterns=(
        number("IS_KENNITALA", kennitala.is_valid, r"\d{10}", _CONTEXT, checksum="mod 11"),
        written(
            "IS_KENNITALA",
            kennitala.is_valid,
            r"[0-7]\d[01]\d{3}-\d{3}[890]",
            _CONTEXT,
            checksum="mod 11",
            score=0.6,
        ),
        number("IS_VSK", vsk.is_valid, r"\d{5,6}", _VAT, prefix="IS", score=0.4),
    ),
    examples={
        "IS_KENNITALA": (
            "kennitala «200685-7179»",
            "«140651-2739»",
        ),
        "IS_VSK": ("vsk «329935»",),
    },
    counter_examples=(
        "kennitala 200685-7175",
        "140651-2732",
        "VSK 1234",
    ),
)
