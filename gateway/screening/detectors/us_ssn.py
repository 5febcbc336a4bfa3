"""
US social security numbers.

Source: Social Security Administration, "Social Security Number Randomization" and POMS RM 10201.035: no area 000, 666
or 900 and up, no group 00, no serial number 0000.
"""

from gateway.screening.patterns import Candidate, Family, Pattern

_CONTEXT = ("ssn", "ssns", "ss#", "social security", "social security number", "social", "tax id", "taxpayer", "ss no")
_LENGTH = 9
_JOINTS = frozenset("-./_")


def _is_ssn(candidate: Candidate) -> Candidate | None:
    digits = "".join(filter(str.isdigit, candidate.text))
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    if len(digits) != _LENGTH or area in {"000", "666"} or area >= "900" or group == "00" or serial == "0000":
        return None
    if len(set(digits)) == 1 or _is_part_of_more(candidate):
        return None
    return candidate


def _is_part_of_more(candidate: Candidate) -> bool:
    before, after = candidate.before(2), candidate.after(2)
    return (before[-1:] in _JOINTS and before[:1].isalnum()) or (after[:1] in _JOINTS and after[1:].isalnum())


def _weak(name: str, regex: str) -> Pattern:
    return Pattern(
        name=name,
        entity_type="US_SSN",
        regex=regex,
        score=0.3,
        context=_CONTEXT,
        needs_context=True,
        check=_is_ssn,
    )


DETECTOR = Family(
    name="us_ssn",
    patterns=(
        Pattern(
            name="with dashes",
            entity_type="US_SSN",
            regex=r"\b\d{3}-\d{2}-\d{4}\b",
            score=0.65,
            context=_CONTEXT,
            check=_is_ssn,
        ),
        _weak("with spaces or dots", r"\b\d{3}(?: \d{2} |\.\d{2}\.)\d{4}\b"),
        _weak("bare", r"\b(?:\d{3}-?\d{6}|\d{5}-\d{4})\b"),
    ),
    examples={
        "US_SSN": (
            "applicant «078-05-1120», married",
            "social security number: «536 22 8145»",
            "SSN «536228145»",
        )
    },
    counter_examples=(
        "SSN 000-12-3456, 666-12-3456, 912-12-3456, 536-00-8145, 536-22-0000",
        "order 536228145",
        "part 536-22-8145-7",
        "a lesson about 536228145",
    ),
)
