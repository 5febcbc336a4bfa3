"""Ghana: the taxpayer's number."""

from stdnum.gh import tin

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("tin, ghana tin, taxpayer identification number, gra")

DETECTOR = Family(
    name="gh",
    source="Ghana Revenue Authority, Taxpayer Identification Number",
    patterns=(
        number("GH_TIN", tin.is_valid, "[PCGQV]00[A-Z0-9]{8}", _CONTEXT, checksum="mod 11", gate=r"(?i)\b[PCGQV]00"),
    ),
    examples={"GH_TIN": ("tin «P0060087110»",)},
    counter_examples=("tin P0060087111",),
)
