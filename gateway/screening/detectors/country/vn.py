"""Viet Nam: tax and citizen numbers."""

from stdnum.vn import mst

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("mst, mã số thuế, ma so thue, tax code")
_CITIZEN = words("cccd, căn cước, căn cước công dân, số định danh, cmnd, số cccd")
_HIGHEST_PROVINCE = "096"


def _is_citizen(text: str) -> bool:
    return "001" <= text[:3] <= _HIGHEST_PROVINCE


DETECTOR = Family(
    name="vn",
    source="Tổng cục Thuế, mã số thuế; Nghị định 137/2015/NĐ-CP (số định danh cá nhân)",
    patterns=(
        number("VN_MST", mst.is_valid, r"\d{13}|\d{10}", _CONTEXT, checksum="mod 11"),
        number("VN_CCCD", _is_citizen, r"0\d{11}", _CITIZEN, score=0.4),
    ),
    examples={"VN_CCCD": ("CCCD «079185012345»",), "VN_MST": ("mst «0397724692»",)},
    counter_examples=("CCCD 099185012345", "mst 0397724699"),
)
