"""
Telephone numbers.

Whether a number exists is looked up in the tables of Google's libphonenumber, compiled into one expression a calling
code, because asking the library costs some thirty microseconds a candidate.
Source: ITU-T E.164 and E.123; numbering plans as the phonenumbers package carries them.
"""

import re
from functools import cache
from typing import Any

import phonenumbers
import re2  # type: ignore[import-untyped]  # google-re2 ships no types
from phonenumbers import PhoneMetadata

from gateway.screening.patterns import Candidate, Family, Pattern, words

_SHORTEST, _LONGEST = 7, 15  #: digits; E.164, section 6
_IMPLAUSIBLE = 0.3  #: the score of a number that no plan holds
_JOINTS = frozenset("-./_=%@$€£#\\")
_TRUNK_ZERO = re.compile(r"\(0\)")
_NOT_DIGITS = re.compile(r"\D+")
_DATE = re.compile(
    r"(?:19|20)\d\d[-./ ]?[01]?\d[-./ ]?[0-3]?\d(?:\D.*)?|"  # 2024-11-14, and a time behind it
    r"[0-3]?\d[-./][0-3]?\d[-./](?:19|20)?\d\d(?:\D.*)?|"  # 14.11.2024
    r"(?:19|20)\d\d[ -]{1,3}(?:19|20)\d\d"  # 2016-2020
)
_OTHER_NUMBER = re.compile(r"\d{3}-\d{2}-\d{4}")  # a social security number's grouping, which no phone number has
_LABEL = re.compile(r"([^\W\d_]+)[ .]?[:=#]\s*$")
_OPEN_LABELS = frozenset(
    {"number", "no", "nr", "at", "on", "is", "to", "contact", "office", "home", "work", "personal"}
)
_EXTENSION = r"(?:\s?(?:#|x|ext\.?|extension)\s?\d{1,6})?"
_KINDS = words("fixed_line, mobile, toll_free, premium_rate, shared_cost, personal_number, voip, pager, uan, voicemail")

_CONTEXT = words(
    "phone, phones, phone number, telephone, tel, mobile, cell, cellphone, fax, call, calls, call me, call us, "
    "callback, dial, sms, text me, whatsapp, hotline, landline, office, pager, contact number, the number is, "
    "my number, your number, reach me, reach us, reach you, ring, voicemail, answering, desk, téléphone, "
    "telefon, teléfono, telefone, telefono, móvil, celular, cep, handy, mobil, mobiltelefon, portable, ligar, "
    "telefax, телефон, 電話, 电话, 手机, 手機, 座机, 携帯, 전화, 휴대폰"
)


def _metadata(calling_code: int) -> list[PhoneMetadata]:
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[calling_code]
    plans = [PhoneMetadata.metadata_for_region_or_calling_code(calling_code, region) for region in regions]
    return [plan for plan in plans if plan is not None]


@cache
def _plan(calling_code: int) -> Any:
    """Return the expression for the whole national numbers under *calling_code*, without their trunk prefix."""
    numbers = [getattr(plan, kind) for plan in _metadata(calling_code) for kind in _KINDS]
    patterns = {each.national_number_pattern for each in numbers if each and each.national_number_pattern}
    whole = "|".join(f"(?:{pattern})" for pattern in sorted(patterns))
    return re2.compile(whole.encode())


@cache
def _trunk_prefix(calling_code: int) -> str:
    return _metadata(calling_code)[0].national_prefix or ""


def exists(national: str, calling_code: int) -> bool:
    """Tell whether the digits *national*, with their trunk prefix or without, are in the plan of *calling_code*."""
    plan, prefix = _plan(calling_code), _trunk_prefix(calling_code)
    if plan.fullmatch(national.encode()) is not None:
        return True
    return bool(prefix) and national.startswith(prefix) and plan.fullmatch(national[len(prefix) :].encode()) is not None


def exists_abroad(digits: str) -> bool:
    """Tell whether *digits*, calling code first, are in some numbering plan."""
    for size in (1, 2, 3):
        calling_code = int(digits[:size])
        if calling_code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return exists(digits[size:], calling_code)
    return False


def _digits(candidate: Candidate) -> str:
    number = re.split(r"(?i)\s?(?:#|x|e)", candidate.text, maxsplit=1)[0]
    return _NOT_DIGITS.sub("", _TRUNK_ZERO.sub("", number))


def _is_part_of_more(candidate: Candidate) -> bool:
    """Tell whether it is a piece of a GUID, a price, a fraction, a date with its time or a longer row of digits."""
    before, after = candidate.before(2), candidate.after(2)
    if before[-1:].isalnum() and before[-1:].isascii():
        return True
    return (before[-1:] in _JOINTS and before[:1].isalnum() and before[-1:] != "=") or (
        after[:1] in _JOINTS | {":"} and after[1:].isdigit()
    )


def _is_international(candidate: Candidate) -> Candidate | None:
    digits = _digits(candidate)
    if candidate.text.startswith("00"):
        digits = digits[2:]
    if not _SHORTEST <= len(digits) <= _LONGEST or digits.startswith("0") or _is_part_of_more(candidate):
        return None
    return candidate if exists_abroad(digits) else candidate.scored(_IMPLAUSIBLE)


def _of_a_form(name: str, calling_codes: tuple[int, ...], gate: str, regex: str) -> Pattern:
    """Return the pattern for numbers that a country writes as no other does, so that they need no +."""

    def check(candidate: Candidate) -> Candidate | None:
        text = candidate.text
        if _is_part_of_more(candidate) or _DATE.fullmatch(text) or {".", "-"} <= set(text):
            return None
        digits = _digits(candidate)
        known = any(exists(digits, calling_code) for calling_code in calling_codes)
        return candidate if known else candidate.scored(_IMPLAUSIBLE)

    return Pattern(
        name=name,
        entity_type="PHONE_NUMBER",
        gate=gate,
        regex=regex,
        score=0.6,
        context=_CONTEXT,
        check=check,
        restart=True,
    )


def _is_called_one(candidate: Candidate) -> Candidate | None:
    digits = _digits(candidate)
    text = candidate.text
    if not _SHORTEST <= len(digits) <= _LONGEST - 2 or _is_part_of_more(candidate) or _DATE.fullmatch(text):
        return None
    if len(set(digits)) == 1 or text.count(".") == 1 or _OTHER_NUMBER.fullmatch(text) or _is_labelled_else(candidate):
        return None
    return candidate


def _is_labelled_else(candidate: Candidate) -> bool:
    """Tell whether the label right before it says that it is something else: `Phone: …, account: 10107822`."""
    label = _LABEL.search(candidate.before(24))
    return label is not None and label[1].lower() not in _OPEN_LABELS and label[1].lower() not in _CONTEXT


DETECTOR = Family(
    name="phone",
    patterns=(
        Pattern(
            name="international",
            entity_type="PHONE_NUMBER",
            gate=r"\+ ?\(?\d{1,3}\)?[\d ./()-]|\b00[1-9]\d",
            regex=(
                r"(?:\+ ?\(?\d{1,4}\)?|\b00[1-9]\d{0,2})(?:[ ./\x{a0}-]{0,2}\(?\d{1,12}\)?){1,7}"
                rf"{_EXTENSION}\b"
            ),
            score=0.85,
            context=_CONTEXT,
            check=_is_international,
        ),
        _of_a_form(
            "North American form",
            (1,),
            gate=r"\d{3}[ .)/-]{1,3}\d{3}[ .-]?\d{4}",
            regex=(
                r"(?:\b1[ .-]?)?(?:\( ?\d{3} ?\) ?[-./]?|\b\d{3}(?:[ .-]|//?|\) ?))\d{3}[ .-]?\d{4}"
                rf"{_EXTENSION}\b"
            ),
        ),
        _of_a_form(
            "East Asian form", (81, 82, 86), gate=r"\d-\d{4}-\d{4}", regex=r"\b(?:0\d{1,2}|1[3-9]\d)-\d{4}-\d{4}\b"
        ),
        _of_a_form("Brazilian form", (55,), gate=r"\) ?\d{4,5}-\d{4}", regex=r"\(\d{2}\) ?\d{4,5}-\d{4}\b"),
        _of_a_form(
            "British form", (44,), gate=r"0 \d{4} \d{4}|\d \d{3} \d{4}", regex=r"\b0(?:20 \d{4}|\d{3} \d{3}) \d{4}\b"
        ),
        Pattern(
            name="called a phone number",
            entity_type="PHONE_NUMBER",
            gate=r"\d{7}|\d{2}\)?[ ./-]{1,3}\(?\d{2}",
            regex=r"(?:\(\d{1,5}\)|\b\d{1,5})(?:[ ./-]{1,3}\d{2,8}){1,5}"
            + _EXTENSION
            + r"\b|\b\d{7,12}"
            + _EXTENSION
            + r"\b",
            score=0.3,
            context=_CONTEXT,
            needs_context=True,
            check=_is_called_one,
        ),
    ),
    examples={
        "PHONE_NUMBER": (
            "or «+44 20 7946 0958» after six",
            "office: «(415) 555-0132 x12», «+1-415-555-0132»",
            "call me on «089 1234 5678»",
            "phone «4155550132»",
            "電話«03-1234-5678»",
            "«090-1234-5678», «(11) 98456-5666», «020 7946 0958»",
        )
    },
    counter_examples=(
        "order 4155550132",
        "id 123e4567-e89b-12d3-a456-426614174000",
        "at 2024-11-14T16:30:40.461Z",
        "2024-11-14 16:30:40",
        "version 10.0.19041.1234",
        "pi is 3.14159265358",
        "microphone 4155550132",
        "Phone: none, SSN: 925-22-8758, account: 10107822",
        "call it clause 252.227-7013 of 2016-2020",
        "phone: none, account: 10107822",
    ),
)
