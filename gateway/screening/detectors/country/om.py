"""Oman: the VAT number."""

from gateway.screening.detectors.country._numbers import VAT, number, weighted_sum
from gateway.screening.patterns import Family

_WEIGHTS = (1, 6, 3, 7, 9)


def _is_vatin(text: str) -> bool:
    check = (1 + weighted_sum(text[6:11], _WEIGHTS)) % 11
    return text[-1] == "0123456789X"[check]


DETECTOR = Family(
    name="om",
    source="Oman Tax Authority, VATIN; the weights as in python-stdnum (stdnum.om.vat)",
    patterns=(number("OM_VAT", _is_vatin, r"OM\d{9}[0-9X]", VAT, checksum="mod 11"),),
    examples={"OM_VAT": ("VATIN «OM1100793312»",)},
    counter_examples=("VATIN OM1100793310", "VAT 110000608312"),
)
