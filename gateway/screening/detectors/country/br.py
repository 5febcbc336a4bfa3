"""Brazil: CPF of people and CNPJ of companies."""

from stdnum.br import cnpj, cpf

from gateway.screening.detectors.country._numbers import number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("cpf, cnpj, cadastro de pessoas físicas, cadastro nacional da pessoa jurídica, receita federal")

DETECTOR = Family(
    name="br",
    source="Receita Federal do Brasil, CPF and CNPJ (with letters from July 2026 on)",
    patterns=(
        number("BR_CPF", cpf.is_valid, r"\d{11}", _CONTEXT, checksum="mod 11, twice"),
        written(
            "BR_CPF",
            cpf.is_valid,
            r"\d{3}\.\d{3}\.\d{3}-\d{2}",
            _CONTEXT,
            checksum="mod 11, twice",
            score=0.85,
        ),
        number("BR_CNPJ", cnpj.is_valid, r"\d{14}", _CONTEXT, checksum="mod 11, twice"),
        written(
            "BR_CNPJ",
            cnpj.is_valid,
            r"[0-9A-Z]{2}\.? ?[0-9A-Z]{3}\.? ?[0-9A-Z]{3} ?/ ?[0-9A-Z]{4} ?[-\x{2013}] ?\d{2}",
            _CONTEXT,
            gate=r"(?i)/ ?[0-9A-Z]{4} ?[-\x{2013}] ?\d{2}",
            checksum="mod 11, twice",
            score=0.85,
        ),
    ),
    examples={
        "BR_CPF": (
            "cpf «54201996298»",
            "«669.177.631-36»",
        ),
        "BR_CNPJ": (
            "cnpj «30690444000400»",
            "«57.439.929/0003-09»",
        ),
    },
    counter_examples=(
        "cpf 54201996294",
        "669.177.631-32",
        "cnpj 30690444000406",
        "57.439.929/0003-05",
    ),
)
