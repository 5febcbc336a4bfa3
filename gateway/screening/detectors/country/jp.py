"""Japan: individual and corporate numbers."""

from stdnum.jp import cn, in_

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words(
    "マイナンバー, 個人番号, mynumber, my number card, individual number, kojin bango, 法人番号, corporate number, "
    "hojin bango"
)

DETECTOR = Family(
    name="jp",
    source="総務省令第85号 of 2014 (individual number); 国税庁, 法人番号",
    patterns=(
        number("JP_MYNUMBER", in_.is_valid, r"\d{12}", _CONTEXT, checksum="mod 11"),
        number("JP_CN", cn.is_valid, r"[1-9]\d{12}", _CONTEXT, checksum="mod 9"),
    ),
    examples={"JP_MYNUMBER": ("マイナンバー «6590 3706 4728»",), "JP_CN": ("法人番号  «4237610807396»",)},
    counter_examples=(
        "マイナンバー 6590 3706 4729",
        "法人番号  4237610807397",
    ),
)
