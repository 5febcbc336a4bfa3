"""Andorra: the tax number of people and companies."""

from stdnum.ad import nrt

from gateway.screening.detectors.country._numbers import number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("nrt, registre tributari, número de registre tributari")

DETECTOR = Family(
    name="ad",
    source="Govern d'Andorra, Número de Registre Tributari; OECD, Tax identification numbers: Andorra",
    patterns=(
        number("AD_NRT", nrt.is_valid, r"[ACDEFGLOPU]\d{6}[A-Z]", _CONTEXT),
        written("AD_NRT", nrt.is_valid, r"[ACDEFGLOPU]-\d{6}-[A-Z]", _CONTEXT, score=0.55),
    ),
    examples={
        "AD_NRT": (
            "nrt «U769249Q»",
            "«P-529419-D»",
        )
    },
    counter_examples=(
        "nrt U76924",
        "nrt P-529419",
    ),
)
