"""Uruguay: the taxpayer's number."""

from stdnum.uy import rut

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("rut, registro único tributario")

DETECTOR = Family(
    name="uy",
    source="Dirección General Impositiva, RUT",
    patterns=(number("UY_RUT", rut.is_valid, r"\d{12}", _CONTEXT, checksum="mod 11", prefix="UY"),),
    examples={"UY_RUT": ("rut «UY211556660011»",)},
    counter_examples=("rut 211556660015",),
)
