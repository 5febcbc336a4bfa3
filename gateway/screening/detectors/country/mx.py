"""Mexico: population, taxpayer and social security numbers."""

from stdnum.mx import curp, rfc

from gateway.screening.checksums import luhn_valid
from gateway.screening.detectors.country._numbers import number, written
from gateway.screening.patterns import Family, words

_CURP = words("curp, clave única de registro de población")
_RFC = words("rfc, registro federal de contribuyentes")
_NSS = words("nss, imss, número de seguridad social, numero de seguridad social, seguro social")


def _has_check_digit(text: str) -> bool:
    return rfc.is_valid(text, validate_check_digits=True)


DETECTOR = Family(
    name="mx",
    source=(
        "RENAPO, Instructivo normativo para la asignación de la CURP; SAT, RFC (anexo del Código Fiscal); "
        "IMSS, número de seguridad social"
    ),
    patterns=(
        number("MX_CURP", curp.is_valid, r"[A-Z]{4}\d{6}[A-Z]{6}[0-9A-Z]\d", _CURP, checksum="mod 10"),
        written(
            "MX_CURP",
            curp.is_valid,
            r"[A-Z]{4}\d{6}[HM][A-Z]{5}[0-9A-Z]\d",
            _CURP,
            checksum="mod 10",
            score=0.9,
        ),
        number("MX_RFC", rfc.is_valid, r"[A-ZÑ&]{3,4}\d{6}[0-9A-Z]{3}|[A-ZÑ&]{4}\d{6}", _RFC),
        written(
            "MX_RFC",
            _has_check_digit,
            r"[A-ZÑ&]{4}-?\d{6}-?[1-9A-V][1-9A-Z][0-9A]",
            _RFC,
            checksum="mod 11",
            score=0.6,
        ),
        number("MX_NSS", luhn_valid, r"\d{11}", _NSS, checksum="Luhn"),
    ),
    examples={
        "MX_CURP": ("CURP «GOPE870519MDFRRN04»", "solicitante «GOPE870519MDFRRN04», mayor de edad"),
        "MX_RFC": ("RFC «GOPE830719AF4»", "factura a «GOPE830719AF4»", "RFC: «GOPE-800412»"),
        "MX_NSS": ("NSS «25302782724»",),
    },
    counter_examples=("CURP GOPE870519MDFRRN00", "RFC GOPE801332AB1", "lote ABCD800412XX7", "NSS 25302782720"),
)
