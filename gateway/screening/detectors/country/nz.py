"""New Zealand: tax and bank account numbers."""

from stdnum.nz import bankaccount, ird

from gateway.screening.detectors.country._numbers import number, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("ird, ird number, ird no, inland revenue")
_ACCOUNT = words("bank account, account number, account")

DETECTOR = Family(
    name="nz",
    source=("Inland Revenue, Resident withholding tax specification (IRD numbers); Payments NZ, account numbers"),
    patterns=(
        number("NZ_IRD", ird.is_valid, r"\d{8,9}", _CONTEXT, checksum="mod 11", prefix="NZ"),
        written(
            "NZ_BANKACCOUNT",
            bankaccount.is_valid,
            r"\d{2}-\d{4}-\d{7}-\d{2,3}",
            _ACCOUNT,
            checksum="weights by bank",
            score=0.65,
            gate=r"\d{2}-\d{4}-\d{7}-\d{2}",
        ),
    ),
    examples={"NZ_IRD": ("ird «86-664-399»",), "NZ_BANKACCOUNT": ("«01-0141-3450722-01»",)},
    counter_examples=(
        "ird 86-664-394",
        "bank account 01-0141-3450722-",
    ),
)
