"""Numbers of the United States: social security, tax, passports, driver's licences, health care."""

import re

from gateway.screening.checksums import luhn_valid
from gateway.screening.detectors._around import LETTERS_AND_DIGITS, pairs, without_marks
from gateway.screening.detectors._identity import (
    DOCUMENT_VALUE,
    TEN_DIGITS,
    alone,
    beside_words,
    checked,
    compact,
    is_part_of_more,
    is_whole_text,
    labelled,
)
from gateway.screening.patterns import Candidate, Family, Pattern, words

_SSN = words("ssn, ssns, ss#, ss no, social, social security, social security number, tax id, taxpayer")
_TAX = words(
    "itin, atin, ein, fein, tin, tax id, tax identification, taxpayer, taxpayer id, employer identification, irs"
)
_NPI = words("npi, npi number, national provider, provider identifier, provider id")
_MEDICARE = words("medicare, mbi, beneficiary, cms")

_ITIN_GROUPS = frozenset((*range(50, 66), *range(70, 89), *range(90, 93), *range(94, 100)))
_DIGIT_OR_LETTER = "[0-9OolISB]"
_NO_AREAS = frozenset({b"000", b"666"})
_SSN_SEPARATORS = b"- ."
_NO_EIN = frozenset(words("00, 07, 08, 09, 17, 18, 19, 28, 29, 49, 69, 70, 78, 79, 89, 96, 97"))
_NPI_ISSUER = "80840"  # the card issuer identifier that the check digit is calculated with
_IN_A_NAME = pairs(LETTERS_AND_DIGITS, b"_")
_JOINED = 0.3  # the score of a piece of something longer
_WHOLE_TEXT = 0.5  # the score of a form that is only enough if it is all that a text holds
_MISREAD = bytes.maketrans(b"OolISB", b"001158")  # letters that a scanner makes of digits
_MBI_LETTER, _MBI_EITHER = "[AC-HJKMNP-RT-Y]", "[0-9AC-HJKMNP-RT-Y]"  # no S, L, O, I, B, Z
_MBI_PARTS = (
    rf"[1-9]{_MBI_LETTER}{_MBI_EITHER}[0-9]",
    rf"{_MBI_LETTER}{_MBI_EITHER}[0-9]",
    rf"{_MBI_LETTER}{{2}}[0-9]{{2}}",
)
_MBI = rf"\b(?:(?i:{'-'.join(_MBI_PARTS)})|{''.join(_MBI_PARTS)})\b"

_LICENSE_LABEL = r"\bdriv(?:ers?|er['\x{2019}]s|ing)[\s_-]{0,3}(?:license|permit)|(?-i:\bDLN?[ :#])"
_LICENSE_FORMS = (
    r"[A-Z]?[0-9]{7,14}|[0-9]{16}|[A-Z][0-9]{5,6}|[A-Z][0-9]{18}|[A-Z]{2}[0-9]{5,7}|[A-Z]{3}[0-9]{6}|"
    r"[A-Z]{2}[0-9]{6}[A-Z]|[0-9]{2}[A-Z]{3}[0-9]{5}|[0-9]{3}[A-Z]{2}[0-9]{4}|[0-9]{7,9}[A-Z]|[0-9]{8}[A-Z]{2}|"
    r"[0-9]{3}[A-Z][0-9]{6}|[A-Z][0-9]{6}R"
)
_LICENSE_NUMBER = re.compile(_LICENSE_FORMS)


def is_ssn(number: bytes) -> bool:
    """Tell whether *number*, nine digits, can be issued: no area 000, 666 or 900 up, no group 00, no serial 0000."""
    area = number[:3]
    if area >= b"900" or area in _NO_AREAS or number[3:5] == b"00" or number[5:] == b"0000":
        return False
    return number != number[:1] * len(number)


def is_itin(number: str) -> bool:
    """Tell whether *number*, nine digits that begin with 9, is of a group that is issued."""
    return number[0] == "9" and int(number[3:5]) in _ITIN_GROUPS


def is_npi(number: str) -> bool:
    """Tell whether *number*, ten digits, is a provider's: 1 or 2 comes first, the check digit is right."""
    return number[0] in "12" and len(set(number[:9])) > 1 and luhn_valid(_NPI_ISSUER + number)


def _is_ssn(candidate: Candidate) -> Candidate | None:
    number = candidate.data[candidate.start : candidate.end].translate(None, _SSN_SEPARATORS)
    return candidate if is_ssn(number) and not _of_longer_number(candidate) else None


def _is_dashed_ssn(candidate: Candidate) -> Candidate | None:
    """Take a piece of something longer, as in `ssn-536-22-8145`, too: beside a context word it is enough."""
    candidate = without_marks(candidate)
    number = candidate.data[candidate.start : candidate.end].translate(None, _SSN_SEPARATORS)
    if not is_ssn(number):
        return None
    joined = _of_longer_number(candidate) or candidate.data[max(0, candidate.start - 2) : candidate.start] in _IN_A_NAME
    return candidate.scored(_JOINED) if joined else candidate


def _of_longer_number(candidate: Candidate) -> bool:
    return is_part_of_more(candidate) or candidate.data[candidate.end : candidate.end + 1] in (b"/", b"_")


def _is_spaced_ssn(candidate: Candidate) -> Candidate | None:
    """Take three groups of digits; they say most where nothing else stands, not in a table of numbers."""
    found = _is_ssn(candidate)
    return found.scored(_WHOLE_TEXT) if found and is_whole_text(candidate) else found


def _is_misread_ssn(candidate: Candidate) -> Candidate | None:
    number = candidate.data[candidate.start : candidate.end].translate(_MISREAD, b"-")
    return candidate if is_ssn(number) and not _of_longer_number(candidate) else None


def _is_license(candidate: Candidate) -> Candidate | None:
    return candidate if _LICENSE_NUMBER.fullmatch(compact(candidate.text)) else None


def _is_ein(number: str) -> bool:
    return number[:2] not in _NO_EIN


def _misread(size: int) -> str:
    """Return the expression for *size* characters, digits but for the letters among them, of which there is one."""
    return "|".join(rf"\d{{{at}}}[OolISB]{_DIGIT_OR_LETTER}{{{size - at - 1}}}" for at in range(size))


# without a letter it is one with dashes
_MISREAD_SSN = (
    rf"\b(?:(?:{_misread(3)})-{_DIGIT_OR_LETTER}{{2}}-{_DIGIT_OR_LETTER}{{4}}|"
    rf"\d{{3}}-(?:(?:{_misread(2)})-{_DIGIT_OR_LETTER}{{4}}|\d{{2}}-(?:{_misread(4)})))\b"
)


def _ssn(name: str, regex: str) -> Pattern:
    return Pattern(
        name=name, entity_type="US_SSN", regex=regex, score=0.3, context=_SSN, needs_context=True, check=_is_ssn
    )


DETECTOR = Family(
    name="us",
    source=(
        "Social Security Administration, POMS RM 10201.035; IRS, Publication 1915 (ITIN), prefixes of EINs, Form "
        "W-12; CMS, NPI check digit and MBI format; Department of State; the states' forms of driver's licences as "
        "https://ntsi.com/drivers-license-format/ lists them"
    ),
    patterns=(
        Pattern(
            name="SSN with dashes",
            entity_type="US_SSN",
            regex=r"(?:\b|_)\d{3}-\d{2}-\d{4}(?:\b|_)",
            score=0.65,
            context=_SSN,
            check=_is_dashed_ssn,
        ),
        Pattern(
            name="SSN with spaces",
            entity_type="US_SSN",
            regex=r"\b\d{3} \d{2} \d{4}\b",
            score=0.3,
            context=_SSN,
            check=_is_spaced_ssn,
        ),
        _ssn("SSN with dots", r"\b\d{3}\.\d{2}\.\d{4}\b"),
        _ssn("SSN bare", r"\b(?:\d{3}-?\d{6}|\d{5}-\d{4})\b"),
        Pattern(
            name="SSN misread by a scanner",
            entity_type="US_SSN",
            regex=_MISREAD_SSN,
            score=0.3,
            context=_SSN,
            needs_context=True,
            check=_is_misread_ssn,
        ),
        Pattern(
            name="ITIN with dashes",
            entity_type="US_ITIN",
            regex=r"\b9\d{2}-\d{2}-\d{4}\b",
            score=0.6,
            context=_TAX,
            check=checked(is_itin),
        ),
        beside_words("ITIN bare", "US_ITIN", r"\b9\d{2} ?\d{2} ?\d{4}\b", _TAX, valid=is_itin),
        beside_words("EIN", "US_EIN", r"\b\d{2}-\d{7}\b", _TAX, valid=_is_ein),
        beside_words("PTIN", "US_PTIN", r"\bP-?\d{8}\b", words("ptin, preparer")),
        labelled("passport", "US_PASSPORT", r"\bpassports?\b", r"[0-9]{9}|A[0-9]{8}", score=0.78, check=alone),
        labelled("driver license", "US_DRIVER_LICENSE", _LICENSE_LABEL, DOCUMENT_VALUE, score=0.75, check=_is_license),
        Pattern(
            name="driver license with the Soundex of a name",  # Illinois, Florida, Wisconsin
            entity_type="US_DRIVER_LICENSE",
            regex=r"\b[A-Z][0-6]{3}-(?:\d{4}-\d{4}(?:-\d{2})?|\d{3}-\d{2}-\d{3}-\d)\b",
            score=0.55,
            check=alone,
        ),
        Pattern(
            name="NPI in groups",
            entity_type="US_NPI",
            regex=r"\b[12]\d{3}[- ]\d{3}[- ]\d{3}\b",
            score=0.55,
            context=_NPI,
            check=checked(is_npi),
            checksum="Luhn",
        ),
        beside_words("NPI bare", "US_NPI", r"\b[12]\d{9}\b", _NPI, valid=is_npi, gate=TEN_DIGITS, checksum="Luhn"),
        labelled("NPI behind its name", "US_NPI", r"\bNPI\b", r"[0-9]{10}", score=0.8, check=alone),
        Pattern(
            name="MBI",
            entity_type="US_MBI",
            regex=_MBI,
            score=0.7,
            context=_MEDICARE,
            check=alone,
        ),
    ),
    examples={
        "US_SSN": (
            "applicant «078-05-1120», married",
            "social security number: «536 22 8145»",
            "«536 22 8146»",
            "SSN «536228145»",
            "scanned: SSN «S36-2l-8145»",
            "ssn-«536-22-8145», SSN_«536-22-8145».pdf, ssn «536-22-8145»-ok",
        ),
        "US_ITIN": ("«911-70-1234»", "ITIN «911 70 1234»"),
        "US_EIN": ("EIN «12-3456789»", "federal tax id: «92-7315401»"),
        "US_PTIN": ("preparer's PTIN «P-00634642»",),
        "US_PASSPORT": ("my passport number is «912803456»", "passport # «A11223344»"),
        "US_DRIVER_LICENSE": (
            "My driver's license number is «281211981»",
            "driver license: «D1234567»",
            "DL «F255-921-50-094-0»",
            "«D123-4567-8901»",
        ),
        "US_NPI": ("«1234-567-893»", "provider identifier «1245319599»", "Dr. Hill, NPI: «5347929234»"),
        "US_MBI": ("Patient «1EG4-TE5-MK73»", "«1eg4-te5-mk73»", "«1EG4TE5MK73»"),
    },
    counter_examples=(
        "SSN 000-12-3456, 666-12-3456, 536-00-8145, 536-22-0000",
        "order 536228145",
        "536 22 8145 pieces",
        "part 536-22-8145-7, img_536-22-8145",
        "a lesson about 536228145",
        "911-49-1234",
        "EIN 07-3456789",
        "12-3456789",
        "1700000000",
        "NPI 123456789",
        "provider identifier 1245319598",
        "1EG4-LE5-MK73",
        "our driver's license expired, order 281211981 did not",
        "Licensed under the Apache License, Version 2.0",
        "git-lfs 912803456",
        "serial D123-4567-8901-2345 and D789-4567-8901",
    ),
)
