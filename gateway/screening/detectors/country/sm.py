"""San Marino: the economic operator's code."""

from stdnum.sm import coe

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("coe, codice operatore economico, c.o.e")

DETECTOR = Family(
    name="sm",
    source="Ufficio Tributario, Codice operatore economico",
    patterns=(number("SM_COE", coe.is_valid, r"\d{4,6}", _CONTEXT, prefix="SM", score=0.4),),
    examples={"SM_COE": ("coe «SM98844»",)},
    counter_examples=("COE 2416A",),
)
