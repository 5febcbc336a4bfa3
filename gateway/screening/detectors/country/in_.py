"""Numbers of India: Aadhaar, tax, voters, passports, vehicles."""

from stdnum import verhoeff
from stdnum.in_ import gstin

from gateway.screening.checksums import luhn_valid
from gateway.screening.detectors._around import SEES
from gateway.screening.detectors._identity import (
    PLATE_WORDS,
    TWELVE_DIGITS,
    alone,
    beside_words,
    checked,
    compact,
    is_part_of_more,
)
from gateway.screening.patterns import Candidate, Family, Pattern, words

_AADHAAR = words("aadhaar, aadhar, adhaar, aadhaar number, uidai, virtual id, vid, आधार")
_PAN = words("pan, pan card, pan number, permanent account, income tax, पैन")
_GST = words("gstin, gst, gst number, gst registration, goods and services")
_VOTER = words("voter, voter id, epic, elector, election, electors photo identity")
_PASSPORT = words("indian passport, passport india, republic of india, पासपोर्ट")

_STATES = (
    "AN|AP|AR|AS|BR|CG|CH|DD|DL|DN|GA|GJ|HP|HR|JH|JK|KA|KL|LA|LD|MH|ML|MN|MP|MZ|NL|OD|OR|PB|PY|RJ|SK|TG|TN|TR|TS|UK|"
    "UP|UT|WB"
)
_GST_STATES = r"(?:0[1-9]|[12]\d|3[0-8]|9[79])"
_VALID_GSTIN = 0.9


def is_verhoeff_number(number: str) -> bool:
    """Tell whether the last of *number*'s digits is the check digit; what reads the same backwards is never given."""
    return number != number[::-1] and verhoeff.checksum(number) == 0


def _is_voter(number: str) -> bool:
    return luhn_valid(number[3:])


def _is_grouped_aadhaar(candidate: Candidate) -> Candidate | None:
    data, start, end, _ = candidate
    if b":" in (data[start - 1 : start], data[end : end + 1]):  # four digits more: an IPv6 address
        return None
    return _is_aadhaar(candidate)


_is_aadhaar = checked(is_verhoeff_number)


def _is_gstin(candidate: Candidate) -> Candidate | None:
    """Take every candidate: no other number is written like it. The check digit makes it sure."""
    if is_part_of_more(candidate):
        return None
    return candidate.scored(_VALID_GSTIN) if gstin.is_valid(compact(candidate.text)) else candidate


DETECTOR = Family(
    name="in",
    source=(
        "UIDAI (Aadhaar, virtual ids); Income Tax Department (PAN); GST Council (GSTIN); Election Commission (EPIC); "
        "Ministry of External Affairs; Central Motor Vehicles Rules 1989, rule 50"
    ),
    patterns=(
        Pattern(
            name="Aadhaar in groups",
            entity_type="IN_AADHAAR",
            regex=r"\b[2-9]\d{3}[ :-]\d{4}[ :-]\d{4}\b",
            score=0.55,
            context=_AADHAAR,
            check=_is_grouped_aadhaar,
            sees=SEES,
            checksum="Verhoeff",
        ),
        beside_words(
            "Aadhaar",
            "IN_AADHAAR",
            r"\b[2-9]\d{11}\b",
            _AADHAAR,
            valid=is_verhoeff_number,
            gate=TWELVE_DIGITS,
            checksum="Verhoeff",
        ),
        beside_words(
            "virtual id",
            "IN_VID",
            r"\b[2-9]\d{3} ?\d{4} ?\d{4} ?\d{4}\b",
            _AADHAAR,
            valid=is_verhoeff_number,
            checksum="Verhoeff",
        ),
        Pattern(
            name="PAN",
            entity_type="IN_PAN",
            regex=r"\b[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]\b",
            score=0.6,
            context=_PAN,
            check=alone,
        ),
        beside_words("PAN, in any form", "IN_PAN", r"(?i)\b[A-Z]{5}\d{4}[A-Z]\b", _PAN),
        Pattern(
            name="GSTIN",
            entity_type="IN_GSTIN",
            regex=rf"\b{_GST_STATES}[A-Z]{{5}}\d{{4}}[A-Z][1-9A-Z]Z[0-9A-Z]\b",
            score=0.65,
            context=_GST,
            check=_is_gstin,
            checksum="Luhn mod 36",
        ),
        Pattern(
            name="voter",
            entity_type="IN_VOTER",
            regex=r"\b[A-Z]{3}\d{7}\b",
            score=0.5,
            context=_VOTER,
            check=checked(_is_voter),
            checksum="Luhn",
        ),
        beside_words("voter, in any form", "IN_VOTER", r"(?i)\b[A-Z]{3}\d{7}\b", _VOTER),
        beside_words("passport", "IN_PASSPORT", r"(?i)\b[A-PR-WY][1-9]\d ?\d{4}[1-9]\b", _PASSPORT),
        Pattern(
            name="plate",
            entity_type="IN_VEHICLE_REGISTRATION",
            regex=rf"\b(?:{_STATES})[ -]?\d{{2}}[ -]?[A-HJ-NP-Z]{{1,3}}[ -]?\d{{4}}\b",
            score=0.55,
            context=PLATE_WORDS,
            check=alone,
        ),
    ),
    examples={
        "IN_AADHAAR": ("«3123-4567-8909»", "Aadhaar «234123412346»"),
        "IN_VID": ("virtual id «2341234123412341»",),
        "IN_PAN": ("«ABCPD1234E»", "my pan is «djpms1234z»"),
        "IN_GSTIN": ("«27AAPFU0939F1ZV»", "GST: «27ABCDE1234F1Z5»"),
        "IN_VOTER": ("«WKH1186253»", "voter id «DBJ2289013»"),
        "IN_PASSPORT": ("Indian passport «T3569075»",),
        "IN_VEHICLE_REGISTRATION": ("«KA53ME3456»", "«DL 01 CA 1234»"),
    },
    counter_examples=(
        "3123-4567-8908",
        "234123412346",
        "2341234123412341",
        "ABCMD1234E, abcpd1234e",
        "00ABCDE1234F1Z5",
        "WKH1186254",
        "T3569075",
        "XX53ME3456",
        "2001:3123:4567:8909",
    ),
)
