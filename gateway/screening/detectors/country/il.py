"""Israel: identity and company numbers."""

from stdnum.il import hp, idnr

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("תעודת זהות, ת.ז, ת״ז, מספר זהות, teudat zehut, mispar zehut, israeli id, identity number")
_BUSINESS = words("ח.פ, ח״פ, מספר חברה, company number, company no")

DETECTOR = Family(
    name="il",
    source="רשות האוכלוסין, מספר זהות; רשם החברות, מספר חברה",
    patterns=(
        number("IL_IDNR", idnr.is_valid, r"\d{8,9}", _CONTEXT, checksum="Luhn"),
        number("IL_HP", hp.is_valid, r"5\d{8}", _BUSINESS, checksum="Luhn"),
    ),
    examples={"IL_IDNR": ("תעודת זהות «326974151»",), "IL_HP": ("ח.פ «514743467»",)},
    counter_examples=(
        "תעודת זהות 326974156",
        "ח.פ 514743469",
    ),
)
