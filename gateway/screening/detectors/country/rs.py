"""Serbia: tax and citizen numbers."""

from stdnum.rs import pib
from stdnum.si import emso

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("pib, пиб, poreski identifikacioni broj, порески идентификациони број")
_CITIZEN = words("jmbg, јмбг, jedinstveni matični broj, matični broj građana, јединствени матични број")


DETECTOR = Family(
    name="rs",
    source="Poreska uprava, PIB; Zakon o jedinstvenom matičnom broju građana",
    patterns=(
        number("RS_PIB", pib.is_valid, r"\d{9}", _CONTEXT, checksum="ISO 7064 mod 11,10"),
        number("RS_JMBG", emso.is_valid, r"[0-3]\d{12}", _CITIZEN, checksum="mod 11"),
    ),
    examples={"RS_JMBG": ("JMBG «1205974711391»",), "RS_PIB": ("pib «149046248»",)},
    counter_examples=("JMBG 1205974711390", "pib 149046243"),
)
