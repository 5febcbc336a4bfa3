"""Moldova: identification numbers of people and companies."""

from stdnum.md import idno

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("idno, idnp, cod fiscal, cod personal")

DETECTOR = Family(
    name="md",
    source="Agenția Servicii Publice, IDNP and IDNO",
    patterns=(
        number("MD_IDNO", idno.is_valid, r"[12]\d{12}", _CONTEXT, checksum="weights 7-3-1"),
        number("MD_IDNP", idno.is_valid, r"[02]\d{12}", _CONTEXT, name="md_idnp", checksum="weights 7-3-1", score=0.55),
    ),
    examples={"MD_IDNO": ("idno «1099800658024»",), "MD_IDNP": ("idnp «2018083793274»",)},
    counter_examples=(
        "idno 1099800658021",
        "idnp 2018083793277",
    ),
)
