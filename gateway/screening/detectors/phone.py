"""
Telephone numbers.

A number that begins with + or that a country writes as no other thing is written is found by itself, if it is in a
numbering plan; all others where a word nearby says so.
Source: ITU-T E.164 and E.123; numbering plans as the phonenumbers package carries them.
"""

import re
from functools import partial

from gateway.screening.detectors._phone_plans import exists, exists_abroad, is_mobile
from gateway.screening.patterns import Candidate, Family, Pattern, words

_SHORTEST, _LONGEST = 7, 15  #: digits; E.164, section 6
_LONGEST_NATIONAL = 13
_AMONG_GROUPS_NONE = 0.5  #: the score of forms that other rows of digits hold as well
_IMPLAUSIBLE = 0.3  #: the score of a number that no plan holds
_JOINTS = b"-./_%@$#\\"
_JOINTS_BEHIND = _JOINTS + b":=,"
_SEPARATORS = b" ()-./+\xc2\xa0"
_EXTENSION_MARK = re.compile(rb"(?i)\s?(?:#|x|e).*")
_DATE = re.compile(
    rb"(?:19|20)\d\d[-./ ]?[01]?\d[-./ ]?[0-3]?\d(?:\D.*)?|"  # 2024-11-14, and a time behind it
    rb"[0-3]?\d[-./][0-3]?\d[-./](?:19|20)?\d\d(?:\D.*)?|"  # 14.11.2024
    rb"(?:19|20)\d\d[ -]{1,3}(?:19|20)\d\d"  # 2016-2020
)
_OTHER_NUMBER = re.compile(rb"\d{3}-\d{2}-\d{4}|[1-9]\d-\d{7}")  # American social security, and employer, numbers
_JOINED_LABEL = re.compile(rb"(?i)(?<![^\W_])(?:(?:tel|phone|telephone|telefon|mobile|mob|cell|fax)[.-]|(?:ph|no)\.)\Z")
_IN_GROUPS = re.compile(rb"\+|\(?\d+[ ()-]+\d+[ ()-]+\d")  # what a name of a file or a product rarely goes on with
_LABEL = re.compile(rb"([^\W\d_]+)[ .]?[:=#]\Z")
_LABEL_SIGNS = (b":", b"=", b"#")
_LABEL_BYTES = 24
_OPEN_LABELS = frozenset(
    word.encode()
    for word in words(
        "number, no, nr, at, on, is, to, contact, office, home, work, personal, first, second, other, alternative, "
        "emergency, primary, secondary, day, evening"
    )
)
_EXTENSION = r"(?:\s?(?:#|x|ext\.?|extension)\s?\d{1,6})?"

# countries by their calling codes whose national numbers begin with a zero
_WITH_TRUNK_ZERO = (44, 49, 33, 41, 43, 39, 31, 32, 46, 61, 81, 82, 86, 90, 91, 63, 972)
_MOBILE_WITH_ZERO = (44, 49, 90, 63, 92, 234, 81, 62)
_GROUPED_3_3_2_2 = (90, 7, 46, 41, 380, 40)
_CHINA = 86
_MEMORY_PAGE = 4096  #: a multiple of it is rather a size in bytes: 16 GiB are 17179869184

_CONTEXT = words(
    "phone, phones, phone number, phone no, telephone, tel, tel no, mobile, mobile no, mob, cell, cellphone, "
    "cell phone, fax, call, calls, callback, dial, sms, text me, texts to, messages to, whatsapp, telegram, viber, "
    "hotline, landline, office, pager, contact number, contact no, the number is, my number, your number, "
    "his number, her number, reach me, reach us, reach you, reach him, reach her, ring, voicemail, answering, desk, "
    "msisdn, téléphone, tél, numéro, appelez, appeler, telefon, telefonnummer, rufnummer, "
    "mobilnummer, handynummer, teléfono, llame, llamar, telefone, telefono, móvil, celular, cellulare, cep, handy, "
    "mobil, mobiltelefon, natel, portable, ligar, telefax, telefoon, telefoonnummer, gsm, mobiel, puhelin, puh, tlf, "
    "tfn, telefonu, telefonszám, telepon, nomor, điện thoại, sđt, телефон, тел, моб, мобильный, "
    "звоните, номер телефона, τηλέφωνο, κινητό, טלפון, נייד, هاتف, جوال, موبایل, تلفن, फोन, मोबाइल, โทร, 電話, 电话, "
    "手机, 手機, 座机, 携帯, 致电, 拨打, 전화, 휴대폰, 연락처, 제 번호, llámame, llámanos, llámeme, chiamami, "
    "chiamatemi, chiamare, cellulare, ligue, liga-me, me liga, anrufen, ruf mich, rufen sie, rückruf, telefonisch, "
    "bel me, bel mij, bellen, ring meg, ring mig, soita, zadzwoń, dzwoń, nr tel, numer telefonu, komórka, komórkowy, "
    "mobilní, zavolej, zavolejte, volejte, sună, sunați, arayın, arayabilirsiniz, numaram, позвони, позвоните, "  # noqa: RUF001 - Turkish
    "звони, телефона, телефону, καλέστε, هاتفي, رقم هاتف, رقم الهاتف, اتصل, הטלפון, hubungi, gọi"
)
_CONTEXT_LABELS = frozenset(word.encode() for word in _CONTEXT)


def _digits(candidate: Candidate) -> bytes:
    """Return the digits without the extension and without a trunk prefix in brackets, as in `+49 (0)89`."""
    text = candidate.data[candidate.start : candidate.end].replace(b"(0)", b"")
    digits = text.translate(None, _SEPARATORS)
    return digits if digits.isdigit() else _EXTENSION_MARK.sub(b"", text).translate(None, _SEPARATORS)


def _is_part_of_more(candidate: Candidate) -> bool:
    """Tell whether it is a piece of a GUID, a price, a fraction, a date with its time or a longer row of digits."""
    data, start, end, _ = candidate
    joined = start > 1 and data[start - 1] in _JOINTS and data[start - 2 : start - 1].isalnum()
    if data[start - 1 : start].isalnum() or (joined and not _is_joined_to_its_label(candidate)):
        return True
    return end + 1 < len(data) and data[end] in _JOINTS_BEHIND and data[end + 1 : end + 2].isdigit()


def _is_among_groups(candidate: Candidate) -> bool:
    """Tell whether groups of digits go on before it or behind it, as in a card number or a table."""
    data, start, end, _ = candidate
    if start > 1 and data[start - 1] in b" -" and data[start - 2 : start - 1].isdigit():
        return True
    return data[end : end + 1] == b" " and data[end + 1 : end + 2].isdigit()


def _is_international(candidate: Candidate) -> Candidate | None:
    digits = _digits(candidate)
    if candidate.data[candidate.start] == ord("0"):
        if _is_among_groups(candidate):
            return None
        digits = digits[2:]
    if not _SHORTEST <= len(digits) <= _LONGEST or digits.startswith(b"0") or _is_part_of_more(candidate):
        return None
    return candidate if exists_abroad(digits) else candidate.scored(_IMPLAUSIBLE)


def _has_a_form(candidate: Candidate, calling_codes: tuple[int, ...]) -> Candidate | None:
    text = candidate.data[candidate.start : candidate.end]
    if _is_part_of_more(candidate) or (b"." in text and b"-" in text):
        return None
    if candidate.score <= _AMONG_GROUPS_NONE and _is_among_groups(candidate):
        return None
    digits = _digits(candidate)
    for calling_code in calling_codes:
        if exists(digits, calling_code):
            return candidate
    return candidate.scored(_IMPLAUSIBLE)


def _is_mobile_number(candidate: Candidate) -> Candidate | None:
    data, start, end, _ = candidate
    digits = data[start:end]
    if _is_part_of_more(candidate) or _is_labelled_else(candidate):
        return None
    if digits.startswith(b"1"):
        return candidate if is_mobile(digits, _CHINA) and int(digits) % _MEMORY_PAGE else None
    return candidate if any(is_mobile(digits, calling_code) for calling_code in _MOBILE_WITH_ZERO) else None


def _of_a_form(name: str, calling_codes: tuple[int, ...], *, gate: str, regex: str, score: float = 0.6) -> Pattern:
    """
    Return the pattern for numbers that their countries write as nothing else is written, so that they need no +.

    Beside a context word they are found once more as what is called a phone number, whether they exist or not.
    """
    return Pattern(
        name=name,
        entity_type="PHONE_NUMBER",
        gate=gate,
        regex=regex,
        score=score,
        check=partial(_has_a_form, calling_codes=calling_codes),
    )


def _is_called_one(candidate: Candidate) -> Candidate | None:
    candidate = _without_other_groups(candidate)
    digits = _digits(candidate)
    if not _SHORTEST <= len(digits) <= _LONGEST_NATIONAL or _is_part_of_more(candidate):
        return None
    text = candidate.data[candidate.start : candidate.end]
    if digits == digits[:1] * len(digits):
        return None
    if text.count(b".") == 1 and b" " not in text:  # a fraction
        return None
    if _DATE.fullmatch(text) or _OTHER_NUMBER.fullmatch(text) or _is_labelled_else(candidate):
        return None
    return candidate


def _without_other_groups(candidate: Candidate) -> Candidate:
    """Cut off the last groups, which are another number, where there are more digits than any number has."""
    data, start, end, score = candidate
    text = data[start:end]
    while len(text.translate(None, _SEPARATORS)) > _LONGEST_NATIONAL and b" " in text:
        text = text[: text.rindex(b" ")].rstrip(b" -./")
    return candidate if len(text) == end - start else Candidate(data, start, start + len(text), score)


def _is_joined_to_its_label(candidate: Candidate) -> bool:
    """Tell whether the word that it is joined to says what it is: `Tel.089 1234 5678`, and not `phone-1234567890`."""
    data, start, end, _ = candidate
    label = _JOINED_LABEL.search(data[max(0, start - _LABEL_BYTES) : start])
    return label is not None and _IN_GROUPS.match(data, start, end) is not None


def _is_labelled_else(candidate: Candidate) -> bool:
    """Tell whether the label right before it says that it is something else: `Phone: …, account: 10107822`."""
    data, start, _, _ = candidate
    if data[start - 1 : start] not in (b" ", b":", b"=", b"#"):
        return False
    before = data[max(0, start - _LABEL_BYTES) : start].rstrip()
    label = _LABEL.search(before) if before.endswith(_LABEL_SIGNS) else None
    return label is not None and label[1].lower() not in _OPEN_LABELS and label[1].lower() not in _CONTEXT_LABELS


DETECTOR = Family(
    name="phone",
    patterns=(
        Pattern(
            name="international",
            entity_type="PHONE_NUMBER",
            gate=r"(?:\+ ?\(?[1-9]|\b00[1-9])\d{0,3}\)?[ ./\x{a0}-]{0,2}\(?\d{1,4}\)?[ ./\x{a0}-]{0,2}\(?\d",
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
            "British form",
            (44,),
            gate=r"0 \d{4} \d{4}|\b0\d{3} \d{3} \d{4}",
            regex=r"\b0(?:20 \d{4}|\d{3} \d{3}) \d{4}\b",
        ),
        _of_a_form(
            "groups of 3, 3, 2 and 2",
            _GROUPED_3_3_2_2,
            gate=r"\b\d{3,4}([ -])\d{3}[ -]\d{2}[ -]\d{2}\b",
            regex=r"\b(?:0?\d{3} \d{3} \d{2} \d{2}|0?\d{3}-\d{3}-\d{2}-\d{2})\b",
            score=0.5,
        ),
        _of_a_form(
            "Russian form",
            (7,),
            gate=r"\) ?\d{3}-\d{2}-\d{2}\b",
            regex=r"(?:\b8 ?)?\(\d{3}\) ?\d{3}-\d{2}-\d{2}\b",
        ),
        _of_a_form(
            "groups behind a trunk zero",
            _WITH_TRUNK_ZERO,
            gate=r"\b0[1-9]\d{0,3}[ /-]\d{2,4}[ -]?\d{2,4}",
            regex=r"\b0[1-9](?:(?: \d\d){4}|\d{1,3}[ /-](?:\d{6,8}|\d{3,4}[ -]\d{3,4}|\d{3} \d{2} \d{2}))\b",
            score=0.5,
        ),
        Pattern(
            name="mobile number without separators",
            entity_type="PHONE_NUMBER",
            regex=r"\b(?:1[3-9]\d{9}|0[3-9]\d{9})\b",
            score=0.4,  # one order number of eleven digits in twenty is some country's mobile number
            context=_CONTEXT,
            check=_is_mobile_number,
        ),
        Pattern(
            name="called a phone number",
            entity_type="PHONE_NUMBER",
            gate=r"\d{7}|\d{2}\)?[ ./-]{1,3}\(?\d{2}|\d{3}[ ./-]\d|\d[ ./-]\d{6}",
            regex=(
                r"(?:(?:\(\d[\d -]{0,5}\)[ ./-]{0,3}\d{1,9}|\b\d{1,7}[ ./-]{1,3}\(?\d{1,9}\)?)"
                r"(?:[ ./-]{1,3}\(?\d{1,8}\)?){0,5}|\b\d{7,12})"
                rf"{_EXTENSION}\b"
            ),
            score=0.3,
            context=_CONTEXT,
            needs_context=True,
            check=_is_called_one,
        ),
    ),
    examples={
        "PHONE_NUMBER": (
            "or «+44 20 7946 0958» after six, Tel.«+49 30 901820», Tel.«089 1234 5678», phone-«415-555-2671»",
            "tel room_4 «089 1234 5678»",
            "office: «(415) 555-0132 x12», «+1-415-555-0132»",
            "call me on «089 1234 5678»",
            "phone «4155550132»",
            "電話«03-1234-5678»",
            "«090-1234-5678», «(11) 98456-5666», «020 7946 0958»",
            "«0532 123 45 67», «532-123-45-67», «01 23 45 67 89»",
            "手机 «13812345678», mobile «09171234567», «06 12 34 56 78»",
            "Rückruf unter «0151 23456789» oder «0664/1234567»",
            "звоните «8 912 345-67-89»; móvil «612 345 678»",
            "llámame al «655 12 34 56»; chiamami: «06 6982 1234»; zadzwoń: «601 234 567»; bel me op «06-12345678» aub",
            "мой номер «8 (916) 123-45-67», «(495) 123-45-67», رقم هاتفي «0501234567»",
            "nomor «081234567890», nomor rumah «0211234567», mon numéro, c'est le «06 12 34 56 78»",
            "tel «089 1234 5678» 2024-01-01 12:00",
            "call me on «(0)900-1 123123», «0900-1 123 123»",
        )
    },
    counter_examples=(
        "order 13812345678 shipped",
        "order 4155550132",
        "id 123e4567-e89b-12d3-a456-426614174000",
        "at 2024-11-14T16:30:40.461Z",
        "2024-11-14 16:30:40",
        "version 10.0.19041.1234",
        "pi is 3.14159265358",
        "microphone 4155550132",
        "Phone: none, SSN: 925-22-8758, account: 10107822",
        "phone: ticket-4155552671, call about INC-0012345 or part_4155552671",
        "call_1700000000, cell-10023456, phone-1234567890-case.html",
        "call it clause 252.227-7013 of 2016-2020",
        "phone: none, account: 10107822",
        "on 01/02/2024, 05-12-2024 and 01-02-03",
        "isbn 0306406152, ean 4006381333931, at 1731601840",
        "0.0987654321, 12345678901, 00012345678, 10012345678",
        "078-05-1120",
        "total_memory: 17179869184, memory 17179869184",
        "NPI: 0755064859, account: 05321234567, EIN: 12-3456789, phone 12-3456789",
        "DE89 3704 0044 0532 0130 01, 12 0532 123 45 67 89",
        "ref 7121115678, ref 23456789",
        "mi número de pedido 12345678",
    ),
)
