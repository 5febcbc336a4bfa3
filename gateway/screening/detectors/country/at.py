"""Austria: social insurance, tax, VAT and company register numbers."""

from stdnum.at import businessid, tin, uid, vnr

from gateway.screening.detectors.country._numbers import number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words(
    "svnr, vsnr, vnr, sv-nr, sv-nummer, sozialversicherungsnummer, versicherungsnummer, e-card, insurance number"
)
_TAX = words(
    "abgabenkontonummer, steuernummer, st.-nr, finanzamt, uid, ust-id, ust-idnr, umsatzsteuer, vat, "
    "firmenbuch, firmenbuchnummer, company register, company register numbers"
)


def _is_business_id(text: str) -> bool:
    return businessid.is_valid(text.lower())


DETECTOR = Family(
    name="at",
    source=(
        "Dachverband der Sozialversicherungsträger, Versicherungsnummer; Bundesministerium für Finanzen, "
        "Abgabenkontonummer and UID"
    ),
    patterns=(
        number("AT_VNR", vnr.is_valid, r"\d{10}", _CONTEXT, checksum="mod 11"),
        number("AT_TIN", tin.is_valid, r"\d{9}", _TAX, checksum="Luhn"),
        number("AT_UID", uid.is_valid, r"U\d{8}", _TAX, checksum="Luhn, mod 10", prefix="AT"),
        written("AT_UID", uid.is_valid, r"ATU ?\d{8}", _TAX, checksum="Luhn, mod 10", score=0.75),
        written("AT_BUSINESSID", _is_business_id, r"FN ?\d{1,6} ?[a-z]", _TAX, score=0.4),
        number("AT_BUSINESSID", _is_business_id, r"\d{5,6}[A-Z]", _TAX, score=0.3),
    ),
    examples={
        "AT_VNR": ("svnr «9270080371»",),
        "AT_TIN": ("abgabenkontonummer «52-942/5175»",),
        "AT_UID": (
            "uid «U53449433»",
            "«ATU 99532595»",
        ),
        "AT_BUSINESSID": (
            "Firmenbuch «FN 142659h»",
            "Firmenbuchnummer «975515i»",
        ),
    },
    counter_examples=(
        "svnr 9270080373",
        "abgabenkontonummer 52-942/5178",
        "uid U53449436",
        "ATU 99532594",
        "Firmenbuch m142659",
        "Firmenbuchnummer 1234",
    ),
)
