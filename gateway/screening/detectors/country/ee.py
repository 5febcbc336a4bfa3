"""Estonia: personal, VAT and company numbers."""

from stdnum.ee import ik, kmkr, registrikood

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words(
    "isikukood, estonian personal code, estonian personal id, ik, kmkr, käibemaksukohustuslane, "
    "registrikood, äriregistri kood"
)

DETECTOR = Family(
    name="ee",
    source="EVS 585:2007, isikukood; Maksu- ja Tolliamet, KMKR; Äriregister, registrikood",
    patterns=(
        number("EE_IK", ik.is_valid, r"[1-8]\d{10}", _CONTEXT, checksum="mod 11"),
        number("EE_KMKR", kmkr.is_valid, r"\d{9}", _CONTEXT, checksum="mod 10", prefix="EE"),
        number("EE_REGISTRIKOOD", registrikood.is_valid, r"\d{8}", _CONTEXT, checksum="mod 11"),
    ),
    examples={
        "EE_IK": ("isikukood «39307265430»",),
        "EE_KMKR": ("kmkr «EE105655185»",),
        "EE_REGISTRIKOOD": ("registrikood «16812088»",),
    },
    counter_examples=(
        "isikukood 39307265434",
        "kmkr 105655182",
        "registrikood 16812080",
    ),
)
