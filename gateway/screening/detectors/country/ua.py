"""Ukraine: taxpayer and company numbers."""

from stdnum.ua import edrpou, rntrc

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("рнокпп, rntrc, іпн, ідентифікаційний номер, ідентифікаційний код, єдрпоу, edrpou")

DETECTOR = Family(
    name="ua",
    source="ДПС України, РНОКПП; Держстат, ЄДРПОУ",
    patterns=(
        number("UA_RNTRC", rntrc.is_valid, r"\d{10}", _CONTEXT, checksum="mod 11"),
        number("UA_EDRPOU", edrpou.is_valid, r"\d{8}", _CONTEXT, checksum="mod 11"),
    ),
    examples={"UA_RNTRC": ("рнокпп «3548622704»",), "UA_EDRPOU": ("єдрпоу «47900852»",)},
    counter_examples=(
        "рнокпп 3548622700",
        "єдрпоу 47900856",
    ),
)
