"""Numbers of the United Kingdom: health, national insurance, tax, passports, driving, plates, pupils, postcodes."""

import re

from stdnum.gb import upn, utr, vat

from gateway.screening.detectors._identity import (
    DRIVER_WORDS,
    PLATE_WORDS,
    TEN_DIGITS,
    alone,
    beside_words,
    checked,
    is_whole_text,
    weighted_sum,
)
from gateway.screening.patterns import Candidate, Family, Pattern, words

_NHS = words("nhs, nhs number, nhs no, national health service, health services authority, chi number")
_NINO = words("nino, ni number, national insurance, national insurance number")
_TAX = words("utr, unique taxpayer reference, self assessment, hmrc, tax reference, vat, vat number")
_PASSPORT = words("uk passport, british passport, hm passport office, hmpo")
_POSTCODE = words("postcode, postcodes, post code, postal code")

_HEALTH_WEIGHTS = (10, 9, 8, 7, 6, 5, 4, 3, 2, 1)
_NO_NINO = frozenset(words("BG, GB, KN, NK, NT, TN, ZZ"))
_WORDS_LIKE_A_PLATE = frozenset(words("AND, ARE, BUT, FOR, HAS, NOT, OFF, THE, USD, EUR, WAS, YOU"))
_PLATE = re.compile(r"[A-HJ-PR-Y]{2}(?:0[2-9]|[1-2][0-9]|5[1-9]|6[0-9]|7[0-9]) ?([A-HJ-PR-Z]{3})")


def is_health_number(number: str) -> bool:
    """Tell whether the last of *number*'s ten digits is its check digit."""
    return weighted_sum(number, _HEALTH_WEIGHTS) % 11 == 0


def _is_nino(number: str) -> bool:
    return number[:2] not in _NO_NINO


def _is_plate(candidate: Candidate) -> Candidate | None:
    parts = _PLATE.fullmatch(candidate.text)
    return alone(candidate) if parts and parts[1] not in _WORDS_LIKE_A_PLATE else None


def _is_whole_plate(candidate: Candidate) -> Candidate | None:
    found = _is_plate(candidate)
    return found.scored(0.5) if found and is_whole_text(candidate) else found


DETECTOR = Family(
    name="uk",
    source=(
        "NHS data dictionary (NHS number); HMRC, NIM39110 (national insurance numbers) and unique taxpayer references; "
        "DVLA, INF45/1 (plates) and driver numbers; Department for Education (unique pupil numbers); "
        "BS 7666 (postcodes)"
    ),
    patterns=(
        beside_words(
            "NHS number",
            "UK_NHS",
            r"\b\d{3}[ -]?\d{3}[ -]?\d{4}\b",
            _NHS,
            valid=is_health_number,
            gate=TEN_DIGITS,
            checksum="mod 11",
        ),
        Pattern(
            name="national insurance number",
            entity_type="UK_NINO",
            regex=r"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b",
            score=0.65,
            context=_NINO,
            check=checked(_is_nino),
        ),
        beside_words(
            "national insurance number, in any case",
            "UK_NINO",
            r"(?i)\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b",
            _NINO,
            valid=_is_nino,
        ),
        beside_words("passport", "UK_PASSPORT", r"\b(?:\d{9}|[A-Z]{2}\d{7})\b", _PASSPORT),
        Pattern(
            name="driver number",
            entity_type="UK_DRIVING_LICENCE",
            regex=(
                r"(?i)\b(?:[A-Z]{5}|[A-Z]{4}9|[A-Z]{3}99|[A-Z]{2}999|[A-Z]9999) ?\d(?:[05][1-9]|[16][0-2])"
                r"(?:0[1-9]|[12]\d|3[01])\d ?[A-Z][A-Z9][A-Z0-9][A-Z]{2}\b"
            ),
            score=0.75,
            context=DRIVER_WORDS,
            check=alone,
        ),
        Pattern(
            name="plate with a space",
            entity_type="UK_VEHICLE_REGISTRATION",
            regex=r"\b[A-Z]{2}[0-9]{2} [A-Z]{3}\b",
            score=0.5,
            context=PLATE_WORDS,
            check=_is_plate,
        ),
        Pattern(
            name="plate",
            entity_type="UK_VEHICLE_REGISTRATION",
            regex=r"\b[A-Z]{2}[0-9]{2}[A-Z]{3}\b",
            score=0.45,
            context=PLATE_WORDS,
            check=_is_whole_plate,
        ),
        beside_words(
            "older plate",
            "UK_VEHICLE_REGISTRATION",
            r"\b(?:[A-HJ-NPR-TV-Y]\d{1,3} ?[A-HJ-PR-Z]{3}|[A-HJ-PR-Z]{3} ?\d{1,3}[A-HJ-NPR-TV-Y])\b",
            PLATE_WORDS,
        ),
        beside_words(
            "unique taxpayer reference", "UK_UTR", r"\b\d{5} ?\d{5}\b", _TAX, valid=utr.is_valid, gate=TEN_DIGITS
        ),
        Pattern(
            name="VAT number",
            entity_type="UK_VAT",
            regex=r"\bGB ?\d{3} ?\d{4} ?\d{2}(?: ?\d{3})?\b",
            score=0.7,
            context=_TAX,
            check=checked(vat.is_valid),
            checksum="mod 97",
        ),
        Pattern(
            name="unique pupil number",
            entity_type="UK_UPN",
            regex=r"\b[A-HJ-NP-RT-Z]\d{11}[A-HJ-NP-RT-Z0-9]\b",
            score=0.6,
            context=("upn", "pupil"),
            check=checked(upn.is_valid),
            checksum="mod 23",
        ),
        beside_words(
            "postcode",
            "UK_POSTCODE",
            r"(?i)\b(?:[A-PR-UWYZ](?:\d{1,2}|\d[A-HJKPSTUW]|[A-HK-Y]\d{1,2}|[A-HK-Y]\d[ABEHMNPRVWXY])|GIR) ?"
            r"\d[ABD-HJLNP-UW-Z]{2}\b",
            _POSTCODE,
        ),
    ),
    examples={
        "UK_NHS": ("NHS number «943 476 5919»", "nhs no «9434765919»"),
        "UK_NINO": ("«AB123456C»", "NI number: «pr 12 36 12 c»"),
        "UK_PASSPORT": ("UK passport «912803456»",),
        "UK_DRIVING_LICENCE": ("«MORGA657054SM9IJ»", "driving licence «fo999512018aa1ab»", "«MORGA 657054 SM9IJ»"),
        "UK_VEHICLE_REGISTRATION": ("«AB51 ABC»", "car reg «BD62XYZ»", "number plate «A123 BCD»"),
        "UK_UTR": ("UTR «1955839661»",),
        "UK_VAT": ("«GB 980 7806 84»",),
        "UK_UPN": ("«B801200005001»",),
        "UK_POSTCODE": ("postcode «EC1A 1BB»",),
    },
    counter_examples=(
        "NHS number 943 476 5918",
        "9434765919",
        "BG123456C and QQ123456C",
        "ab123456c",
        "MORGA600054SM9IJ",
        "AQ51 ABC, AB35 ABC, MP22 AND",
        "part BD62XYZ of the list",
        "GB 980 7806 85",
        "EC1A 1BB",
        "1955839661",
    ),
)
