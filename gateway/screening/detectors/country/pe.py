"""Peru: identity and taxpayer numbers."""

from stdnum.pe import cui, ruc

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("dni, cui, documento nacional de identidad, ruc, registro único de contribuyentes")

DETECTOR = Family(
    name="pe",
    source="RENIEC, Documento Nacional de Identidad; SUNAT, RUC",
    patterns=(
        number("PE_CUI", cui.is_valid, r"\d{8}[0-9A-K]?", _CONTEXT, checksum="mod 11", score=0.4),
        number("PE_RUC", ruc.is_valid, r"[12]\d{10}", _CONTEXT, checksum="mod 11"),
    ),
    examples={"PE_CUI": ("dni «46817999-2»",), "PE_RUC": ("ruc «10377154822»",)},
    counter_examples=(
        "dni 46817999-4",
        "ruc 10377154828",
    ),
)
