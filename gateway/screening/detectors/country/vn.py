"""Viet Nam: the tax number."""

from stdnum.vn import mst

from gateway.screening.detectors.country._numbers import number
from gateway.screening.patterns import Family, words

_CONTEXT = words("mst, mã số thuế, ma so thue, tax code")

DETECTOR = Family(
    name="vn",
    source="Tổng cục Thuế, mã số thuế",
    patterns=(number("VN_MST", mst.is_valid, r"\d{13}|\d{10}", _CONTEXT, checksum="mod 11"),),
    examples={"VN_MST": ("mst «0397724692»",)},
    counter_examples=("mst 0397724699",),
)
