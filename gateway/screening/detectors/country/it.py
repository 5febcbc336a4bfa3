"""Numbers of Italy: tax codes, VAT, driving licences, passports, identity cards."""

from stdnum.it import codicefiscale, iva

from gateway.screening.detectors._identity import beside_words, checked
from gateway.screening.patterns import Family, Pattern, words

_TAX = words("codice fiscale, cod fisc, tax code, fiscal code")
_VAT = words("partita iva, p.iva, p. iva, piva, iva, vat, vat number, codice fiscale")
_LICENSE = words("patente, patente di guida, patenti, guida, italian driver, italian driving")
_PASSPORT = words("passaporto, passaporti, italian passport")
_CARD = words("carta d'identità, carta di identità, carta identità, documento, cie, identity card, id card")


DETECTOR = Family(
    name="it",
    source=(
        "Agenzia delle Entrate, D.M. 23/12/1976 (codice fiscale) and partita IVA; Ministero delle Infrastrutture "
        "(licences); Ministero dell'Interno (carta d'identità elettronica)"
    ),
    patterns=(
        Pattern(
            name="tax code",
            entity_type="IT_FISCAL_CODE",
            regex=r"(?i)\b[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPR-T][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]\b",
            score=0.85,
            context=_TAX,
            check=checked(codicefiscale.is_valid),
            checksum="weighted sum, mod 26",
        ),
        Pattern(
            name="VAT code with its country",
            entity_type="IT_VAT_CODE",
            regex=r"\bIT ?\d{11}\b",
            score=0.65,
            context=_VAT,
            check=checked(iva.is_valid),
            checksum="Luhn",
        ),
        beside_words("VAT code", "IT_VAT_CODE", r"\b\d{8}[ -]?\d{3}\b", _VAT, valid=iva.is_valid, checksum="Luhn"),
        beside_words(
            "driving licence",
            "IT_DRIVER_LICENSE",
            r"(?i)\b(?:[A-Z]{2}\d{7}[A-Z]|U1[0-9A-Z]{7}[A-Z])\b",
            _LICENSE,
        ),
        beside_words("passport", "IT_PASSPORT", r"(?i)\b[A-Z]{2} ?\d{7}\b", _PASSPORT),
        beside_words(
            "identity card",
            "IT_IDENTITY_CARD",
            r"(?i)\b(?:C[A-Z]\d{5}[A-Z]{2}|[A-Z]{2} ?\d{7}|\d{7}[A-Z]{2})\b",
            _CARD,
        ),
    ),
    examples={
        "IT_FISCAL_CODE": ("«RCCMNL83S18D969H»", "codice fiscale «rccmnl83s18d969h»"),
        "IT_VAT_CODE": ("«IT 00743110157»", "partita IVA «00743110157»"),
        "IT_DRIVER_LICENSE": ("patente «AA0123456B», «U1K711J11M»",),
        "IT_PASSPORT": ("passaporto «YA1234567»",),
        "IT_IDENTITY_CARD": ("carta d'identità «CA00000AA», «AA 1234567»",),
    },
    counter_examples=(
        "RCCMNL83S18D969A",
        "00743110157",
        "IT 00743110158",
        "AA0123456B",
        "YA1234567",
        "CA00000AA",
    ),
)
