"""Bulgaria: personal, foreigner's and VAT numbers."""

from stdnum.bg import egn, pnf, vat

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("егн, egn, единен граждански номер, лнч, pnf, личен номер на чужденец, личен номер")
_BUSINESS = words("ддс, vat, булстат, bulstat, еик")

DETECTOR = Family(
    name="bg",
    source="ГРАО, Единен граждански номер; Национална агенция за приходите",
    patterns=(
        number("BG_EGN", egn.is_valid, r"\d{10}", _CONTEXT, checksum="mod 11"),
        number("BG_PNF", pnf.is_valid, r"\d{10}", _CONTEXT, checksum="mod 10"),
        number("BG_VAT", vat.is_valid, r"\d{9,10}", _BUSINESS, checksum="mod 11", prefix="BG"),
    ),
    examples={"BG_EGN": ("егн «5503174092»",), "BG_PNF": ("лнч «5470972073»",), "BG_VAT": ("ддс «298084315»",)},
    counter_examples=(
        "егн 5503174099",
        "лнч 5470972079",
        "ддс 298084312",
    ),
)
