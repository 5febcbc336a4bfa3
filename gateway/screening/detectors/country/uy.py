"""Uruguay: identity card and taxpayer numbers."""

from stdnum.uy import rut

from gateway.screening.detectors.country._numbers import number, weighted_sum, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("rut, registro único tributario")
_PERSON = words("cédula, cedula, c.i, documento de identidad")


def _is_identity(text: str) -> bool:
    digits = "".join(filter(str.isdigit, text)).zfill(8)
    return -weighted_sum(digits[:7], (2, 9, 8, 7, 6, 3, 4)) % 10 == int(digits[7])


DETECTOR = Family(
    name="uy",
    source="Dirección General Impositiva, RUT; DNIC, cédula de identidad",
    patterns=(
        number("UY_RUT", rut.is_valid, r"\d{12}", _CONTEXT, checksum="mod 11", prefix="UY"),
        written(
            "UY_CI",
            _is_identity,
            r"(?:\d\.\d{3}\.\d{3}|\d{6,7})-\d",
            _PERSON,
            checksum="mod 10",
            score=0.45,
        ),
    ),
    examples={"UY_CI": ("cédula «3514191-6»", "C.I. «3.295.410-2»"), "UY_RUT": ("rut «UY211556660011»",)},
    counter_examples=("cédula 3514191-0", "rut 211556660015"),
)
