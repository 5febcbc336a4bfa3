"""Ghana: the taxpayer's number."""

from stdnum.gh import tin

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("tin, ghana tin, taxpayer identification number, gra")

DETECTOR = Family(
    name="gh",
    source="Ghana Revenue Authority, Taxpayer Identification Number",
    patterns=(number("GH_TIN", tin.is_valid, r"[PCGQV]00\d{7}[0-9A-Z]", _CONTEXT, checksum="mod 11"),),
    examples={"GH_TIN": ("tin «P0060087110»",)},
    counter_examples=("tin P0060087111",),
)
