"""Denmark: civil registration and company numbers."""

from stdnum.dk import cpr, cvr

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("cpr, cpr-nr, cpr-nummer, cpr nr, personnummer, civil registration")
_BUSINESS = words("cvr, cvr-nr, cvr nr, cvr-nummer, se-nr, moms, momsnummer, vat")

DETECTOR = Family(
    name="dk",
    source="Det Centrale Personregister, CPR-nummer; Erhvervsstyrelsen, CVR-nummer",
    patterns=(
        number("DK_CPR", cpr.is_valid, r"\d{10}", _CONTEXT),
        number("DK_CVR", cvr.is_valid, r"\d{8}", _BUSINESS, checksum="mod 11", prefix="DK"),
    ),
    examples={"DK_CPR": ("cpr «240452-2843»",), "DK_CVR": ("cvr «DK97793484»",)},
    counter_examples=(
        "CPR 511062-5629",
        "cvr 97793482",
    ),
)
