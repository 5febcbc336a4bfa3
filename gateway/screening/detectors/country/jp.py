"""Japan: individual and corporate numbers."""

from stdnum.jp import cn, in_

from gateway.screening.detectors.country._numbers import number, written
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
        written(
            "JP_CN",
            cn.is_valid,
            r"\d-\d{4}-\d{4}-\d{4}",
            _CONTEXT,
            checksum="mod 9",
            score=0.55,
        ),
    ),
    examples={
        "JP_MYNUMBER": ("マイナンバー «6590 3706 4728»",),
        "JP_CN": (
            "法人番号  «4237610807396»",
            "«5-8789-8065-9623»",
        ),
    },
    counter_examples=(
        "マイナンバー 6590 3706 4729",
        "法人番号  4237610807397",
        "5-8789-8065-9629",
    ),
)
