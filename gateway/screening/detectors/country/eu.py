"""European Union: numbers that no member gives alone; VAT numbers are with the members."""

from stdnum.eu import at_02, oss

from gateway.screening.detectors.country._numbers import VAT, number, written
from gateway.screening.patterns import Family, words

_CREDITOR = words(
    "creditor identifier, creditor id, gläubiger-id, gläubiger-identifikationsnummer, identifiant créancier, ics, "
    "identificador del acreedor, sepa"
)

DETECTOR = Family(
    name="eu",
    source=("Regulation (EU) 2019/2026 (OSS); EPC262-08, Creditor Identifier Overview (AT-02)"),
    patterns=(
        number("EU_OSS", oss.is_valid, r"EU\d{9}|IM\d{10}", (*VAT, "oss", "ioss", "moss"), score=0.45),
        written(
            "EU_AT_02",
            at_02.is_valid,
            r"[A-Z]{2} ?\d{2} ?[0-9A-Z]{3} ?[0-9A-Z]{4,28}",
            _CREDITOR,
            checksum="mod 97",
            score=0.45,
            name="eu_at_02 with any business code",
        ),
        written(
            "EU_AT_02",
            at_02.is_valid,
            r"[A-Z]{2}\d{2}ZZZ[0-9A-Z]{1,28}",
            _CREDITOR,
            checksum="mod 97",
            score=0.75,
        ),
    ),
    examples={
        "EU_OSS": ("IOSS «EU372855471»",),
        "EU_AT_02": ("Gläubiger-ID «DE19ZZZ07667217672»", "mandate of «DE19ZZZ07667217672»"),
    },
    counter_examples=("Gläubiger-ID DE19ZZZ07667217670", "IOSS EU001234567"),
)
