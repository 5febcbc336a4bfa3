"""Numbers of Canada: social insurance, health cards, businesses, driver's licences."""

from stdnum.ca import bc_phn, bn, sin

from gateway.screening.checksums import luhn_valid
from gateway.screening.detectors._identity import NINE_DIGITS, TEN_DIGITS, beside_words, checked, is_date
from gateway.screening.patterns import Family, Pattern, words

_SOCIAL = words("sin, social insurance, social insurance number, numéro d'assurance sociale, nas")
_HEALTH = words(
    "health card, health number, health insurance, ohip, phn, personal health number, ramq, carte soleil, "
    "assurance maladie, mcp, ahcip"
)
_BUSINESS = words("bn, business number, gst, hst, gst/hst, cra, numéro d'entreprise")
_LICENSE = words("driver licence, driver's licence, driver's license, permis de conduire, ontario")

_WOMEN_OFFSET = 50  # added to the month of birth


def _is_ontario_health(number: str) -> bool:
    return number[0] != "0" and luhn_valid(number[:10])


def _is_quebec_health(number: str) -> bool:
    return _has_birthday(number[4:10])


def _is_ontario_license(number: str) -> bool:
    return _has_birthday(number[-6:])


def _has_birthday(digits: str) -> bool:
    return is_date(2000 + int(digits[:2]), int(digits[2:4]) % _WOMEN_OFFSET, int(digits[4:6]))


DETECTOR = Family(
    name="ca",
    source=(
        "Employment and Social Development Canada (SIN); Canada Revenue Agency (BN); the provinces' health insurers "
        "(Ontario, Quebec, British Columbia); Ontario Ministry of Transportation"
    ),
    patterns=(
        beside_words(
            "social insurance",
            "CA_SIN",
            r"\b\d{3}[ -]?\d{3}[ -]?\d{3}\b",
            _SOCIAL,
            valid=sin.is_valid,
            gate=NINE_DIGITS,
            checksum="Luhn",
        ),
        beside_words(
            "Ontario health card",
            "CA_HEALTH_NUMBER",
            r"\b\d{4}[ -]?\d{3}[ -]?\d{3}(?:[ -][A-Z]{2})?\b",
            _HEALTH,
            valid=_is_ontario_health,
            gate=TEN_DIGITS,
            checksum="Luhn",
        ),
        Pattern(
            name="Quebec health card",
            entity_type="CA_HEALTH_NUMBER",
            regex=r"\b[A-Z]{4} ?\d{4} ?\d{4}\b",
            score=0.5,
            context=_HEALTH,
            check=checked(_is_quebec_health),
        ),
        beside_words(
            "British Columbia health number",
            "CA_HEALTH_NUMBER",
            r"\b9\d{3} ?\d{3} ?\d{3}\b",
            _HEALTH,
            valid=bc_phn.is_valid,
            gate=TEN_DIGITS,
            checksum="weighted sum, mod 11",
        ),
        Pattern(
            name="business number of an account",
            entity_type="CA_BN",
            regex=r"\b\d{5} ?\d{4} ?R[CMPRTZ] ?\d{4}\b",
            score=0.7,
            context=_BUSINESS,
            check=checked(bn.is_valid),
            checksum="Luhn",
        ),
        beside_words(
            "business number",
            "CA_BN",
            r"\b\d{5} ?\d{4}\b",
            _BUSINESS,
            valid=bn.is_valid,
            gate=NINE_DIGITS,
            checksum="Luhn",
        ),
        Pattern(
            name="Ontario driver's licence",
            entity_type="CA_DRIVER_LICENSE",
            regex=r"\b[A-Z]\d{4}-\d{5}-\d{5}\b",
            score=0.65,
            context=_LICENSE,
            check=checked(_is_ontario_license),
        ),
    ),
    examples={
        "CA_SIN": ("SIN «130 692 544»", "social insurance number: «130692544»"),
        "CA_HEALTH_NUMBER": (
            "health card «9876 543 217 AB»",
            "«TREM 5502 1234»",
            "PHN «9698658215»",
        ),
        "CA_BN": ("«123026635RC0001»", "BN «12302 6635»"),
        "CA_DRIVER_LICENSE": ("«A1234-56789-85512»".replace("85512", "00512"),),
    },
    counter_examples=(
        "130 692 544",
        "SIN 130 692 545",
        "health card 8876 543 218",
        "TREM 5599 1234",
        "12302 6635",
        "A1234-56789-89912",
    ),
)
