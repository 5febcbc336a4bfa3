"""Switzerland: AHV, company and VAT numbers, payment references."""

from stdnum.ch import esr, ssn, uid, vat

from gateway.screening.detectors.country._numbers import number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words(
    "ahv, ahvn13, ahv-nummer, avs, navs13, oasi, sozialversicherungsnummer, numéro avs, numero avs, "
    "swiss social security number"
)
_AHV = words("ahv, ahv-nr, ahv-nummer, avs, n° avs, numéro avs")
_BUSINESS = words("uid, ide, idi, mwst, mwst-nr, tva, iva, unternehmens-identifikationsnummer, handelsregister")
_REFERENCE = words("esr, isr, qr-referenz, qr-reference, qr-référence, referenznummer, esr-referenz")


def _is_typed(text: str) -> bool:
    return len(set(text[4:])) > 3  # noqa: PLR2004 -- `756.0000.0000.00` is a template


def _is_company(text: str) -> bool:
    return uid.is_valid(f"CHE{text}")


DETECTOR = Family(
    name="ch",
    source=(
        "Zentrale Ausgleichsstelle, AHV number of 13 digits; Bundesamt für Statistik, UID; ESTV, MWST number; "
        "SIX, Swiss implementation guidelines QR-bill"
    ),
    patterns=(
        number("CH_SSN", ssn.is_valid, r"756\d{10}", _CONTEXT, checksum="EAN-13"),
        written(
            "CH_SSN",
            ssn.is_valid,
            r"756\.\d{4}\.\d{4}\.\d{2}",
            _CONTEXT,
            checksum="EAN-13",
            score=0.85,
        ),
        written(
            "CH_SSN",
            _is_typed,
            r"756\.\d{4}\.\d{4}\.\d{2}",
            _AHV,
            name="ch_ssn with a typing error",
            score=0.3,
        ),
        number("CH_UID", uid.is_valid, r"CHE\d{9}", _BUSINESS, checksum="mod 11"),
        written(
            "CH_UID",
            uid.is_valid,
            r"CHE-?\d{3}\.\d{3}\.\d{3}",
            _BUSINESS,
            checksum="mod 11",
            score=0.85,
        ),
        written(
            "CH_UID",
            _is_company,
            r"\d{3}\.\d{3}\.\d{3}",
            _BUSINESS,
            name="ch_uid without its letters",
            checksum="mod 11",
            score=0.4,
        ),
        written(
            "CH_VAT",
            vat.is_valid,
            r"CHE-?\d{3}\.?\d{3}\.?\d{3} ?(?:MWST|TVA|IVA|TPV)",
            _BUSINESS,
            checksum="mod 11",
            score=1.0,
        ),
        number("CH_ESR", esr.is_valid, r"\d{27}", _REFERENCE, checksum="mod 10, recursive"),
    ),
    examples={
        "CH_SSN": (
            "AHV-Nr. «7567760077626»",
            "versichert unter «756.7413.4847.71»",
            "Numéro AVS: «756.7413.4847.70»",
        ),
        "CH_UID": ("Firma «CHE-319.518.909»", "UID «CHE319518909»", "UID «319.518.909»"),
        "CH_VAT": ("«CHE-319.518.909 MWST»",),
        "CH_ESR": ("QR-Referenz «21 00008 87371 78684 35326 02014»",),
    },
    counter_examples=(
        "AHV-Nr. 7567760077620",
        "Artikel 756.7413.4847.70",
        "AHV-Nr. 756.0000.0000.00",
        "Firma CHE-319.518.900",
        "UID 319.518.900",
        "host 192.168.100.212, uid=100155212",
    ),
)
