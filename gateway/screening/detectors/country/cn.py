"""China: resident identity card and unified social credit code."""

from stdnum.cn import ric, uscc

from gateway.screening.detectors.country._numbers import number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words(
    "身份证, 身份证号, 公民身份号码, 证件号, 社会保障号, resident identity card, chinese id, ric, ric no, id card"
)
_CREDIT_CODE = words("统一社会信用代码, 信用代码, 机构代码, 机关代码, 企业代码, 代码, unified social credit code, uscc")

DETECTOR = Family(
    name="cn",
    source="GB 11643-1999 (identity number); GB 32100-2015 (unified social credit code); GB/T 2260 (regions)",
    patterns=(
        number("CN_ID", ric.is_valid, r"\d{17}[0-9X]", _CONTEXT, checksum="ISO 7064 mod 11-2"),
        written(
            "CN_ID",
            ric.is_valid,
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
