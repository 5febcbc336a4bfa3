"""Kenya: the personal identification number of the tax authority."""

from stdnum.ke import pin

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("pin, kra, kra pin")

DETECTOR = Family(
    name="ke",
    source="Kenya Revenue Authority, KRA PIN",
    patterns=(number("KE_PIN", pin.is_valid, r"[AP]\d{9}[A-Z]", _CONTEXT, score=0.45),),
    examples={"KE_PIN": ("pin «P027483045Z»",)},
    counter_examples=("PIN V051365947M",),
)
