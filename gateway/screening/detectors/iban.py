"""
International bank account numbers.

Source: ISO 13616-1 (form and check digits); SWIFT, IBAN registry (what each country's numbers are made of).
"""

import re
from functools import cache

from gateway.screening.checksums import mod97_valid
from gateway.screening.patterns import Candidate, Family, Pattern, words

# of each country, what follows its letters and the check digits: n digits, a letters, c either
_STRUCTURES = {
    each[:2].encode(): each[3:]
    for each in words(
        "AD 8n12c, AE 19n, AL 8n16c, AT 16n, AZ 4a20c, BA 16n, BE 12n, BG 4a6n8c, BH 4a14c, BI 23n, BR 23n1a1c, "
        "BY 4c4n16c, CH 5n12c, CR 18n, CY 8n16c, CZ 20n, DE 18n, DJ 23n, DK 14n, DO 4c20n, EE 16n, EG 25n, ES 20n, "
        "FI 14n, FK 2a12n, FO 14n, FR 10n11c2n, GB 4a14n, GE 2a16n, GI 4a15c, GL 14n, GR 7n16c, GT 24c, HN 4a20n, "
        "HR 17n, HU 24n, IE 4a14n, IL 19n, IQ 4a15n, IS 22n, IT 1a10n12c, JO 4a4n18c, KW 4a22c, KZ 3n13c, LB 4n20c, "
        "LC 4a24c, LI 5n12c, LT 16n, LU 3n13c, LV 4a13c, LY 21n, MC 10n11c2n, MD 20c, ME 18n, MK 3n10c2n, MN 16n, "
        "MR 23n, MT 4a5n18c, MU 4a19n3a, NI 4a20n, NL 4a10n, NO 11n, OM 3n16c, PK 4a16c, PL 24n, PS 4a21c, PT 21n, "
        "QA 4a21c, RO 4a16c, RS 18n, RU 14n15c, SA 2n18c, SC 4a20n3a, SD 14n, SE 20n, SI 15n, SK 20n, SM 1a10n12c, "
        "SO 19n, ST 21n, SV 4a20n, TL 19n, TN 20n, TR 6n16c, UA 6n19c, VA 18n, VG 4a16n, XK 16n, YE 4a4n18c"
    )
}
_PART = re.compile(r"(\d+)([nac])")
_CLASSES = {"n": "[0-9]", "a": "[A-Z]", "c": "[0-9A-Z]"}
_HEAD = 4  #: the country's letters and the check digits
_LENGTHS = {
    country: _HEAD + sum(int(size) for size, _ in _PART.findall(structure))
    for country, structure in _STRUCTURES.items()
}
_COUNTRIES = "|".join(country.decode() for country in _STRUCTURES)  # few words and few hex numbers begin like these
_SEPARATORS = b" -"


@cache
def _form(country: bytes) -> re.Pattern[bytes]:
    parts = "".join(f"{_CLASSES[kind]}{{{size}}}" for size, kind in _PART.findall(_STRUCTURES[country]))
    return re.compile(f"..[0-9]{{2}}{parts}".encode())


def _is_iban(candidate: Candidate) -> Candidate | None:
    data, start, end, score = candidate
    text = data[start:end].upper()
    length = _LENGTHS.get(text[:2])
    if length is None:  # `(?i)` takes the kelvin sign for a K
        return None
    number = text.translate(None, _SEPARATORS)
    size = length if len(number) == len(text) else _end_of(text, length)
    if text[size : size + 1].isalnum() or _form(text[:2]).match(number) is None:
        return None
    return Candidate(data, start, start + size, score) if mod97_valid(number[:length].decode()) else None


def _end_of(text: bytes, length: int) -> int:
    """Return where the first *length* letters and digits of *text* end: a word may follow that fits the expression."""
    end = length
    while (needed := length + text.count(b" ", 0, end) + text.count(b"-", 0, end)) != end:
        end = needed
    return end


DETECTOR = Family(
    name="iban",
    patterns=(
        Pattern(
            name="number",
            entity_type="IBAN_CODE",
            gate=rf"(?i)\b(?:{_COUNTRIES})\d{{2}}[ -]?[A-Z0-9]{{4}}[ -]?[A-Z0-9]{{4}}[ -]?[A-Z0-9]{{3}}",
            regex=rf"(?i)\b(?:{_COUNTRIES})\d{{2}}(?:[ -]?[A-Z0-9]{{4}}){{2,7}}(?:[ -]?[A-Z0-9]{{1,3}})?\b",
            score=0.95,
            context=("iban", "account", "bank", "konto", "compte", "cuenta", "conto", "rekening", "sepa"),
            check=_is_iban,
            restart=True,
            checksum="mod 97-10",
        ),
    ),
    examples={
        "IBAN_CODE": (
            "pay to «DE89 3704 0044 0532 0130 00» today",
            "IBAN «GB29NWBK60161331926819», BIC NWBKGB2L",
            "«no93 8601 1117 947»",
            "«FR14-2004-1010-0505-0001-3M02-606», «MT84MALT011000012345MTLCAST001S»",
            "«BE68 5390 0754 7034» ist das Konto, «CH93 0076 2011 6238 5295 7» auch",
        )
    },
    counter_examples=(
        "DE89 3704 0044 0532 0130 01",
        "XX29NWBK60161331926819",
        "build AB12CDEF3456GHIJ",
        "GB29 1234 6016 1331 9268 19",
        "id be12cdef-1234-4abc-89ab-1234567890ab",
    ),
)
