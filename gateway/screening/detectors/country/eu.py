"""European Union: VAT numbers with their country's letters, and creditor identifiers."""

from stdnum.eu import at_02, oss
from stdnum.util import get_cc_module

from gateway.screening.detectors.country import fr, mt
from gateway.screening.detectors.country._numbers import VAT, Valid, number, written
from gateway.screening.patterns import Family, words

_CREDITOR = words(
    "creditor identifier, creditor id, gläubiger-id, gläubiger-identifikationsnummer, identifiant créancier, ics, "
    "identificador del acreedor, sepa"
)
_MEMBERS = "AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|XI"
_NAMED_OTHERWISE = {"EL": "GR", "XI": "GB"}
_OWN: dict[str, Valid] = {"FR": fr.is_tva, "MT": mt.is_vat}


def _check_of(member: str) -> Valid:
    module = get_cc_module(_NAMED_OTHERWISE.get(member, member), "vat")
    if module is None:
        raise LookupError(f"python-stdnum has no VAT number of {member}")
    return module.is_valid


_VALID = {member: _OWN.get(member) or _check_of(member) for member in _MEMBERS.split("|")}


def is_vat(text: str) -> bool:
    """Tell whether *text* is a VAT number of the country with whose letters it begins."""
    return _VALID[text[:2]](text)


DETECTOR = Family(
    name="eu",
    source=(
        "Directive 2006/112/EC, article 215, and the Commission's VIES (VAT numbers); Regulation (EU) 2019/2026 (OSS); "
        "EPC262-08, Creditor Identifier Overview (AT-02)"
    ),
    patterns=(
        written(
            "EU_VAT",
            is_vat,
            rf"(?:{_MEMBERS})[ -]?[0-9A-Z]?[0-9A-Z](?:[ .-]?\d){{5,10}}(?:[A-Z]{{1,2}}|B\d{{2}})?",
            VAT,
            checksum="the country's",
            score=0.45,
        ),
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
        "EU_VAT": ("VAT no. «EE104711224»",),
        "EU_OSS": ("IOSS «EU372855471»",),
        "EU_AT_02": ("Gläubiger-ID «DE19ZZZ07667217672»", "mandate of «DE19ZZZ07667217672»"),
    },
    counter_examples=("VAT no. EE109430180", "Gläubiger-ID DE19ZZZ07667217670", "IOSS EU001234567"),
)
