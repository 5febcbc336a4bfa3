"""Azerbaijan: the tax number of people and companies."""

from stdnum.az import voen

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("vöen, voen, vergi ödəyicisi")

DETECTOR = Family(
    name="az",
    source="Dövlət Vergi Xidməti, VÖEN; OECD, Tax identification numbers: Azerbaijan",
    patterns=(number("AZ_VOEN", voen.is_valid, r"\d{9,10}", _CONTEXT, checksum="mod 11"),),
    examples={"AZ_VOEN": ("vöen «2774019322»",)},
    counter_examples=("vöen 2774019323",),
)
