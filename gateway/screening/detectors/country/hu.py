"""Hungary: social security, tax and company tax numbers."""

from stdnum.hu import anum

from gateway.screening.detectors.country._numbers import number, weighted_sum
from gateway.screening.patterns import Family, words

_HEALTH = words("taj, taj szám, taj-szám, tajszám, társadalombiztosítási azonosító jel")
_TAX = words("adóazonosító, adóazonosító jel, adóazonosító jele")
_COMPANY = words("adószám, adószáma, közösségi adószám, adoszam, anum, áfa, vat")


def _is_health_number(text: str) -> bool:
    return weighted_sum(text, (3, 7) * 4) % 10 == int(text[-1])


def _is_tax_number(text: str) -> bool:
    return str(weighted_sum(text[:-1], range(1, 10)) % 11) == text[-1]


def _is_company(text: str) -> bool:
    return anum.is_valid(text[:8])


DETECTOR = Family(
    name="hu",
    source="1996. évi XX. törvény (TAJ szám, adóazonosító jel); 2017. évi CL. törvény (adószám)",
    patterns=(
        number("HU_TAJ", _is_health_number, r"\d{9}", _HEALTH, checksum="mod 10"),
        number("HU_TAX_ID", _is_tax_number, r"8\d{9}", _TAX, checksum="mod 11"),
        number("HU_ANUM", _is_company, r"\d{8}[1-5]\d{2}|\d{8}", _COMPANY, checksum="mod 10", prefix="HU"),
    ),
    examples={
        "HU_TAJ": ("TAJ szám: «385052528»",),
        "HU_TAX_ID": ("adóazonosító jel «8437647649»",),
        "HU_ANUM": ("adószám «16294943-2-46»",),
    },
    counter_examples=("TAJ szám: 385052520", "adóazonosító jel 8437647640", "adószám 16294940-2-46"),
)
