"""North Macedonia: tax and citizen numbers."""

from stdnum.mk import edb
from stdnum.si import emso

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("едб, edb, даночен број, единствен даночен број")
_CITIZEN = words("ембг, embg, единствен матичен број")


DETECTOR = Family(
    name="mk",
    source="Управа за јавни приходи, Единствен даночен број",
    patterns=(
        number("MK_EDB", edb.is_valid, r"\d{13}", _CONTEXT, checksum="mod 11", prefix="MK"),
        number("MK_EMBG", emso.is_valid, r"[0-3]\d{12}", _CITIZEN, checksum="mod 11"),
    ),
    examples={"MK_EMBG": ("ЕМБГ «1208981455650»",), "MK_EDB": ("едб «MK4064189159709»",)},
    counter_examples=("ЕМБГ 1208981455651", "едб 4064189159702"),
)
