"""What stands around a match, where RE2 cannot look."""

from string import ascii_letters, digits

from gateway.screening.patterns import Candidate

SEES = 2  #: bytes beside a candidate that the tests of what it is a part of look at
DIGITS = digits.encode()
LETTERS_AND_DIGITS = ascii_letters.encode() + DIGITS


def pairs(first: bytes, second: bytes) -> frozenset[bytes]:
    """Return what one byte of *first* and one of *second* make: a look-up is the cheapest test."""
    return frozenset(bytes((one, other)) for one in first for other in second)


def is_joined(candidate: Candidate, joints: bytes) -> bool:
    """
    Tell whether it is a piece of something longer: one of *joints* beside it, and a letter or a digit beyond that.

    Letters and digits count where they are ASCII.
    """
    data, start, end, _ = candidate
    if start > 1 and data[start - 1] in joints and data[start - 2 : start - 1].isalnum():
        return True
    return end + 1 < len(data) and data[end] in joints and data[end + 1 : end + 2].isalnum()


def without_marks(candidate: Candidate, marks: bytes = b"_") -> Candidate:
    r"""Return it without those of *marks* at its ends, which an expression takes where no `\b` stands."""
    data, start, end, score = candidate
    text = data[start:end]
    if text[0] not in marks and text[-1] not in marks:
        return candidate
    start = end - len(text.lstrip(marks))
    return Candidate(data, start, start + len(text.strip(marks)), score)
