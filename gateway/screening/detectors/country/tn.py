"""Tunisia: the tax number."""

from stdnum.tn import mf

from gateway.screening.detectors.country._numbers import number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("matricule fiscal, mf, matricule fiscale")

DETECTOR = Family(
    name="tn",
    source="Ministère des Finances, matricule fiscal",
    patterns=(
        number("TN_MF", mf.is_valid, r"\d{7}[A-Z]{3}\d{3}|\d{7}[A-Z]", _CONTEXT, score=0.4),
        written(
            "TN_MF",
            mf.is_valid,
            r"\d{7}/?[A-Z]/[A-Z]/[A-Z]/\d{3}",
            _CONTEXT,
            score=0.65,
        ),
    ),
    examples={
        "TN_MF": (
            "matricule fiscal «4112178D»",
            "«6636185/B/A/M/000»",
        )
    },
    counter_examples=(
        "matricule fiscal 1219773U",
        "1234567/M/A/X/000",
    ),
)
