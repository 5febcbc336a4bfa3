"""Indonesia: identity and tax numbers."""

from stdnum.id import nik, npwp

from gateway.screening.detectors.country._numbers import number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("nik, ktp, nomor induk kependudukan, npwp, nomor pokok wajib pajak")

DETECTOR = Family(
    name="id",
    source="Direktorat Jenderal Kependudukan, NIK; Direktorat Jenderal Pajak, NPWP",
    patterns=(
        number("ID_NIK", nik.is_valid, r"\d{16}", _CONTEXT),
        number("ID_NPWP", npwp.is_valid, r"\d{15,16}", _CONTEXT, checksum="Luhn"),
        written(
            "ID_NPWP",
            npwp.is_valid,
            r"\d{2}\.\d{3}\.\d{3}\.\d-\d{3}\.\d{3}",
            _CONTEXT,
            checksum="Luhn",
            score=0.75,
        ),
    ),
    examples={
        "ID_NIK": ("nik «3171691904660001»",),
        "ID_NPWP": (
            "npwp «062918438060000»",
            "«03.626.087.5-884.000»",
        ),
    },
    counter_examples=(
        "NIK 9971011708450001",
        "npwp 0629184380600",
        "nik 03.626.087.5-884.0",
    ),
)
