"""What the detectors of identity numbers share: how a number stands alone, dates inside it, the words beside it."""

from collections.abc import Callable
from datetime import date
from operator import mul

from gateway.screening.detectors._around import DIGITS, LETTERS_AND_DIGITS, SEES, pairs
from gateway.screening.patterns import Candidate, Check, Pattern, words

WITH_CHECK = 0.5  #: of plain digits with a check digit, which need a context word
WITHOUT_CHECK = 0.45  #: of plain digits without one, which need a context word

PASSPORT_WORDS = words(
    "passport, passports, passport number, reisepass, pass-nr, pasaporte, passeport, passaporto, passaporte, paspoort, "
    "paszport, pasaport, паспорт, 护照, 護照, パスポート, 여권"
)
DRIVER_WORDS = words(
    "driver license, driver's license, drivers license, driving licence, driver's licence, drivers licence, "
    "driving license, license, licence, dl, driving"
)
PLATE_WORDS = words(
    "plate, plates, license plate, licence plate, number plate, plate number, registration, registration number, "
    "car reg, vehicle, kennzeichen, kfz, kfz-kennzeichen, amtliches kennzeichen, plaka, plakası, plakalı"  # noqa: RUF001 - Turkish
)

#: Gates that many forms share: what is written once is run once.
NINE_DIGITS = r"\b(?:\d{9}|\d{3}[ -]\d{3}[ -]\d{3}|\d{5} \d{4})\b"
TEN_DIGITS = r"\b(?:\d{10}|\d{3}[ -]\d{3}[ -]\d{4}|\d{4}[ -]\d{3}[ -]\d{3}|\d{5} \d{5}|\d{6}[ -]\d{4})\b"
ELEVEN_DIGITS = r"\b\d{2} ?\d{3} ?\d{3} ?\d{3}\b"
TWELVE_DIGITS = r"\b\d{12}\b"
THIRTEEN_DIGITS = r"\b\d{13}\b"

_SEPARATOR = r"[\s_.:;,#=°º№'\"\x{2019}*|()/-]"
_LINKING_WORD = (
    r"(?i:numbers?|num|nr|nbr|no|n|id|ids|code|card|dl:|is|was|as|of|on file|nummer|numero|número|numéro|es|ist|è|"
    r"est|é|номер|号码|號碼|番号|号|は|为|是|번호|는|은)"
)
_LINK = rf"(?:{_SEPARATOR}{{0,2}}{_LINKING_WORD}){{0,3}}{_SEPARATOR}{{0,4}}"  #: between a label and its value
DOCUMENT_VALUE = (  #: RE2: how people write the number of a document
    r"[0-9]{2,4}(?: [0-9]{2,5}){1,4}|[A-Za-z]{1,2} [0-9]{3,9}(?: [0-9]{2,5}){0,3}|"
    r"[A-Za-z]{0,4}[-./]?[A-Za-z]{0,3}[0-9][A-Za-z0-9]{0,19}(?:[-./][A-Za-z0-9]{1,9}){0,4}"
)

_JOINED_BEFORE = pairs(LETTERS_AND_DIGITS, b"-") | pairs(DIGITS, b"./")
_JOINED_BEHIND = pairs(b"-", LETTERS_AND_DIGITS) | pairs(b"./", DIGITS)
_GROUP_BEFORE, _GROUP_BEHIND = pairs(DIGITS, b" "), pairs(b" ", DIGITS)
_FIRST_MILLISECONDS, _LAST_MILLISECONDS = "1400000000000", "2100000000000"
_SEPARATORS = " -./:"
_WITHOUT_SEPARATORS = str.maketrans("", "", _SEPARATORS)


def compact(text: str) -> str:
    """Return *text* in capitals without the separators that people write into numbers."""
    return text.upper() if text.isalnum() else text.translate(_WITHOUT_SEPARATORS).upper()


def is_part_of_more(candidate: Candidate) -> bool:
    """Tell whether it is a piece of something longer: of a GUID, a decimal fraction, more groups, a phone number."""
    data, start, end, _ = candidate
    before, behind = data[max(0, start - 2) : start], data[end : end + 2]
    if before in _JOINED_BEFORE or behind in _JOINED_BEHIND or before.endswith(b"+"):
        return True
    return (before in _GROUP_BEFORE or behind in _GROUP_BEHIND) and b" " in data[start:end]


def is_whole_text(candidate: Candidate) -> bool:
    """Tell whether nothing else stands in the text, so that it is a value by itself: a field of a form."""
    return candidate.start == 0 and candidate.end == len(candidate.data)


def checked(valid: Callable[[str], bool]) -> Check:
    """Return a check that takes what stands alone and what *valid* accepts, compacted as `compact` does it."""

    def check(candidate: Candidate) -> Candidate | None:
        if is_part_of_more(candidate):
            return None
        text = candidate.text
        return candidate if text.isascii() and valid(compact(text)) else None  # `(?i)` takes the kelvin sign for a K

    return check


def alone(candidate: Candidate) -> Candidate | None:
    """Take a candidate unless it is a piece of something longer: the check of a form without check digits."""
    return None if is_part_of_more(candidate) else candidate


def is_date(year: int, month: int, day: int) -> bool:
    """Tell whether there is such a day."""
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def is_milliseconds(number: str) -> bool:
    """Tell whether *number*, 13 digits, is a time of 2014 to 2036 as programs count it, more likely than an id."""
    return _FIRST_MILLISECONDS <= number < _LAST_MILLISECONDS


def weighted_sum(digits: str, weights: tuple[int, ...]) -> int:
    """Return the sum of *digits*, each times its weight: what most check digits are made of."""
    return sum(map(mul, map(int, digits), weights))


def beside_words(
    name: str,
    entity_type: str,
    regex: str,
    context: tuple[str, ...],
    *,
    valid: Callable[[str], bool] | None = None,
    gate: str = "",
    checksum: str = "",
) -> Pattern:
    """Return a pattern of a weak form: a finding beside one of the words *context*, and nowhere else."""
    return Pattern(
        name=name,
        entity_type=entity_type,
        regex=regex,
        score=WITHOUT_CHECK if valid is None else WITH_CHECK,
        gate=gate,
        context=context,
        needs_context=True,
        check=alone if valid is None else checked(valid),
        sees=SEES,
        checksum=checksum,
    )


def labelled(name: str, entity_type: str, label: str, value: str, *, score: float, check: Check) -> Pattern:
    """Return a pattern of a *value* right behind its *label*, both RE2: `passport no.: X1234567`."""
    return Pattern(
        name=name,
        entity_type=entity_type,
        regex=rf"(?i:{label}){_LINK}(?P<value>{value})(?:[^A-Za-z0-9]|\z)",
        gate=rf"(?i){label}",
        score=score,
        check=check,
    )
