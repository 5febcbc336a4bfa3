"""Russia: tax and registration numbers."""

from stdnum.ru import inn, ogrn

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words(
    "инн, inn number, инн/кпп, идентификационный номер налогоплательщика, огрн, ogrn, огрнип, ogrnip, psrn"
)

DETECTOR = Family(
    name="ru",
    source="ФНС России, приказ ММВ-7-6/435@ (ИНН); приказ Минфина 165н (ОГРН)",
    patterns=(
        number("RU_INN", inn.is_valid, r"\d{12}|\d{10}", _CONTEXT, checksum="mod 11"),
        number("RU_OGRN", ogrn.is_valid, r"\d{15}|[1-9]\d{12}", _CONTEXT, checksum="mod 11 or mod 13"),
    ),
    examples={"RU_INN": ("инн «779315324390»",), "RU_OGRN": ("огрн «1052240294347»",)},
    counter_examples=(
        "инн 779315324396",
        "огрн 1052240294344",
    ),
)
