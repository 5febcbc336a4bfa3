"""New Zealand: tax, health and bank account numbers."""

from stdnum.nz import bankaccount, ird

from gateway.screening.detectors.country._numbers import number, weighted_sum, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("ird, ird number, ird no, inland revenue")
_ACCOUNT = words("bank account, account number, account")
_HEALTH = words("nhi, nhi number, national health index")
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  #: without I and O


def _is_patient(text: str) -> bool:
    letters = sum((_LETTERS.index(letter) + 1) * weight for letter, weight in zip(text[:3], (7, 6, 5), strict=True))
    rest = (letters + weighted_sum(text[3:6], (4, 3, 2))) % 11
    return rest != 0 and (11 - rest) % 10 == int(text[6])


DETECTOR = Family(
    name="nz",
    source=(
        "Inland Revenue, Resident withholding tax specification (IRD numbers); Payments NZ, account numbers; "
        "HISO 10046, National Health Index"
    ),
    patterns=(
        number("NZ_IRD", ird.is_valid, r"\d{8,9}", _CONTEXT, checksum="mod 11", prefix="NZ"),
        written(
            "NZ_BANKACCOUNT",
            bankaccount.is_valid,
            r"\d{2}-\d{4}-\d{7}-\d{2,3}",
            _ACCOUNT,
            checksum="weights by bank",
            score=0.65,
        ),
        number("NZ_NHI", _is_patient, r"[A-HJ-NP-Z]{3}\d{4}", _HEALTH, checksum="mod 11"),
    ),
    examples={
        "NZ_NHI": ("NHI «KAY6129»",),
        "NZ_IRD": ("ird «86-664-399»",),
        "NZ_BANKACCOUNT": ("«01-0141-3450722-01»",),
    },
    counter_examples=(
        "NHI KAY6120",
        "ird 86-664-394",
        "bank account 01-0141-3450722-",
    ),
)
