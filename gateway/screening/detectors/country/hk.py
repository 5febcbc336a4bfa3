"""Hong Kong: the identity card number."""

from gateway.screening.detectors.country._numbers import number, weighted_sum, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("hkid, hkid no, hong kong identity card, hong kong id, 香港身份證, 身份證, 身份證號碼, 香港身份证")
_NO_LETTER = 36  #: what a missing first letter counts


def _is_hkid(text: str) -> bool:
    plain = text.replace("(", "").replace(")", "").replace(" ", "")
    values = [int(letter, 36) for letter in plain[:-7]]
    first, second = values if len(values) > 1 else [_NO_LETTER, *values]
    total = 9 * first + 8 * second + weighted_sum(plain[-7:-1], range(7, 1, -1))
    return plain[-1] == "0123456789A"[-total % 11]


DETECTOR = Family(
    name="hk",
    source="Immigration Department, Hong Kong identity card; the check digit as in its published specifications",
    patterns=(
        number("HK_HKID", _is_hkid, r"[A-Z]{2}\d{6}[0-9A]|[A-Z]\d{6}[0-9A]", _CONTEXT, checksum="mod 11"),
        written(
            "HK_HKID",
            _is_hkid,
            r"[A-Z]{1,2}\d{6} ?\([0-9A]\)",
            _CONTEXT,
            checksum="mod 11",
            score=0.75,
        ),
    ),
    examples={"HK_HKID": ("HKID «A1234563»", "holder «G123456(A)»", "香港身份證«AB987654(3)»")},
    counter_examples=("HKID A1234562", "holder G123456(1)", "f123456(3)"),
)
