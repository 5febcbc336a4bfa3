"""Greece: social security and tax numbers."""

from stdnum.gr import amka, vat

from gateway.screening.detectors.country._numbers import number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("αμκα, amka, αριθμός μητρώου κοινωνικής ασφάλισης")
_TAX = words("αφμ, α.φ.μ, afm, φπα, φ.π.α, fpa, vat")

DETECTOR = Family(
    name="gr",
    source="ΗΔΙΚΑ, ΑΜΚΑ; ΑΑΔΕ, ΑΦΜ",
    patterns=(
        number("GR_AMKA", amka.is_valid, r"\d{11}", _CONTEXT, checksum="Luhn"),
        number("GR_VAT", vat.is_valid, r"\d{9}", _TAX, checksum="mod 11", prefix="EL"),
        written("GR_VAT", vat.is_valid, r"EL ?\d{9}", _TAX, checksum="mod 11", score=0.6),
    ),
    examples={
        "GR_AMKA": ("αμκα «25025986313»",),
        "GR_VAT": (
            "αφμ «290648784»",
            "«EL803419304»",
        ),
    },
    counter_examples=(
        "αμκα 25025986317",
        "αφμ 290648782",
        "EL803419306",
    ),
)
