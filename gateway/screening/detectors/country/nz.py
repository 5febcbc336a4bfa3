"""New Zealand: tax, health and bank account numbers."""

from functools import cache

from stdnum import numdb
from stdnum.nz import ird

from gateway.screening.detectors.country._numbers import number, weighted_sum, written
from gateway.screening.patterns import Family, words

_CONTEXT = words("ird, ird number, ird no, inland revenue")
_ACCOUNT = words("bank account, account number, account")
_HEALTH = words("nhi, nhi number, national health index")
_USUAL = ((0, 0, 6, 3, 7, 9, 0, 10, 5, 8, 4, 2, 1), 11)  #: weights, and what their sum is a multiple of
_OF_HIGH_ACCOUNTS = ((0, 0, 0, 0, 0, 0, 0, 10, 5, 8, 4, 2, 1), 11)
_FIRST_HIGH_ACCOUNT = "0990000"
_OF_NO_CHECK_DIGIT = ((), 1)
_OF_BANKS = {
    "05": _OF_NO_CHECK_DIGIT,
    "08": ((0, 0, 0, 0, 0, 0, 7, 6, 5, 4, 3, 2, 1), 11),
    "25": ((0, 0, 0, 0, 0, 0, 1, 7, 3, 1, 7, 3, 1), 10),
    "31": _OF_NO_CHECK_DIGIT,
    "88": _OF_NO_CHECK_DIGIT,
}
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  #: without I and O


def _is_patient(text: str) -> bool:
    letters = sum((_LETTERS.index(letter) + 1) * weight for letter, weight in zip(text[:3], (7, 6, 5), strict=True))
    rest = (letters + weighted_sum(text[3:6], (4, 3, 2))) % 11
    return rest != 0 and (11 - rest) % 10 == int(text[6])


def is_account(text: str) -> bool:
    """Tell whether *text*, four groups of digits with dashes, is an account of a branch that there is."""
    bank, branch, account, _ = text.split("-")
    if (bank, branch) not in _branches():
        return False
    weights, modulus = _OF_BANKS.get(bank, _OF_HIGH_ACCOUNTS if account >= _FIRST_HIGH_ACCOUNT else _USUAL)
    return weighted_sum(bank + branch + account, weights) % modulus == 0


@cache
def _branches() -> frozenset[tuple[str, str]]:
    """Return every bank's branches, as python-stdnum has them."""
    return frozenset(
        (bank, f"{branch:04d}")
        for _, bank, _, _, branches in numdb.get("nz/banks").prefixes
        for _, first, last, _, _ in branches
        for branch in range(int(first), int(last) + 1)
    )


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
            is_account,
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
