"""Portugal: tax, social security and citizen card numbers."""

from stdnum.pt import cc, nif

from gateway.screening.detectors.country._numbers import number, weighted_sum, written
from gateway.screening.patterns import Family, words

_CONTEXT = words(
    "nif, nipc, contribuinte, número de contribuinte, número de identificação fiscal, número fiscal, "
    "cartão de cidadão, cartao de cidadao, cc"
)
_SOCIAL_SECURITY = words("niss, segurança social, número de segurança social")


def _is_social_security(text: str) -> bool:
    return 9 - weighted_sum(text, (29, 23, 19, 17, 13, 11, 7, 5, 3, 2)) % 10 == int(text[-1])


DETECTOR = Family(
    name="pt",
    source="Autoridade Tributária, NIF and NIPC; Segurança Social, NISS; AMA, número de documento do Cartão de Cidadão",
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
        ),
        number("PT_NISS", _is_social_security, r"[12]\d{10}", _SOCIAL_SECURITY, checksum="mod 10, prime weights"),
    ),
    examples={
        "PT_NISS": ("NISS «14306805385»",),
        "PT_NIF": ("nif «515617792»",),
        "PT_CC": (
            "cartão de cidadão «19476050 9 YS0»",
            "«76482274 1GR5»",
        ),
    },
    counter_examples=(
        "NISS 14306805380",
        "nif 515617796",
        "cartão de cidadão 19476050 9 YS7",
        "76482274 1GR3",
    ),
)
