"""Luxembourg: the VAT number."""

from stdnum.lu import tva

from gateway.screening.detectors.country._numbers import number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("tva, vat, mwst, tva-nummer, luxembourg vat")

DETECTOR = Family(
    name="lu",
    source="Administration de l'enregistrement, numéro de TVA",
    patterns=(
        number("LU_TVA", tva.is_valid, r"\d{8}", _CONTEXT, checksum="mod 89", prefix="LU"),
        written("LU_TVA", tva.is_valid, r"LU ?\d{8}", _CONTEXT, checksum="mod 89", score=0.7, gate=r"(?i)\bLU ?\d{8}"),
    ),
    examples={
        "LU_TVA": (
            "tva «86006255»",
            "«LU52797729»",
        )
    },
    counter_examples=(
        "tva 86006258",
        "LU52797721",
    ),
)
