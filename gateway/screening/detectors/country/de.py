"""Numbers of Germany: tax, identity cards, passports, pensions, health insurance, driving, plates, doctors, firms."""

from stdnum.de import idnr, stnr, vat

from gateway.screening.detectors._around import SEES
from gateway.screening.detectors._identity import (
    ELEVEN_DIGITS,
    NINE_DIGITS,
    alone,
    beside_words,
    checked,
    is_date,
    weighted_sum,
)
from gateway.screening.patterns import Candidate, Family, Pattern, words

_TAX_ID = words(
    "steuer-id, steuerid, steuer-identifikationsnummer, steuerliche identifikationsnummer, "
    "steueridentifikationsnummer, identifikationsnummer, idnr, tin, tax id, german tax id"
)
_TAX_NUMBER = words("steuernummer, steuer-nr, steuernr, st.-nr, st-nr, stnr, tax number, elster")
_CARD = words(
    "personalausweis, personalausweisnummer, ausweis, ausweisnummer, reisepass, reisepassnummer, passnummer, perso, "
    "id card, identity card, passport, german passport"
)
_PENSION = words("rentenversicherungsnummer, sozialversicherungsnummer, versicherungsnummer, rvnr, svnr, sv-nummer")
_HEALTH = words(
    "krankenversicherung, krankenversichertennummer, versichertennummer, krankenkasse, kvnr, egk, egk-nummer, "
    "gesundheitskarte, health insurance"
)
_DOCTOR = words("lanr, arztnummer, arzt-nr, lebenslange arztnummer, vertragsarzt, rezept")
_PRACTICE = words("bsnr, betriebsstättennummer, betriebsstätten-nr, betriebsstätte")
_FIRM = words("handelsregister, registergericht, amtsgericht, handelsregisternummer")
_POSTAL_CODE = words("plz, postleitzahl, postleitzahlen")
_LICENSE = words("führerschein, führerscheinnummer, führerschein-nr, fahrerlaubnis")
_PLATE = words("kennzeichen, kfz-kennzeichen, autokennzeichen, nummernschild, license plate, licence plate")
_VAT = words("ust-id, ust-idnr, ustid, ust-id-nr, umsatzsteuer-id, umsatzsteueridentifikationsnummer, vat, vat id")

_CARD_WEIGHTS = (7, 3, 1, 7, 3, 1, 7, 3)
_PENSION_WEIGHTS = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)
_PENSION_AREAS = frozenset(
    (*range(2, 5), *range(8, 22), 23, 24, 25, 26, 28, 29, *range(38, 40), *range(40, 90))
)  # of the insurers; the gaps were never given to one
_DAY_OFFSET = 50  # an office that runs out of numbers for a birthday adds it to the day
_HEALTH_WEIGHTS = (1, 2, 1, 2, 1, 2, 1, 2, 1, 2)
_DOCTOR_WEIGHTS = (4, 9, 4, 9, 4, 9)
_CARD_CHARACTER = "[0-9CFGHJKLMNPRTVWXYZ]"  # no vowels, so that no words come about
_CARD_GATE = rf"\b[A-Z]{_CARD_CHARACTER}{{7}}\d\b"


def is_tax_id(number: str) -> bool:
    """Tell whether *number*, eleven digits, repeats one digit as it must and has the right check digit."""
    return len(set(number[:10])) in {8, 9} and idnr.is_valid(number)  # what repeats is seen sooner


def is_card_number(number: str) -> bool:
    """Tell whether the last digit of *number*, of an identity card or a passport, is its check digit (ICAO 9303-3)."""
    total = sum(int(each, 36) * weight for each, weight in zip(number[:8], _CARD_WEIGHTS, strict=True))
    return total % 10 == int(number[8])


def is_pension_number(number: str) -> bool:
    """Tell whether *number* has a known area, a birthday and the right check digit."""
    day, month, year = int(number[2:4]), int(number[4:6]), int(number[6:8])
    if int(number[:2]) not in _PENSION_AREAS or not is_date(2000 + year, month, day % _DAY_OFFSET):
        return False
    return _digits_of_products(f"{number[:8]}{_number_of(number[8])}{number[9:11]}", _PENSION_WEIGHTS) == number[11]


def is_health_number(number: str) -> bool:
    """Tell whether *number*, a letter and nine digits, has the right check digit."""
    return _digits_of_products(f"{_number_of(number[0])}{number[1:9]}", _HEALTH_WEIGHTS) == number[9]


def is_doctor_number(number: str) -> bool:
    """Tell whether the seventh of *number*'s nine digits is the check digit of the six before it."""
    return -weighted_sum(number[:6], _DOCTOR_WEIGHTS) % 10 == int(number[6])


def _number_of(letter: str) -> str:
    return f"{ord(letter) - ord('A') + 1:02}"


def _digits_of_products(digits: str, weights: tuple[int, ...]) -> str:
    products = (int(digit) * weight for digit, weight in zip(digits, weights, strict=False))
    return str(sum(sum(map(int, str(each))) for each in products) % 10)


def _is_driver_number(number: str) -> bool:
    return any(map(str.isalpha, number)) and sum(map(str.isdigit, number)) > len(number) // 2


def _is_mixed_card(candidate: Candidate) -> Candidate | None:
    letters = sum(map(str.isalpha, candidate.text))
    return _is_card(candidate) if letters > 1 else None


_is_card = checked(is_card_number)


def _card(name: str, entity_type: str, first: str) -> tuple[Pattern, Pattern]:
    """Return the patterns of a card's number: mixed with letters it says enough, else it needs a word beside it."""
    return (
        Pattern(
            name=name,
            entity_type=entity_type,
            regex=rf"\b[{first}](?:{_CARD_CHARACTER}{{7}})\d\b",
            gate=_CARD_GATE,
            score=0.55,
            context=_CARD,
            check=_is_mixed_card,
        ),
        beside_words(
            f"{name}, in any case",
            entity_type,
            rf"(?i)\b[{first}]{_CARD_CHARACTER}{{7}}\d\b",
            _CARD,
            valid=is_card_number,
            gate=r"(?i)\b[A-Z][0-9A-Z]{7}\d\b",
            checksum="weights 7, 3, 1, mod 10",
        ),
    )


DETECTOR = Family(
    name="de",
    source=(
        "Bundeszentralamt für Steuern (IdNr, USt-IdNr); ELSTER, Steuernummern; ICAO Doc 9303-3 (cards); "
        "Deutsche Rentenversicherung, VKVV § 4; GKV-Spitzenverband, Krankenversichertennummer; KBV, Arztnummern; "
        "FeV, Anlage 8; FZV § 9; HRV § 13"
    ),
    patterns=(
        Pattern(
            name="tax id",
            entity_type="DE_TAX_ID",
            regex=r"\b[1-9]\d ?\d{3} ?\d{3} ?\d{3}\b",
            gate=ELEVEN_DIGITS,
            score=0.6,
            context=_TAX_ID,
            check=checked(is_tax_id),
            sees=SEES,
            checksum="mod 11, 10",
        ),
        beside_words(
            "tax number with slashes",
            "DE_TAX_NUMBER",
            r"\b(?:\d{2,3}/\d{3,4}/\d{4,5}|\d{5}/\d{5})\b",
            _TAX_NUMBER,
        ),
        beside_words("tax number", "DE_TAX_NUMBER", r"\b(?:\d{10,11}|\d{13})\b", _TAX_NUMBER, valid=stnr.is_valid),
        *_card("identity card", "DE_ID_CARD", "LMNPRTVWXY"),
        *_card("passport", "DE_PASSPORT", "CFGHJK"),
        beside_words("old identity card", "DE_ID_CARD", r"\bT\d{8}\b", _CARD),
        Pattern(
            name="pension insurance",
            entity_type="DE_SOCIAL_SECURITY",
            regex=r"\b\d{2} ?\d{6} ?[A-Z] ?\d{3}\b",
            score=0.75,
            context=_PENSION,
            check=checked(is_pension_number),
            checksum="weighted sum, mod 10",
        ),
        Pattern(
            name="health insurance",
            entity_type="DE_HEALTH_INSURANCE",
            regex=r"(?i)\b[A-Z]\d{9}\b",
            score=0.5,
            context=_HEALTH,
            check=checked(is_health_number),
            checksum="weighted digit sums, mod 10",
        ),
        beside_words(
            "driving licence", "DE_FUEHRERSCHEIN", r"\b[A-Z][A-Z0-9]{9}[A-Z0-9]\b", _LICENSE, valid=_is_driver_number
        ),
        beside_words("plate", "DE_KFZ", r"\b[A-ZÄÖÜ]{1,3}[ -][A-Z]{1,2}[ -]?\d{1,4}[EH]?\b", _PLATE),
        beside_words(
            "doctor",
            "DE_LANR",
            r"\b\d{9}\b",
            _DOCTOR,
            valid=is_doctor_number,
            gate=NINE_DIGITS,
            checksum="weights 4 and 9, mod 10",
        ),
        beside_words("practice", "DE_BSNR", r"\b\d{9}\b", _PRACTICE, gate=NINE_DIGITS),
        Pattern(
            name="company register",
            entity_type="DE_HANDELSREGISTER",
            regex=r"(?i)\bHR[AB][ -]?\d{2,6}\b",
            score=0.6,
            context=_FIRM,
            check=alone,
        ),
        beside_words("postal code", "DE_PLZ", r"\b(?:D-)?\d{5}\b", _POSTAL_CODE),
        Pattern(
            name="VAT id",
            entity_type="DE_VAT_ID",
            regex=r"(?i)\bDE[ .-]?\d{3}[ .]?\d{3}[ .]?\d{3}\b",
            score=0.7,
            context=_VAT,
            check=checked(vat.is_valid),
            checksum="mod 11, 10",
        ),
    ),
    examples={
        "DE_TAX_ID": ("«36 574 261 809»", "Steuer-ID: «36574261809»"),
        "DE_TAX_NUMBER": ("Steuernummer «181/815/08155»", "Steuernummer: «93815/08152»", "St.-Nr. «9181081508155»"),
        "DE_ID_CARD": ("«L01X00T44»", "Personalausweis «l01x00t44»", "Ausweis Nr. «T22000129»"),
        "DE_PASSPORT": ("«C01X00T41»", "Reisepass «C01234565» vom Amt"),
        "DE_SOCIAL_SECURITY": ("«15070649C103»", "SV-Nummer «65 170839 J 003»"),
        "DE_HEALTH_INSURANCE": ("«A123456780»", "eGK-Nummer «m123456785»"),
        "DE_FUEHRERSCHEIN": ("Führerscheinnummer: «B072RRE2I55»",),
        "DE_KFZ": ("Kennzeichen: «HH-AB 1234»", "Kfz-Kennzeichen «S AB 12E»"),
        "DE_LANR": ("Arztnummer «987654401» auf dem Rezept",),
        "DE_BSNR": ("Betriebsstättennummer «021234568»",),
        "DE_HANDELSREGISTER": ("Amtsgericht München, «HRB 123456»", "«hrb 12345»"),
        "DE_PLZ": ("PLZ «80331»",),
        "DE_VAT_ID": ("«DE136695976»", "USt-IdNr. «DE.136.695.976»"),
    },
    counter_examples=(
        "36574261890",
        "11/2026/0001 and 12/34/56789",
        "L01X00T47 and C01X00T42",
        "C01234565",
        "15071349C103",
        "A123456781",
        "HH-AB 1234",
        "987654401",
        "80331",
        "DE123456789",
        "HRC 12345, Hra 1",
        "bestellung b072rre2i55",
    ),
)
