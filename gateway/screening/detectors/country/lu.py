"""Luxembourg: personal (matricule) and VAT numbers."""

from stdnum import luhn, verhoeff
from stdnum.lu import tva

from gateway.screening.detectors.country._numbers import is_date, number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("tva, vat, mwst, tva-nummer, luxembourg vat")
_PERSON = words("matricule, numéro d'identification national, identification nationale, sozialversicherungsnummer")


def _is_matricule(text: str) -> bool:
    if not is_date(text[:4], text[4:6], text[6:8]):
        return False
    return luhn.is_valid(text[:12]) and verhoeff.is_valid(text[:11] + text[12])


DETECTOR = Family(
    name="lu",
    source="Administration de l'enregistrement, numéro de TVA; loi du 19 juin 2013 (matricule)",
    patterns=(
        number("LU_TVA", tva.is_valid, r"\d{8}", _CONTEXT, checksum="mod 89", prefix="LU"),
        written("LU_TVA", tva.is_valid, r"LU ?\d{8}", _CONTEXT, checksum="mod 89", score=0.7),
        number("LU_MATRICULE", _is_matricule, r"[12]\d{12}", _PERSON, checksum="Luhn and Verhoeff"),
    ),
    examples={
        "LU_MATRICULE": ("matricule «1950022782970»",),
        "LU_TVA": (
            "tva «86006255»",
            "«LU52797729»",
        ),
    },
    counter_examples=(
        "matricule 1950022782971",
        "tva 86006258",
        "LU52797721",
    ),
)
