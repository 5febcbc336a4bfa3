"""Numbers of Nigeria: national identity, bank verification, tax, vehicles."""

from gateway.screening.detectors._identity import ELEVEN_DIGITS, PLATE_WORDS, alone, beside_words
from gateway.screening.patterns import Family, Pattern, words

_PERSON = words("nin, national identification, national identification number, national identity number, nimc")
_BANK = words("bvn, bank verification, bank verification number")
_TAX = words("tin, tax identification, tax identification number, firs, jtb")

DETECTOR = Family(
    name="ng",
    source=(
        "National Identity Management Commission (NIN); Central Bank of Nigeria (BVN); Federal Inland Revenue Service "
        "(TIN); Federal Road Safety Corps (plates)"
    ),
    patterns=(
        beside_words("national identity", "NG_NIN", r"\b[1-9]\d{10}\b", _PERSON, gate=ELEVEN_DIGITS),
        beside_words("bank verification", "NG_BVN", r"\b2\d{10}\b", _BANK, gate=ELEVEN_DIGITS),
        beside_words("tax", "NG_TIN", r"\b\d{8}-\d{4}\b", _TAX),
        Pattern(
            name="plate",
            entity_type="NG_VEHICLE_REGISTRATION",
            regex=r"\b[A-Z]{3}-\d{3}[A-Z]{2}\b",
            score=0.55,
            context=PLATE_WORDS,
            check=alone,
        ),
    ),
    examples={
        "NG_NIN": ("NIN: «12345678901»",),
        "NG_BVN": ("BVN «22345678901»",),
        "NG_TIN": ("TIN «12345678-0001»",),
        "NG_VEHICLE_REGISTRATION": ("«APP-456CV»",),
    },
    counter_examples=("12345678901", "12345678-0001", "123-456AB, ABCD-123EF", "X-APP-456CV-2"),
)
