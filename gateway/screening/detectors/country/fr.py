"""France: social security, tax and company numbers."""

from stdnum.fr import accise, nif, nir, rcs, siret

from gateway.screening.checksums import luhn_valid
from gateway.screening.detectors._identity import compact
from gateway.screening.detectors.country._numbers import number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("nir, sécurité sociale, securite sociale, numéro de sécu, n° sécu, sécu, insee, carte vitale")
_TAX = words("nif, spi, numéro fiscal, numero fiscal, référence fiscale, identifiant fiscal")
_BUSINESS = words("siren, siret, tva, tva intracommunautaire, rcs, accise, d'accise, vat")
_TVA_SIZE = 11
_OF_TVA = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"  #: the characters of its key: no I and no O
_OF_MONACO = "000"


def is_tva(text: str) -> bool:
    """Tell whether *text*, with or without `FR`, is a VAT number: its key is right, and so is the SIREN behind it."""
    number = compact(text).removeprefix("FR")
    key, siren = number[:2], number[2:]
    if len(number) != _TVA_SIZE or not siren.isdecimal() or not (siren.startswith(_OF_MONACO) or luhn_valid(siren)):
        return False
    if key.isdecimal():
        return int(key) == int(f"{siren}12") % 97
    first, second = map(_OF_TVA.find, key)
    if first < 0 or second < 0:
        return False
    check = first * 24 + second - 10 if key[0].isdecimal() else first * 34 + second - 100
    return (int(siren) + 1 + check // 11) % 11 == check % 11


DETECTOR = Family(
    name="fr",
    source="INSEE, NIR and SIRENE (SIREN, SIRET); DGFiP, numéro fiscal and TVA; RNCS",
    patterns=(
        number("FR_NIR", nir.is_valid, r"[1-478]\d{4}[0-9AB]{2}\d{8}", _CONTEXT, checksum="mod 97"),
        written(
            "FR_NIR",
            nir.is_valid,
            r"[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-4]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}",
            _CONTEXT,
            checksum="mod 97",
            score=0.7,
        ),
        number("FR_NIF", nif.is_valid, r"[0-3]\d{12}", _TAX, checksum="mod 511"),
        number("FR_SIREN", luhn_valid, r"\d{9}", _BUSINESS, checksum="Luhn"),
        number("FR_SIRET", siret.is_valid, r"\d{14}", _BUSINESS, checksum="Luhn"),
        number("FR_TVA", is_tva, r"[0-9A-HJ-NP-Z]{2}\d{9}", _BUSINESS, checksum="mod 97", prefix="FR"),
        written(
            "FR_TVA",
            is_tva,
            r"FR ?[0-9A-HJ-NP-Z]{2} ?\d{3} ?\d{3} ?\d{3}",
            _BUSINESS,
            checksum="mod 97",
            score=0.8,
        ),
        written(
            "FR_RCS",
            rcs.is_valid,
            r"RCS [A-Z][A-Za-z-]{1,40} [AB] ?\d{3} ?\d{3} ?\d{3}",
            _BUSINESS,
            checksum="Luhn",
            score=0.9,
        ),
        number("FR_ACCISE", accise.is_valid, r"FR0\d{5}[ABCDENR]\d{3,4}", _BUSINESS, score=0.4),
    ),
    examples={
        "FR_NIR": (
            "sécurité sociale «259070963532210»",
            "«1 80 06 84 559 923 27»",
        ),
        "FR_NIF": ("nif «00 86 457 323 211»",),
        "FR_SIREN": ("siren «005159264»",),
        "FR_SIRET": ("siret «32126749400011»",),
        "FR_TVA": (
            "TVA «FR20701534687»",
            "«FR 33170853188»",
        ),
        "FR_RCS": ("«RCS Paris B 284 590 502»",),
        "FR_ACCISE": ("n° d'accise «FR097094N0659»",),
    },
    counter_examples=(
        "sécurité sociale 259070963532219",
        "1 80 06 84 559 923 23",
        "nif 00 86 457 323 215",
        "siren 005159262",
        "siret 32126749400019",
        "TVA 20701534688",
        "FR 33170853180",
        "RCS Paris B 284 590 503",
        "n° d'accise FR012907X0820",
    ),
)
