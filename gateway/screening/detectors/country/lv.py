"""Latvia: personal code and VAT number."""

from stdnum.lv import pvn

from gateway.screening.detectors.country._numbers import number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("personas kods, p.k, latvian personal code, pvn, pvn numurs, reģistrācijas numurs, vat")

DETECTOR = Family(
    name="lv",
    source="Fizisko personu reģistra likums, personas kods; Valsts ieņēmumu dienests, PVN reģistrācijas numurs",
    patterns=(
        number("LV_PK", pvn.is_valid, r"[0-3]\d{10}", _CONTEXT, checksum="mod 11"),
        written("LV_PK", pvn.is_valid, r"[0-3]\d{5}-\d{5}", _CONTEXT, checksum="mod 11", score=0.65),
        number("LV_PVN", pvn.is_valid, r"[4-9]\d{10}", _CONTEXT, checksum="mod 11", prefix="LV"),
    ),
    examples={
        "LV_PK": ("personas kods «17097217493»", "pacients «327372-25797»"),
        "LV_PVN": ("PVN numurs «LV40000000091»",),
    },
    counter_examples=("personas kods 17097217490", "PVN numurs LV40000000090", "131313-13131"),
)
