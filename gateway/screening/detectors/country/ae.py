"""United Arab Emirates: the identity number."""

from gateway.screening.checksums import luhn_valid
from gateway.screening.detectors.country._numbers import number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("emirates id, eid, uae id, idn, رقم الهوية, الهوية الإماراتية")


def _is_dashed(text: str) -> bool:
    return luhn_valid(text.replace("-", ""))


DETECTOR = Family(
    name="ae",
    source="Federal Authority for Identity and Citizenship, Emirates ID: 784, year of birth, number, check digit",
    patterns=(
        number("AE_EMIRATES_ID", luhn_valid, r"784[12]\d{11}", _CONTEXT, checksum="Luhn"),
        written(
            "AE_EMIRATES_ID",
            _is_dashed,
            r"784-(?:19|20)\d{2}-\d{7}-\d",
            _CONTEXT,
            checksum="Luhn",
            score=0.85,
        ),
    ),
    examples={"AE_EMIRATES_ID": ("Emirates ID «784199728080708»", "holder «784-1975-6752334-1»")},
    counter_examples=("Emirates ID 784199728080700", "holder 784-1975-6752334-0"),
)
