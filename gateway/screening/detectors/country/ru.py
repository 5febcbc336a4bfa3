"""Russia: tax, registration and pension insurance numbers."""

from stdnum.ru import inn, ogrn

from gateway.screening.detectors.country._numbers import number, weighted_sum, written
from gateway.screening.patterns import Family, words

_CONTEXT = words(
    "инн, inn number, инн/кпп, идентификационный номер налогоплательщика, огрн, ogrn, огрнип, ogrnip, psrn"
)
_PENSION = words("снилс, snils, страховой номер")


def _is_snils(text: str) -> bool:
    digits = "".join(filter(str.isdigit, text))
    return weighted_sum(digits, range(9, 0, -1)) % 101 % 100 == int(digits[9:])


DETECTOR = Family(
    name="ru",
    source="ФНС России, приказ ММВ-7-6/435@ (ИНН); приказ Минфина 165н (ОГРН); СФР, СНИЛС",
    patterns=(
        number("RU_INN", inn.is_valid, r"\d{12}|\d{10}", _CONTEXT, checksum="mod 11"),
        number("RU_OGRN", ogrn.is_valid, r"\d{15}|[1-9]\d{12}", _CONTEXT, checksum="mod 11 or mod 13"),
        number("RU_SNILS", _is_snils, r"\d{11}", _PENSION, checksum="mod 101"),
        written(
            "RU_SNILS",
            _is_snils,
            r"\d{3}-\d{3}-\d{3}[ -]\d{2}",
            _PENSION,
            checksum="mod 101",
            score=0.75,
        ),
    ),
    examples={
        "RU_SNILS": ("СНИЛС «10813691543»", "«097-695-140 31»"),
        "RU_INN": ("инн «779315324390»",),
        "RU_OGRN": ("огрн «1052240294347»",),
    },
    counter_examples=(
        "СНИЛС 10813691540",
        "097-695-140 30",
        "инн 779315324396",
        "огрн 1052240294344",
    ),
)
