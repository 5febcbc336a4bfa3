"""Netherlands: citizen, VAT, document and student numbers."""

from stdnum.nl import bsn, btw, identiteitskaartnummer, onderwijsnummer, postcode

from gateway.screening.detectors.country._numbers import number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("bsn, burgerservicenummer, burger service nummer, sofi, sofinummer, sofi-nummer")
_STUDENT = words("onderwijsnummer, persoonsgebonden nummer")
_BUSINESS = words("btw, btw-nummer, btw-id, btw-identificatienummer, vat")
_DOCUMENT = words("identiteitskaartnummer, identiteitskaart, paspoortnummer, paspoort, id-kaart")
_POSTCODE = words("postcode, postal code")

DETECTOR = Family(
    name="nl",
    source=(
        "Wet algemene bepalingen burgerservicenummer; Belastingdienst, btw-identificatienummer; RvIG, document numbers"
    ),
    patterns=(
        number("NL_BSN", bsn.is_valid, r"\d{8,9}", _CONTEXT, checksum="mod 11"),
        number("NL_ONDERWIJSNUMMER", onderwijsnummer.is_valid, r"10\d{7}", _STUDENT, checksum="mod 11"),
        number("NL_BTW", btw.is_valid, r"\d{7,9}B\d{2}", _BUSINESS, checksum="mod 11 or mod 97", prefix="NL"),
        written(
            "NL_BTW",
            btw.is_valid,
            r"NL ?\d{9}B\d{2}",
            _BUSINESS,
            checksum="mod 11 or mod 97",
            score=0.85,
        ),
        written(
            "NL_IDENTITEITSKAARTNUMMER",
            identiteitskaartnummer.is_valid,
            r"[A-NP-Z]{2} ?[0-9A-NP-Z]{4} ?[0-9A-NP-Z]{2} ?\d",
            _DOCUMENT,
            score=0.4,
        ),
        number("NL_POSTCODE", postcode.is_valid, r"[1-9]\d{3}[A-Z]{2}", _POSTCODE, prefix="NL", score=0.4),
    ),
    examples={
        "NL_BSN": ("bsn «472836006»",),
        "NL_ONDERWIJSNUMMER": ("onderwijsnummer «103068084»",),
        "NL_BTW": (
            "btw «NL428903800B02»",
            "«NL196334445B03»",
        ),
        "NL_IDENTITEITSKAARTNUMMER": ("identiteitskaartnummer «SR2AA2216»",),
        "NL_POSTCODE": ("postcode «1487 XB»",),
    },
    counter_examples=(
        "bsn 472836009",
        "onderwijsnummer 103068082",
        "btw 428903800B00",
        "NL196334445B00",
        "paspoortnummer 581001RXR",
        "postcode 2611 SS",
    ),
)
