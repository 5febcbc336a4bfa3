"""Macao: the resident identity card number."""

from gateway.screening.detectors.country._numbers import written
from gateway.screening.patterns import Family, words


def _is_of_a_known_kind(text: str) -> bool:
    return text[0] in "1578" and len(set(text[:7])) > 1


DETECTOR = Family(
    name="mo",
    source="Direcção dos Serviços de Identificação, Bilhete de Identidade de Residente; its check digit is unpublished",
    patterns=(
        written(
            "MO_BIR",
            _is_of_a_known_kind,
            r"\d{7}\(\d\)|\d/\d{6}/\d",
            words("bir, bilhete de identidade, macau id, macao id, macau resident, 澳門身份證, 澳门身份证"),
            score=0.4,
        ),
    ),
    examples={"MO_BIR": ("澳門身份證«1234567(8)»", "BIR «5/215215/5»")},
    counter_examples=("call 1234567(8)", "BIR 3/215215/5"),
)
