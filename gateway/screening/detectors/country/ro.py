"""Romania: personal, company and register numbers."""

from stdnum.ro import cnp, cui, onrc

from gateway.screening.detectors.country._numbers import number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("cnp, cod numeric personal")
_BUSINESS = words(
    "cui, cif, cf, cod fiscal, cod unic de înregistrare, cod de înregistrare, onrc, registrul comerțului, tva"
)

DETECTOR = Family(
    name="ro",
    source="Legea 105/1996, CNP; ANAF, CUI/CIF; ONRC",
    patterns=(
        number("RO_CNP", cnp.is_valid, r"[1-9]\d{12}", _CONTEXT, checksum="mod 11"),
        number("RO_CUI", cui.is_valid, r"[1-9]\d{5,9}", _BUSINESS, checksum="mod 11", prefix="RO"),
        written(
            "RO_ONRC",
            onrc.is_valid,
            r"[JFC]\d{1,2}/\d{1,7}/\d{4}",
            _BUSINESS,
            score=0.6,
        ),
        number("RO_ONRC", onrc.is_valid, r"[JFC]\d{13}", _BUSINESS, checksum="mod 10"),
    ),
    examples={
        "RO_CNP": ("cnp «2690823326281»",),
        "RO_CUI": ("cui «33346532»",),
        "RO_ONRC": (
            "«J40/211/2017»",
            "onrc «J2002002554408»",
        ),
    },
    counter_examples=(
        "cnp 2690823326284",
        "cui 33346535",
        "J99/750/2012",
        "onrc J2002002554406",
    ),
)
