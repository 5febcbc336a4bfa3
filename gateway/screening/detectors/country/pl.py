"""Numbers of Poland: persons, tax, firms, identity cards, passports."""

from stdnum.pl import nip, regon

from gateway.screening.detectors._identity import (
    ELEVEN_DIGITS,
    TEN_DIGITS,
    beside_words,
    checked,
    is_date,
    weighted_sum,
)
from gateway.screening.patterns import Family, Pattern, words

_PESEL = words("pesel, numer pesel, nr pesel")
_TAX = words("nip, numer nip, nr nip, regon, numer regon, krs, tax id, vat")
_CARD = words("dowód, dowód osobisty, dowodu osobistego, nr dowodu, seria i numer, paszport, polish id, id card")
_PERSON_WEIGHTS = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)
_CENTURIES = (1900, 2000, 2100, 2200, 1800)  #: by what is added to the month: 0, 20, 40, 60, 80
_CARD_WEIGHTS = (7, 3, 1, 9, 7, 3, 1, 7, 3)


def is_person_number(number: str) -> bool:
    """Tell whether *number*, eleven digits, begins with a birthday and ends with the right check digit."""
    if weighted_sum(number, _PERSON_WEIGHTS) % 10:
        return False
    century, month = divmod(int(number[2:4]), 20)
    return is_date(_CENTURIES[century] + int(number[:2]), month, int(number[4:6]))


def is_identity_card(number: str) -> bool:
    """Tell whether *number*, three letters and six digits, the first of which is the check digit, is right."""
    values = "".join(str(int(each, 36) % 10) for each in number)  # only the last digit matters for mod 10
    return weighted_sum(values, _CARD_WEIGHTS) % 10 == 0


DETECTOR = Family(
    name="pl",
    source=(
        "Ustawa o ewidencji ludności, art. 15 (PESEL); Ministerstwo Finansów (NIP); GUS (REGON); MSWiA, identity cards"
    ),
    patterns=(
        Pattern(
            name="PESEL",
            entity_type="PL_PESEL",
            regex=r"\b\d{2}(?:[0-2][1-9]|[1-3]0|[13][12]|[23][1-9]|[89][0-9])(?:0[1-9]|[12]\d|3[01])\d{5}\b",
            gate=ELEVEN_DIGITS,
            score=0.55,
            context=_PESEL,
            check=checked(is_person_number),
            checksum="weighted sum, mod 10",
        ),
        Pattern(
            name="NIP with dashes",
            entity_type="PL_NIP",
            regex=r"\b\d{3}-(?:\d{3}-\d{2}-\d{2}|\d{2}-\d{2}-\d{3})\b",
            score=0.6,
            context=_TAX,
            check=checked(nip.is_valid),
            checksum="weighted sum, mod 11",
        ),
        beside_words(
            "NIP", "PL_NIP", r"\b\d{10}\b", _TAX, valid=nip.is_valid, gate=TEN_DIGITS, checksum="weighted sum, mod 11"
        ),
        beside_words(
            "REGON",
            "PL_REGON",
            r"\b\d{9}(?:\d{5})?\b",
            _TAX,
            valid=regon.is_valid,
            checksum="weighted sum, mod 11",
        ),
        beside_words(
            "identity card",
            "PL_ID_CARD",
            r"(?i)\b[A-Z]{3} ?\d{6}\b",
            _CARD,
            valid=is_identity_card,
            checksum="weights 7, 3, 1, mod 10",
        ),
        beside_words("passport", "PL_PASSPORT", r"(?i)\b[A-Z]{2} ?\d{7}\b", _CARD),
    ),
    examples={
        "PL_PESEL": ("«44051401359»", "PESEL: «02070803628»"),
        "PL_NIP": ("«856-734-62-15»", "NIP «8567346215»"),
        "PL_REGON": ("REGON «192598184»", "regon «12345678512347»"),
        "PL_ID_CARD": ("dowód osobisty «ABA300000»",),
        "PL_PASSPORT": ("paszport «AS1234567»",),
    },
    counter_examples=("44051401350", "856-734-62-16", "8567346215", "192598184", "ABA300000", "dowód ABA300001"),
)
