"""China: resident identity card and unified social credit code."""

from functools import cache

from stdnum import numdb
from stdnum.cn import uscc

from gateway.screening.detectors.country._numbers import is_date, number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words(
    "身份证, 身份证号, 公民身份号码, 证件号, 社会保障号, resident identity card, chinese id, ric, ric no, id card"
)
_CREDIT_CODE = words("统一社会信用代码, 信用代码, 机构代码, 机关代码, 企业代码, 代码, unified social credit code, uscc")
_ID_SIZE = 18
_CHECK_DIGITS = "0123456789X"
_NEVER, _ALWAYS = 10_000, 0  #: years


def is_id(text: str) -> bool:
    """Tell whether *text* is an identity number: check digit and date are right, and the region was one that year."""
    digits = text[:-1]
    if len(text) != _ID_SIZE or not digits.isdecimal():
        return False
    check = _CHECK_DIGITS[(1 - 2 * int(digits, 13)) % 11]  # ISO 7064 mod 11-2; 13 is 2 there, and read fast
    if text[-1] != check or not is_date(digits[6:10], digits[10:12], digits[12:14]):
        return False
    year = int(digits[6:10])
    return any(first <= year <= last for first, last in _regions().get(digits[:6], ()))


@cache
def _regions() -> dict[str, list[tuple[int, int]]]:
    """Return the first and the last year of each region, by its six digits, as python-stdnum has them."""
    return {
        f"{province}{region}": [_years(county) for county in told["county"].split(",")]
        for _, province, _, _, regions in numdb.get("cn/loc").prefixes
        for _, region, _, told, _ in regions
    }


def _years(county: str) -> tuple[int, int]:
    """Return the first and the last year of a region that is told as `[1983-2010]name`."""
    if not county.startswith("["):
        return _ALWAYS, _NEVER
    first, _, last = county[1:].partition("]")[0].partition("-")
    return int(first or _ALWAYS), int(last or _NEVER)


DETECTOR = Family(
    name="cn",
    source="GB 11643-1999 (identity number); GB 32100-2015 (unified social credit code); GB/T 2260 (regions)",
    patterns=(
        number("CN_ID", is_id, r"\d{17}[0-9X]", _CONTEXT, checksum="ISO 7064 mod 11-2"),
        written(
            "CN_ID",
            is_id,
            r"[1-9]\d{16}[0-9X]",
            _CONTEXT,
            checksum="ISO 7064 mod 11-2",
            score=0.9,
        ),
        number("CN_USCC", uscc.is_valid, r"[0-9A-Z]{2}\d{6}[0-9A-HJ-NP-RTUW-Y]{10}", _CREDIT_CODE, checksum="mod 31"),
        written(
            "CN_USCC",
            uscc.is_valid,
            r"(?:1[1239]|5[1239]|9[123])\d{6}[0-9A-HJ-NP-RTUW-Y]{8}[A-HJ-NP-RTUW-Y][0-9A-HJ-NP-RTUW-Y]",
            _CREDIT_CODE,
            checksum="mod 31",
            score=0.6,
        ),
    ),
    examples={
        "CN_ID": ("身份证号«11010519800814288X»", "登记人 «11010519800814288X»，已核实"),
        "CN_USCC": ("统一社会信用代码：«91311540488443180C»", "供应商 «91110105MA06F590E5»"),
    },
    counter_examples=("身份证号110105198008142881", "统一社会信用代码：91311540488443180A", "trace 110101199003070022"),
)
