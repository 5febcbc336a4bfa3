"""Numbers of Spain: identity, foreigners, firms, social security, passports, land, postcodes."""

from stdnum.es import cif, referenciacatastral

from gateway.screening.detectors._identity import beside_words, checked
from gateway.screening.patterns import Family, Pattern, words

_ID = words("dni, nif, nie, cif, documento, documento nacional, identidad, identificación fiscal, tax id, vat")
_PASSPORT = words("pasaporte, pasaportes, número de pasaporte, spanish passport")
_SOCIAL = words("seguridad social, número de la seguridad social, nuss, naf, afiliación")
_POSTAL_CODE = words("código postal, codigo postal")
_LAND = words("referencia catastral, catastro, catastral")
_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_FIRST = str.maketrans("XYZKLM", "012000")  # the letter that an NIE or some NIFs begin with
_PROVINCES = frozenset((*range(1, 54), 66))  # 53 and 66: given outside of provinces


def is_person_number(number: str) -> bool:
    """Tell whether the last letter of *number*, an NIF or NIE, is its check letter."""
    return _LETTERS[int(number[:-1].translate(_FIRST)) % 23] == number[-1]


def is_social_security_number(number: str) -> bool:
    """Tell whether *number*, 11 or 12 digits, has a province and the right check digits (mod 97)."""
    province, serial = int(number[:2]), int(number[2:-2])
    whole = province * 10**7 + serial if serial < 10**7 else province * 10**8 + serial
    return province in _PROVINCES and whole % 97 == int(number[-2:])


def _is_cif(number: str) -> bool:
    return cif.is_valid(number.removeprefix("ES"))


DETECTOR = Family(
    name="es",
    source=(
        "Ministerio del Interior, the DNI's letter; Orden EHA/451/2008 (NIF of firms); Tesorería General "
        "de la Seguridad Social; Dirección General del Catastro"
    ),
    patterns=(
        Pattern(
            name="identity card",
            entity_type="ES_NIF",
            regex=r"(?i)\b(?:\d{8}[ -]?|[KLM]-?\d{7}-?)[A-HJ-NP-TV-Z]\b",
            score=0.6,
            context=_ID,
            check=checked(is_person_number),
            checksum="mod 23",
        ),
        Pattern(
            name="foreigner's number",
            entity_type="ES_NIE",
            regex=r"(?i)\b[XYZ]-?\d{7}-?[A-HJ-NP-TV-Z]\b",
            score=0.7,
            context=_ID,
            check=checked(is_person_number),
            checksum="mod 23",
        ),
        Pattern(
            name="firm",
            entity_type="ES_CIF",
            regex=r"\b[ABCDEFGHJNPQRSUVW]-?\d{7}-?[A-J]\b",
            score=0.55,
            context=_ID,
            check=checked(cif.is_valid),
            checksum="Luhn",
        ),
        beside_words(
            "firm, in any form",
            "ES_CIF",
            r"(?i)\b(?:ES)?[ABCDEFGHJNPQRSUVW]-?\d{7}-?[0-9A-J]\b",
            _ID,
            valid=_is_cif,
            checksum="Luhn",
        ),
        beside_words("passport", "ES_PASSPORT", r"(?i)\b[A-Z]{2,3}\d{6}\b", _PASSPORT),
        Pattern(
            name="social security",
            entity_type="ES_SOCIAL_SECURITY",
            regex=r"\b\d{2}[/-]\d{7,8}[/-]\d{2}\b",
            score=0.6,
            context=_SOCIAL,
            check=checked(is_social_security_number),
            checksum="mod 97",
        ),
        beside_words(
            "social security, bare",
            "ES_SOCIAL_SECURITY",
            r"\b\d{2} ?\d{8} ?\d{2}\b",
            _SOCIAL,
            valid=is_social_security_number,
            checksum="mod 97",
        ),
        Pattern(
            name="land register",
            entity_type="ES_REFERENCIACATASTRAL",
            regex=r"(?i)\b\d{7}[ -]?[A-Z0-9]{2}\d{4}[A-Z][ -]?\d{4}[ -]?[A-Z]{2}\b",
            score=0.7,
            context=_LAND,
            check=checked(referenciacatastral.is_valid),
            checksum="weighted sum, mod 23",
        ),
        beside_words("postcode", "ES_POSTAL_CODE", r"\b(?:0[1-9]|[1-4]\d|5[0-2])\d{3}\b", _POSTAL_CODE),
    ),
    examples={
        "ES_NIF": ("«54362315K»", "DNI «54362315-k»"),
        "ES_NIE": ("«X-2482300W»", "«y8063915z»"),
        "ES_CIF": ("CIF «A13585625»", "«J-1234567-D»"),
        "ES_PASSPORT": (
            "«AAA123456» es mi pasaporte",
            "mi pasaporte es «xda123456»",
        ),
        "ES_SOCIAL_SECURITY": ("«28/12345678/40»", "seguridad social «281234567840»"),
        "ES_REFERENCIACATASTRAL": ("«7837301-VG8173B-0001 TT»",),
        "ES_POSTAL_CODE": ("código postal «28013»",),
    },
    counter_examples=(
        "54362315A and 12345678a",
        "X-2482300A",
        "A13585625",
        "AAA123456",
        "28/12345678/41",
        "7837301-VG8173B-0001 TA",
        "28013",
        "20231115T103000",
    ),
)
