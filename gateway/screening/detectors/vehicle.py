"""
Vehicle identification numbers.

Source: ISO 3779 (seventeen characters without I, O and Q); 49 CFR 565.15 (the check digit, which North America asks
for, and the letters of the model year).
"""

from gateway.screening.patterns import Candidate, Family, Pattern, words

_VALUES = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", map(int, "123456781234579234567890123456789"), strict=True))
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_CHECK_DIGIT = 8  #: where it stands, from 0
_CHECK_DIGITS = "0123456789X"
_MODEL_YEAR, _NO_YEARS = 9, frozenset("U0Z")
_WEAK = 0.3  #: the score without the check digit, which Europe does not use, and in small letters, as hex digits are
_SERIAL = slice(13, 17)  #: figures in the number of every larger maker
_CONTEXT = words(
    "vin, vin number, vehicle identification number, vehicle, car, chassis, chassis number, fahrgestellnummer, fin, "
    "numéro de châssis, vehículo, bastidor, telaio"
)


def _is_vin(candidate: Candidate) -> Candidate | None:
    raw = candidate.data[candidate.start : candidate.end]
    if raw.isdigit() or raw.isalpha() or not raw[_SERIAL].isdigit() or not (raw.isupper() or raw.islower()):
        return None
    text = raw.decode()
    if raw.islower() or text[_MODEL_YEAR] in _NO_YEARS or _check_digit(text) != text[_CHECK_DIGIT]:
        return candidate.scored(_WEAK)
    return candidate


def _check_digit(text: str) -> str:
    remainder = sum(_VALUES[each] * weight for each, weight in zip(text, _WEIGHTS, strict=True)) % len(_CHECK_DIGITS)
    return _CHECK_DIGITS[remainder]


DETECTOR = Family(
    name="vehicle",
    patterns=(
        Pattern(
            name="identification number",
            entity_type="VIN",
            regex=r"\b(?:[A-HJ-NPR-Z0-9]{13}|[a-hj-npr-z0-9]{13})\d{4}\b",
            score=0.6,
            context=_CONTEXT,
            check=_is_vin,
            checksum="mod 11",
        ),
    ),
    examples={
        "VIN": (
            "the car «1M8GDM9AXKP042788» was sold",
            "«1HGCM82633A004352»",
            "VIN «WVWZZZ1JZXW000001»",
            "vin=«1hgcm82633a004352»",
        )
    },
    counter_examples=(
        "1M8GDM9AXKP042789",
        "12345678901234567",
        "ABCDEFGHJKLMNPRST",
        "blob 3f786850e387550f1",
        "VIN WVWZZZ1JZXW00000",
        "0x4aefa82201b8502, i-aaaaaaaa111111111",
    ),
)
