"""Belarus: the taxpayer's number."""

from stdnum.by import unp

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("унп, unp, учетный номер плательщика, учётный номер плательщика")

DETECTOR = Family(
    name="by",
    source="Министерство по налогам и сборам, УНП",
    patterns=(number("BY_UNP", unp.is_valid, r"[0-9A-Z]{2}\d{7}", _CONTEXT, checksum="mod 11"),),
    examples={"BY_UNP": ("унп «658204794»",)},
    counter_examples=("унп 658204792",),
)
