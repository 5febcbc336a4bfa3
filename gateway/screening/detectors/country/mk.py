"""North Macedonia: the tax number."""

from stdnum.mk import edb

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("едб, edb, даночен број, единствен даночен број")

DETECTOR = Family(
    name="mk",
    source="Управа за јавни приходи, Единствен даночен број",
    patterns=(number("MK_EDB", edb.is_valid, r"\d{13}", _CONTEXT, checksum="mod 11", prefix="MK"),),
    examples={"MK_EDB": ("едб «MK4064189159709»",)},
    counter_examples=("едб 4064189159702",),
)
