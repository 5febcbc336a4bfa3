"""Czechia: birth, tax and organisation numbers, bank accounts."""

from stdnum.cz import bankaccount, dic, rc

from gateway.screening.detectors.country._numbers import number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("rodné číslo, rodne cislo, rč, r.č, birth number")
_BUSINESS = words("dič, ičo, identifikační číslo, plátce dph, číslo účtu, bankovní účet, účet, czech bank account")

DETECTOR = Family(
    name="cz",
    source="Zákon 133/2000 Sb., rodné číslo; Finanční správa, DIČ; ČNB, vyhláška 169/2011 Sb. (accounts)",
    patterns=(
        number("CZ_RC", rc.is_valid, r"\d{9,10}", _CONTEXT, checksum="mod 11"),
        written("CZ_RC", rc.is_valid, r"\d{6}/\d{4}", _CONTEXT, checksum="mod 11", score=0.6),
        number("CZ_DIC", dic.is_valid, r"\d{8,10}", _BUSINESS, checksum="mod 11", prefix="CZ"),
        number("CZ_ICO", dic.is_valid, r"\d{8}", _BUSINESS, name="cz_ico", checksum="mod 11", score=0.55),
        written(
            "CZ_BANKACCOUNT",
            bankaccount.is_valid,
            r"(?:\d{1,6}-)?\d{2,10}/\d{4}",
            _BUSINESS,
            checksum="mod 11, twice",
            score=0.45,
        ),
    ),
    examples={
        "CZ_RC": (
            "rodné číslo «740827/9736»",
            "«770723/1356»",
        ),
        "CZ_DIC": ("dič «CZ42936233»",),
        "CZ_ICO": ("ičo «01419170»",),
        "CZ_BANKACCOUNT": ("číslo účtu «2409434284/0800»",),
    },
    counter_examples=(
        "rodné číslo 740827/9735",
        "770723/1353",
        "dič 42936234",
        "ičo 01419175",
        "číslo účtu 2409434284/0809",
    ),
)
