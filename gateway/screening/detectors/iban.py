"""
International bank account numbers.

Source: ISO 13616-1 (form and check digits); SWIFT, IBAN registry (the length in each country).
"""

from gateway.screening.checksums import mod97_valid
from gateway.screening.patterns import Candidate, Family, Pattern, words

_COUNTRIES = words(
    "AD24, AE23, AL28, AT20, AZ28, BA20, BE16, BG22, BH22, BI27, BR29, BY28, CH21, CR22, CY28, CZ24, DE22, DJ27, "
    "DK18, DO28, EE20, EG29, ES24, FI18, FK18, FO18, FR27, GB22, GE22, GI23, GL18, GR27, GT28, HN28, HR21, HU28, "
    "IE22, IL23, IQ23, IS26, IT27, JO30, KW30, KZ20, LB28, LC32, LI21, LT20, LU20, LV21, LY25, MC27, MD24, ME22, "
    "MK19, MN20, MR27, MT31, MU30, NI28, NL18, NO15, OM23, PK24, PL28, PS29, PT25, QA29, RO24, RS22, RU33, SA24, "
    "SC31, SD18, SE24, SI19, SK24, SM27, SO23, ST25, SV28, TL23, TN24, TR26, UA29, VA22, VG24, XK20, YE30"
)
_LENGTHS = {country[:2]: int(country[2:]) for country in _COUNTRIES}  #: characters of a whole number


def _is_iban(candidate: Candidate) -> Candidate | None:
    text = candidate.text
    length = _LENGTHS.get(text[:2].upper())
    if length is None:
        return None
    places = [at for at, character in enumerate(text) if character.isalnum()]
    if len(places) < length:
        return None
    end = places[length - 1] + 1  # a word may follow that could be more of the number
    if text[end : end + 1].isalnum() or not mod97_valid("".join(text[at] for at in places[:length]).upper()):
        return None
    return candidate.shortened(text[:end])


DETECTOR = Family(
    name="iban",
    patterns=(
        Pattern(
            name="number",
            entity_type="IBAN_CODE",
            gate=r"(?i)\b[A-Z]{2}\d{2}[ -]?[A-Z0-9]{4}",
            regex=r"(?i)\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?\b",
            score=0.95,
            context=("iban", "account", "bank", "konto", "compte", "cuenta", "conto", "rekening", "sepa"),
            check=_is_iban,
            restart=True,
        ),
    ),
    examples={
        "IBAN_CODE": (
            "pay to «DE89 3704 0044 0532 0130 00» today",
            "IBAN «GB29NWBK60161331926819», BIC NWBKGB2L",
            "«no93 8601 1117 947»",
        )
    },
    counter_examples=("DE89 3704 0044 0532 0130 01", "XX29NWBK60161331926819", "build AB12CDEF3456GHIJ"),
)
