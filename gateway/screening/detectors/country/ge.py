"""Georgia: the personal number."""

from gateway.screening.detectors.country._numbers import is_no_filler, number
from gateway.screening.patterns import Family, words

DETECTOR = Family(
    name="ge",
    source="საჯარო რეესტრის ეროვნული სააგენტო, personal number of 11 digits; no check digit is published",
    patterns=(
        number(
            "GE_PERSONAL_NUMBER",
            is_no_filler,
            r"\d{11}",
            words("პირადი ნომერი, პ/ნ, georgian personal number, georgian id"),
            score=0.4,
        ),
    ),
    examples={"GE_PERSONAL_NUMBER": ("პირადი ნომერი «01024085169»",)},
    counter_examples=("პირადი ნომერი 0102408516", "order 01024085169"),
)
