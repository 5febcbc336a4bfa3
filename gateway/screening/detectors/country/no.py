"""Norway: national identity, organisation, VAT and account numbers."""

from stdnum.no import fodselsnummer, kontonr, mva, orgnr

from gateway.screening.detectors.country._numbers import number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("fødselsnummer, fodselsnummer, fødselsnr, personnummer, fnr, d-nummer, birth number")
_BUSINESS = words("orgnr, org.nr, org nr, organisasjonsnummer, organisasjonsnr, foretaksnummer, mva")
_ACCOUNT = words("kontonummer, kontonr, konto nr, konto, bankkonto")

DETECTOR = Family(
    name="no",
    source=("Skatteetaten, fødselsnummer and D-nummer; Brønnøysundregistrene, organisasjonsnummer; Bits, kontonummer"),
    patterns=(
        number("NO_FODSELSNUMMER", fodselsnummer.is_valid, r"\d{11}", _CONTEXT, checksum="mod 11, twice"),
        written(
            "NO_FODSELSNUMMER",
            fodselsnummer.is_valid,
            r"\d{6} ?\d{5}\b",
            _CONTEXT,
            checksum="mod 11, twice",
            score=0.6,
        ),
        number("NO_ORGNR", orgnr.is_valid, r"\d{9}", _BUSINESS, checksum="mod 11"),
        written(
            "NO_MVA",
            mva.is_valid,
            r"(?:NO ?)?\d{3} ?\d{3} ?\d{3} ?MVA",
            _BUSINESS,
            checksum="mod 11",
            score=0.9,
        ),
        number("NO_KONTONR", kontonr.is_valid, r"\d{11}", _ACCOUNT, checksum="mod 11"),
    ),
    examples={
        "NO_FODSELSNUMMER": (
            "fødselsnummer «13075102334»",
            "«20056924249»",
        ),
        "NO_ORGNR": ("orgnr «985 419 698»",),
        "NO_MVA": ("«NO 990 281 017 MVA»",),
        "NO_KONTONR": ("kontonummer «0716.41.87866»",),
    },
    counter_examples=(
        "fødselsnummer 13075102336",
        "20056924241",
        "orgnr 985 419 694",
        "NO 990 281 017 MVB",
        "kontonummer 0716.41.87869",
    ),
)
