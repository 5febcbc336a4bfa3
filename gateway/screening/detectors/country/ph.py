"""Numbers of the Philippines: tax, social security, health insurance, the national id."""

from gateway.screening.detectors._identity import beside_words
from gateway.screening.patterns import Family, words

_TAX = words("tin, bir, bir tin, taxpayer identification, taxpayer identification number, tax identification")
_SOCIAL = words("sss, social security system, sss number, gsis, philhealth, pag-ibig, crn, umid")
_ID = words("philsys, philid, psn, pcn, national id, philippine identification")


def _is_taxpayer(number: str) -> bool:
    """Tell whether *number* has a serial number, behind the digit of the kind and before the check digit."""
    return number[1:8].strip("0") != ""


DETECTOR = Family(
    name="ph",
    source=(
        "Bureau of Internal Revenue, RMO 34-98 (TIN); Social Security System; PhilHealth; Philippine Statistics "
        "Authority (PhilSys)"
    ),
    patterns=(
        beside_words(
            "taxpayer",
            "PH_TIN",
            r"\b\d{3}-?\d{3}-?\d{3}(?:-?\d{3}(?:\d{2})?)?\b",
            _TAX,
            valid=_is_taxpayer,
        ),
        beside_words("social security", "PH_SSS", r"\b\d{2}-\d{7}-\d\b", _SOCIAL),
        beside_words("health insurance", "PH_PHILHEALTH", r"\b\d{2}-\d{9}-\d\b", _SOCIAL),
        beside_words("unified id", "PH_CRN", r"\b\d{4}-\d{7}-\d\b", _SOCIAL),
        beside_words("national id", "PH_PSN", r"\b\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{4}\b", _ID),
    ),
    examples={
        "PH_TIN": (
            "TIN «123-456-789»",
            "my BIR taxpayer identification number is «000123456»",
            "TIN «123-456-789-000»",
        ),
        "PH_SSS": ("SSS «34-1234567-8»",),
        "PH_PHILHEALTH": ("PhilHealth «12-123456789-1»",),
        "PH_CRN": ("UMID CRN «0111-1234567-8»",),
        "PH_PSN": ("PhilSys «1234-5678-9012-3456»",),
    },
    counter_examples=("TIN 600-000-000", "123-456-789", "34-1234567-8", "0111-1234567-8"),
)
