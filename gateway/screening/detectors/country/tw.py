"""Taiwan: national identity, resident certificate and business numbers."""

from stdnum.tw import ubn

from gateway.screening.detectors.country._numbers import number, weighted_sum
from gateway.screening.patterns import Family, words

_CONTEXT = words("身分證, 身分證字號, 國民身分證, 統一證號, 居留證, taiwan id, roc id, arc number, arc no")
_BUSINESS = words("統一編號, 統編, ubn, unified business number")
_REGIONS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"  #: their numbers begin with 10


def _is_identity(text: str) -> bool:
    region = _REGIONS.index(text[0]) + 10
    return (region // 10 + region % 10 * 9 + weighted_sum(text[1:], (8, 7, 6, 5, 4, 3, 2, 1, 1))) % 10 == 0


DETECTOR = Family(
    name="tw",
    source="內政部, 國民身分證統一編號 and 外來人口統一證號; 財政部, 營利事業統一編號",
    patterns=(
        number("TW_ID", _is_identity, r"[A-Z][1289]\d{8}", _CONTEXT, checksum="mod 10"),
        number("TW_UBN", ubn.is_valid, r"\d{8}", _BUSINESS, checksum="mod 5"),
    ),
    examples={"TW_ID": ("身分證字號 «A123456789»", "ARC no. «P901867482»"), "TW_UBN": ("統編 «34558933»",)},
    counter_examples=("身分證字號 A123456788", "統編 34558930", "A123456789"),
)
