"""Saudi Arabia: national and residence (iqama) numbers."""

from gateway.screening.checksums import luhn_valid
from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

DETECTOR = Family(
    name="sa",
    source="Absher, national identity and iqama numbers: 1 for citizens, 2 for residents",
    patterns=(
        number(
            "SA_NATIONAL_ID",
            luhn_valid,
            r"[12]\d{9}",
            words("iqama, iqama no, iqama number, saudi id, saudi national id, رقم الهوية, هوية, إقامة, اقامة"),
            checksum="Luhn",
        ),
    ),
    examples={"SA_NATIONAL_ID": ("iqama «2985565270»", "رقم الهوية «1826961797»")},
    counter_examples=("iqama 2985565271", "started at 1732264512"),
)
