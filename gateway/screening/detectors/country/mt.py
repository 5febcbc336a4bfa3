"""Malta: the VAT number."""

from gateway.screening.detectors._identity import compact
from gateway.screening.detectors.country._numbers import number, weighted_sum, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("vat, vat no, maltese vat")
_DIGITS = 8
_WEIGHTS = (3, 4, 6, 7, 8, 9, 10, 1)


def is_vat(text: str) -> bool:
    """Tell whether *text*, with or without `MT`, is a VAT number: the weighted sum is a multiple of 37."""
    digits = compact(text).removeprefix("MT")
    if len(digits) != _DIGITS or not digits.isdecimal() or digits[0] == "0":
        return False
    return weighted_sum(digits, _WEIGHTS) % 37 == 0


DETECTOR = Family(
    name="mt",
    source="Commissioner for Revenue, VAT number",
    patterns=(
        number("MT_VAT", is_vat, r"[1-9]\d{7}", _CONTEXT, checksum="mod 37", prefix="MT"),
        written(
            "MT_VAT",
            is_vat,
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
