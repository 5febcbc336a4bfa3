"""Mauritius: the national identifier."""

from stdnum.mu import nid

from gateway.screening.detectors.country._numbers import number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("nid, nic, national identity, id number, national id")

DETECTOR = Family(
    name="mu",
    source="Civil Status Division, National Identity Card",
    patterns=(
        number("MU_NID", nid.is_valid, r"[A-Z]\d{12}[0-9A-Z]", _CONTEXT, checksum="mod 17"),
        written(
            "MU_NID",
            nid.is_valid,
            r"[A-Z](?:[0-2]\d|3[01])(?:0\d|1[0-2])\d{8}[0-9A-G]",
            _CONTEXT,
            checksum="mod 17",
            score=0.6,
        ),
    ),
    examples={
        "MU_NID": (
            "nid «R2507727954283»",
            "«R210881777780B»",
        )
    },
    counter_examples=(
        "nid R2507727954284",
        "R210881777780X",
    ),
)
