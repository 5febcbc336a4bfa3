"""Check digits: cheap proof that a number is no accident."""

from string import ascii_uppercase, digits

_DOUBLED = bytes.maketrans(b"0123456789", b"0246813579")  # 2 * n, with its two digits added together


def luhn_valid(digits: str | bytes) -> bool:
    """
    Tell whether the last digit of *digits* is the right check digit.

    One random number in ten passes, so a match alone is weak evidence.
    Args:
        digits: 2 or more ASCII digits, separators already removed.
    Raises:
        ValueError: *digits* holds something else; a caller's mistake, never bad input.
    Source: ISO/IEC 7812-1, Annex B.
    """
    raw = digits if isinstance(digits, bytes) else digits.encode("utf-8", "surrogatepass")
    if len(raw) < 2 or not raw.isdigit():  # noqa: PLR2004 -- a digit and its check digit
        raise ValueError("luhn_valid takes two or more ASCII digits")
    total = sum(raw[-1::-2]) + sum(raw[-2::-2].translate(_DOUBLED))
    return (total - len(raw) * ord("0")) % 10 == 0


def mod97_valid(iban: str) -> bool:
    """
    Tell whether the two check digits of *iban* are right.

    One random string in 97 passes.
    Args:
        iban: capitals and ASCII digits, 5 or more, separators already removed.
    Source: ISO 13616-1, ISO/IEC 7064 (MOD 97-10).
    """
    rearranged = iban[4:] + iban[:4]
    return int("".join(map(_BASE_36.__getitem__, rearranged))) % 97 == 1


_BASE_36 = {character: str(value) for value, character in enumerate(digits + ascii_uppercase)}


def aba_valid(digits: str | bytes) -> bool:
    """
    Tell whether the last of the nine *digits* of an American bank's routing number is right.

    One random number in ten passes.
    Source: American Bankers Association, Routing Number Policy: weights 3, 7, 1; the sum is a multiple of ten.
    """
    raw = digits if isinstance(digits, bytes) else digits.encode()
    total = 3 * sum(raw[0::3]) + 7 * sum(raw[1::3]) + sum(raw[2::3])
    return (total - (3 + 7 + 1) * 3 * ord("0")) % 10 == 0
