"""
Numbers of mobile devices (IMEI) and of their subscribers (IMSI).

Source: 3GPP TS 23.003, sections 2.2 and 6.2; GSMA TS.06 (the reporting body's digits, with which an IMEI begins).
"""

from gateway.screening.checksums import luhn_valid
from gateway.screening.detectors._around import is_joined
from gateway.screening.patterns import Candidate, Family, Pattern, words

_DIGITS = 15
_JOINTS = b"-./_"
_REPORTING_BODIES = frozenset(words("01, 33, 35, 44, 45, 49, 50, 51, 52, 53, 54, 86, 91, 98, 99"))
_OF_NO_BODY = 0.3
_COUNTRIES = b"234567"  #: first digits of the mobile country codes, ITU-T E.212
_IMEI_WORDS = words("imei, imei number, imeisv, device id, handset, iphone, android, smartphone, mobile device")


def _is_imei(candidate: Candidate) -> Candidate | None:
    if is_joined(candidate, _JOINTS):
        return None
    digits = candidate.data[candidate.start : candidate.end].translate(None, b" -").decode()
    if len(set(digits)) == 1 or (len(digits) == _DIGITS and not luhn_valid(digits)):
        return None
    return candidate if digits[:2] in _REPORTING_BODIES else candidate.scored(_OF_NO_BODY)


def _is_imsi(candidate: Candidate) -> Candidate | None:
    return candidate if candidate.data[candidate.start] in _COUNTRIES and not is_joined(candidate, _JOINTS) else None


DETECTOR = Family(
    name="imei",
    patterns=(
        Pattern(
            name="grouped IMEI",
            entity_type="IMEI",
            regex=r"\b(?:\d{2}[ -]\d{6}[ -]|\d{6}[ -]\d{2}[ -]|\d{8}-)\d{6}[ -]\d{1,2}\b",
            score=0.7,
            context=_IMEI_WORDS,
            check=_is_imei,
            checksum="Luhn",
        ),
        Pattern(
            name="IMEI",
            entity_type="IMEI",
            regex=r"\b\d{15}\b",
            score=0.55,
            context=_IMEI_WORDS,
            check=_is_imei,
            checksum="Luhn",
        ),
        Pattern(
            name="IMSI",
            entity_type="IMSI",
            regex=r"\b\d{14,15}\b",
            score=0.5,
            context=("imsi", "imsi number", "subscriber identity"),
            needs_context=True,
            check=_is_imsi,
            source="3GPP TS 23.003, section 2.2",
        ),
    ),
    examples={
        "IMEI": (
            "IMEI «490154203237518»",
            "on the box: «35-209900-176148-1», «356868-00-004141-8»",
            "imei=«35209900-176148-1»",
            "«490154203237518» stands on the box",
            "device «490154203237518» was lost",
        ),
        "IMSI": ("imsi: «262011234567890»",),
    },
    counter_examples=(
        "imei 490154203237519",
        "order 123456789012345",
        "at 1731601840461",
        "378282246310005",
        "000000000000000",
    ),
)
