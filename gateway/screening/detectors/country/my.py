"""Malaysia: the identity card number."""

from stdnum.my import nric

from gateway.screening.detectors.country._numbers import number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("nric, nric no, mykad, kad pengenalan, no. kp, ic no, i/c")

DETECTOR = Family(
    name="my",
    source="Jabatan Pendaftaran Negara, MyKad",
    patterns=(
        number("MY_NRIC", nric.is_valid, r"\d{12}", _CONTEXT),
        written("MY_NRIC", nric.is_valid, r"\d{6}-\d{2}-\d{4}", _CONTEXT, score=0.6),
    ),
    examples={
        "MY_NRIC": (
            "nric «940317052056»",
            "«670314-07-2868»",
        )
    },
    counter_examples=(
        "NRIC 771305-02-1234",
        "770305-17-1234",
    ),
)
