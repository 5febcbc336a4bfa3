"""Iran: the national code."""

from gateway.screening.detectors.country._numbers import number, weighted_sum
from gateway.screening.patterns import Family, words


def _is_code(text: str) -> bool:
    rest = weighted_sum(text, range(10, 1, -1)) % 11
    return int(text[-1]) == (rest if rest < 2 else 11 - rest)  # noqa: PLR2004 -- 0 and 1 stand for themselves


DETECTOR = Family(
    name="ir",
    source="سازمان ثبت احوال کشور, کد ملی",
    patterns=(
        number(
            "IR_NATIONAL_CODE",
            _is_code,
            r"\d{10}",
            words("کد ملی, کدملی, شماره ملی, iranian national code, iran national id, code melli"),
            checksum="mod 11",
        ),
    ),
    examples={"IR_NATIONAL_CODE": ("کد ملی «0032371853»", "code melli «1248729552»")},
    counter_examples=("کد ملی 0032371850", "national code of conduct 1732264512"),
)
