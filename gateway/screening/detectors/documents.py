"""
Numbers of passports, driver's licences, identity cards and tax files of any country, by the words beside them.

Source: ICAO Doc 9303-4 (passport numbers have up to nine characters); Drug Enforcement Administration, 21 CFR 1301
(the registration number and its check digit). The other forms differ by country and office.
"""

import re

from gateway.screening.detectors._identity import (
    DOCUMENT_VALUE,
    PASSPORT_WORDS,
    alone,
    checked,
    compact,
    labelled,
    weighted_sum,
)
from gateway.screening.patterns import Candidate, Family, KeyedValue, Pattern, words

_PASSPORT = (
    r"\bpassports?|(?:reise|diplomaten)pass(?:nummer)?|pass-?nr|pas[asz]{1,2}e?port[eou]?|"
    r"paspoort(?:nummer)?|passinumero|passnummer|паспорта?|护照|護照|パスポート|旅券|여권"
)
_DRIVER_LICENSE = (
    r"\bdriv(?:ers?|er['\x{2019}]s|ing)[\s_-]{0,3}(?:licen[cs]e|permit)|(?-i:\bDLN?[ :#])|"
    r"führerschein(?:nummer)?|"
    r"\bpermis de conduire|(?:licencia|carnet|permiso) de conduci[rón]{1,3}|patente di guida|"
    r"carta de condução|carteira de motorista|(?-i:\bCNH\b)|rijbewijs(?:nummer)?|prawo jazdy|prawa jazdy|"
    r"körkort(?:snummer)?|førerkort|kørekort|ajokortti|ehliyet|водительское удостоверение|"
    r"驾驶证|駕照|驾照|運転免許証?|운전면허"
)
_ANY_LICENSE = r"\blicen[cs]e"
_NATIONAL_ID = (  # not what has a check digit in its country: there a detector of its own decides
    r"\bnational[\s_-]?id(?:entity|entification)?|(?-i:\bNID[ :#])|\b(?:identity|id|citizen|citizenship)[\s_-]card|"
    r"\b(?:citizen|government|personal|state)[\s_-](?:id|identity|identification)\b|\bvoter(?:['\x{2019}]?s)?[\s_-]id|"
    r"identitätskarte|carte (?:nationale )?d['\x{2019}]identité|(?-i:\bCNI\b)|documento de identi(?:dad|dade)|"
    r"cédula(?: de (?:identidad|ciudadanía))?|legitimation|henkilökortti|удостоверение личности|신분증"
)
_TAX_ID = (
    r"\btax[\s_-]?(?:id\b|identification|identity|payer|reference|file|no\b|number)|taxpayer|(?-i:\b(?:[AP]?TIN|TRN)\b)|"
    r"\bvat[\s_-]?(?:id\b|no\b|number|reg)|num[eé]ro fiscal|n[uú]mero fiscal|identificación fiscal|"
    r"numer podatkowy|納税者番号"
)
_MIN_DIGITS, _MIN_DIFFERENT_DIGITS, _MAX_CHARACTERS = 5, 3, 20
_NO_DOCUMENT = re.compile(  # dates, and US social security numbers, whose own detector knows them better
    r"\d{3}-\d{2}-\d{4}|(?:19|20)\d{2}[-/](?:19|20)\d{2}|"
    r"(?:19|20)\d{2}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./](?:19|20)?\d{2}"
)
_LICENSE_NUMBER = re.compile(r"[A-Z]{1,4}[0-9]{5,14}|[0-9]{6,14}", re.IGNORECASE)
_PASSPORT_NUMBER = re.compile(r"[A-Z]{0,3}[0-9]{6,9}[A-Z]?|[A-Z0-9]{8,9}")
_OTHER_DOCUMENTS = words("passport, passports, dl, driver license, ssn, national id, nid, mrn, dob")
_DEA = words("dea, dea number, dea no, dea registration, medical license, prescriber")


def is_dea_number(number: str) -> bool:
    """
    Tell whether *number*, two letters and seven digits, has the right check digit.

    The digits at odd places and twice those at even ones add up to a number that ends with the seventh.
    """
    return weighted_sum(number[2:8], (1, 2, 1, 2, 1, 2)) % 10 == int(number[8])


def _is_document(candidate: Candidate) -> Candidate | None:
    """Take what looks like the number of a document: enough digits, not too long, no date, no word."""
    text = candidate.text
    length = sum(map(str.isalnum, text))
    digits = "".join(filter(str.isdigit, text))
    if len(digits) < _MIN_DIGITS or length > _MAX_CHARACTERS or len(digits) * 2 < length:
        return None
    return None if len(set(digits)) < _MIN_DIFFERENT_DIGITS or _NO_DOCUMENT.fullmatch(text) else candidate


def _is_passport(candidate: Candidate) -> Candidate | None:
    fits = _PASSPORT_NUMBER.fullmatch(compact(candidate.text))
    return candidate if fits and _is_document(candidate) else None


def _is_license(candidate: Candidate) -> Candidate | None:
    """Take what says by itself that it is a number; "license" alone stands before much else."""
    return candidate if _LICENSE_NUMBER.fullmatch(compact(candidate.text)) and _is_document(candidate) else None


_ONE_NUMBER = re.compile(rf"\s*(?:{DOCUMENT_VALUE})\s*")


def _is_whole_document(candidate: Candidate) -> Candidate | None:
    return _is_document(candidate) if _ONE_NUMBER.fullmatch(candidate.text) else None


def _keyed(entity_type: str, keys: str) -> KeyedValue:
    return KeyedValue(
        name=f"value of {entity_type}", entity_type=entity_type, keys=words(keys), score=0.7, check=_is_whole_document
    )


DETECTOR = Family(
    name="documents",
    patterns=(
        labelled("passport", "PASSPORT", _PASSPORT, DOCUMENT_VALUE, score=0.7, check=_is_passport),
        Pattern(
            name="passport near the word",
            entity_type="PASSPORT",
            regex=r"\b[A-Z]{1,2}\d{6,8}[A-Z]?\b",
            score=0.35,
            context=PASSPORT_WORDS,
            needs_context=True,
            check=alone,
        ),
        Pattern(
            name="passport among other documents",
            entity_type="PASSPORT",
            regex=r"\b[A-Z]\d[A-Z]\d{6}\b",
            score=0.35,
            context=_OTHER_DOCUMENTS,
            needs_context=True,
            check=alone,
        ),
        labelled("driver's licence", "DRIVER_LICENSE", _DRIVER_LICENSE, DOCUMENT_VALUE, score=0.7, check=_is_document),
        labelled("licence", "DRIVER_LICENSE", _ANY_LICENSE, DOCUMENT_VALUE, score=0.6, check=_is_license),
        Pattern(
            name="driver's licence that says so",
            entity_type="DRIVER_LICENSE",
            regex=r"\bDL-[A-Z]?\d{5,8}(?:-\d{1,4})?\b",
            score=0.6,
            check=alone,
        ),
        labelled("national id", "NATIONAL_ID", _NATIONAL_ID, DOCUMENT_VALUE, score=0.7, check=_is_document),
        Pattern(
            name="national id that says so",
            entity_type="NATIONAL_ID",
            regex=r"\bNID-\d{6,12}\b",
            score=0.65,
            check=alone,
        ),
        labelled("tax id", "TAX_ID", _TAX_ID, DOCUMENT_VALUE, score=0.7, check=_is_document),
        Pattern(
            name="DEA registration",
            entity_type="MEDICAL_LICENSE",
            regex=r"\b[ABCDEFGHJKLMPRSTUX][A-Z9]\d{7}\b",
            score=0.55,
            context=_DEA,
            check=checked(is_dea_number),
            checksum="weighted sum, mod 10",
        ),
        labelled(
            "DEA registration behind its name",
            "MEDICAL_LICENSE",
            r"\bDEA\b",
            "[ABCDEFGHJKLMPRSTUX][A-Z9][0-9]{7}",
            score=0.8,
            check=alone,
        ),
    ),
    keyed=(
        _keyed("PASSPORT", "passport, passport number, passport no, passport num, passport id, pasaporte, reisepass"),
        _keyed(
            "DRIVER_LICENSE",
            "driver license, drivers license, driver licence, driving licence, driver license number, "
            "drivers license number, driving licence number, license number, licence number, dl number",
        ),
        _keyed(
            "NATIONAL_ID", "national id, national id number, nid, identity card, identity number, id card, citizen id"
        ),
        _keyed("TAX_ID", "tax id, tax number, tax identification number, taxpayer id, tin, vat id, vat number"),
    ),
    examples={
        "PASSPORT": (
            "passport number: «X1234567»",
            "Reisepass Nr. «X12345672»",
            "numéro de passeport : «12AB34567»",
            "旅客的护照号码«E12345678»已过期",
            "passports «AB1234567» and «XY9876543»",
            '{"passportNumber": "«BX1234567»"}',
        ),
        "DRIVER_LICENSE": (
            "driving licence no. «AB-123-456»",
            "Y820 is no licence, but driver's licence «Y820-9283-4432» is one",
            "Notary License: «QX-273507»",
            "on file: «DL-X15925-25»",
            "numéro du permis de conduire: «123456789012»",
        ),
        "NATIONAL_ID": (
            "National ID: «1234 5678 9012»",
            "Insurance: «NID-900186263»",
            "carte d'identité n° «880692310285»",
        ),
        "TAX_ID": ("Tax ID: «22-AB456789»", "VAT number «123-456-780-A»", "TIN «987654321A»"),
        "MEDICAL_LICENSE": ("prescriber «AB1234563»", "DEA: «MC8179931»"),
    },
    counter_examples=(
        "passport expires on 2031-05-20",
        "the passport office opens at 8, room 12345",
        "a passport, please: my order is 123456789",
        "License: GPL-2.0-or-later",
        "Licensed under the Apache License, Version 2.0, January 2004",
        "SPDX-License-Identifier: CC-BY-4.0",
        "license plate 12",
        "License: 2019-2024",
        "40000 t of tin 50000, dl: 120000 kB",
        "tax number: unknown",
        "AB1234564",
        "identity card issued 12.05.2020",
    ),
)
