"""Numbers of Turkey: persons, taxpayers, plates."""

from stdnum.tr import vkn

from gateway.screening.detectors._around import SEES
from gateway.screening.detectors._identity import (
    ELEVEN_DIGITS,
    PLATE_WORDS,
    TEN_DIGITS,
    alone,
    beside_words,
    checked,
    is_whole_text,
)
from gateway.screening.patterns import Candidate, Family, Pattern, words

_PERSON = words("tckn, tc kimlik, t.c. kimlik, kimlik no, kimlik numarası, tc no, turkish id")
_TAX = words("vkn, vergi no, vergi numarası, vergi kimlik, tax number")

_MONTHS_AND_UNITS = frozenset(
    words("JAN, FEB, MAR, APR, MAY, JUN, JUL, AUG, SEP, OCT, NOV, DEC, AM, PM, AD, BC, KB, MB, GB, TB, KG, CM, MM, KM")
)
_BESIDE_PLATES = 0.5


def is_person_number(number: str) -> bool:
    """Tell whether the last two of *number*'s eleven digits are its check digits."""
    odd, even = sum(map(int, number[0:9:2])), sum(map(int, number[1:8:2]))
    tenth = (7 * odd - even) % 10
    return tenth == int(number[9]) and (odd + even + tenth) % 10 == int(number[10])


def _is_plate(candidate: Candidate) -> Candidate | None:
    """Take a plate that is the whole text; in a text of more it needs a word, since dates and sizes look like it."""
    if any(part in _MONTHS_AND_UNITS for part in candidate.text.split()):
        return None
    return candidate.scored(_BESIDE_PLATES) if is_whole_text(candidate) else alone(candidate)


DETECTOR = Family(
    name="tr",
    source=(
        "Nüfus ve Vatandaşlık İşleri (T.C. kimlik no); Gelir İdaresi Başkanlığı (VKN); Karayolları Trafik Yönetmeliği, "
        "m. 53 (plates)"
    ),
    patterns=(
        Pattern(
            name="person",
            entity_type="TR_TCKN",
            regex=r"\b[1-9]\d{10}\b",
            gate=ELEVEN_DIGITS,
            score=0.55,
            context=_PERSON,
            check=checked(is_person_number),
            sees=SEES,
            checksum="two digits, mod 10",
        ),
        beside_words(
            "taxpayer", "TR_VKN", r"\b\d{10}\b", _TAX, valid=vkn.is_valid, gate=TEN_DIGITS, checksum="mod 9 and 10"
        ),
        Pattern(
            name="plate",
            entity_type="TR_LICENSE_PLATE",
            regex=r"\b(?:0[1-9]|[1-7]\d|8[01]) [A-PR-VYZ]{1,3} \d{2,5}\b",
            score=0.4,
            context=PLATE_WORDS,
            check=_is_plate,
        ),
        beside_words(
            "plate without spaces",
            "TR_LICENSE_PLATE",
            r"\b(?:0[1-9]|[1-7]\d|8[01])[A-PR-VYZ]{1,3}\d{2,5}\b",
            PLATE_WORDS,
        ),
    ),
    examples={
        "TR_TCKN": ("«76543210794»", "TC kimlik no: «53857632436»"),
        "TR_VKN": ("vergi no «4540536920»",),
        "TR_LICENSE_PLATE": ("«35 JK 12»", "plaka «34 ABC 1234» ve «06JK567»"),
    },
    counter_examples=("76543210795", "4540536920", "12 DEC 2026", "from 34 ABC 1234 on", "99 ABC 123"),
)
