"""Portugal: tax and citizen card numbers."""

from stdnum.pt import cc, nif

from gateway.screening.detectors.country._numbers import number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words(
    "nif, nipc, contribuinte, número de contribuinte, número de identificação fiscal, número fiscal, "
    "cartão de cidadão, cartao de cidadao, cc"
)

DETECTOR = Family(
    name="pt",
    source="Autoridade Tributária, NIF and NIPC; AMA, número de documento do Cartão de Cidadão",
    patterns=(
        number("PT_NIF", nif.is_valid, r"[1-9]\d{8}", _CONTEXT, checksum="mod 11", prefix="PT"),
        number("PT_CC", cc.is_valid, r"\d{9}[A-Z0-9]{2}\d", _CONTEXT, checksum="Luhn"),
        written(
            "PT_CC",
            cc.is_valid,
            r"\d{8} \d ?[A-Z]{2}\d",
            _CONTEXT,
            checksum="Luhn",
            score=0.7,
            gate=r"\d{8} \d ?[A-Za-z]{2}\d",
        ),
    ),
    examples={
        "PT_NIF": ("nif «515617792»",),
        "PT_CC": (
            "cartão de cidadão «19476050 9 YS0»",
            "«76482274 1GR5»",
        ),
    },
    counter_examples=(
        "nif 515617796",
        "cartão de cidadão 19476050 9 YS7",
        "76482274 1GR3",
    ),
)
