"""
Routing numbers of banks in the United States, and account numbers where a word says what they are.

Source: American Bankers Association, Routing Number Policy (the ranges of the first two digits, the check digit, the
printed form `XXXX-YYYY-C`).
"""

from gateway.screening.checksums import aba_valid
from gateway.screening.detectors._around import is_joined
from gateway.screening.patterns import Candidate, Family, KeyedValue, Pattern, words

_JOINTS = b"-./_"
_FEDERAL_RESERVE = frozenset(
    f"{number:02d}".encode()
    for first, last in ((1, 12), (21, 32), (61, 72), (80, 80))
    for number in range(first, last + 1)
)
_CONTEXT = words(
    "routing, routing number, routing no, aba, aba number, rtn, transit number, bank, checking, savings, ach, "
    "direct deposit, wire"
)
_ACCOUNT_DIGITS = range(6, 18)
_LOOK_BACK = 24  #: bytes
_FOREIGN = b"aws"  #: accounts of it are no bank's


def _is_routing_number(candidate: Candidate) -> Candidate | None:
    digits = candidate.data[candidate.start : candidate.end].replace(b"-", b"")
    if digits[:2] not in _FEDERAL_RESERVE or not aba_valid(digits) or is_joined(candidate, _JOINTS):
        return None
    return candidate


def _is_called_routing_number(candidate: Candidate) -> Candidate | None:
    return None if is_joined(candidate, _JOINTS) else candidate


def _is_account(candidate: Candidate) -> Candidate | None:
    data, start, end, _ = candidate
    if is_joined(candidate, _JOINTS) or len(set(data[start:end])) == 1:
        return None
    return None if _FOREIGN in data[max(0, start - _LOOK_BACK) : start].lower() else candidate


def _is_account_alone(candidate: Candidate) -> Candidate | None:
    data, start, end, _ = candidate
    digits = data[start:end].translate(None, b" -")
    return candidate if digits.isdigit() and len(digits) in _ACCOUNT_DIGITS and len(set(digits)) > 1 else None


DETECTOR = Family(
    name="us_bank",
    patterns=(
        Pattern(
            name="printed routing number",
            entity_type="ABA_ROUTING_NUMBER",
            regex=r"\b\d{4}-\d{4}-\d\b",
            score=0.6,
            context=_CONTEXT,
            check=_is_routing_number,
            checksum="3-7-1 mod 10",
        ),
        Pattern(
            name="routing number",
            entity_type="ABA_ROUTING_NUMBER",
            regex=r"\b\d{9}\b",
            score=0.3,
            context=_CONTEXT,
            needs_context=True,
            check=_is_routing_number,
            checksum="3-7-1 mod 10",
        ),
        Pattern(
            name="routing number that begins with a zero",
            entity_type="ABA_ROUTING_NUMBER",
            regex=r"\b0[1-9]\d{7}\b",
            score=0.5,
            check=_is_routing_number,
            checksum="3-7-1 mod 10",
        ),
        Pattern(
            name="called a routing number",
            entity_type="ABA_ROUTING_NUMBER",
            gate=r"(?i)\b(?:routing|aba|rtn)\b[^\d\n]{1,16}\d{9}",
            regex=r"(?i)\b(?:routing|aba|rtn)\b[^\d\n]{1,16}(?P<value>\d{9})\b",
            score=0.6,
            check=_is_called_routing_number,
        ),
        Pattern(
            name="account number",
            entity_type="US_BANK_NUMBER",
            gate=r"(?i)\b(?:account|acct|a/c)\b[^\d\n]{1,24}\d{6}",
            regex=r"(?i)\b(?:account|acct|a/c)\b(?:[^\d\n]{0,19}[^\pL\d\n])??(?P<value>(?:[A-Z]{4})?\d{8,17})\b",
            score=0.55,
            check=_is_account,
        ),
    ),
    keyed=(
        KeyedValue(
            name="account number by its key",
            entity_type="US_BANK_NUMBER",
            keys=words(
                "account number, account no, bank account, checking account, savings account, acct, acct number"
            ),
            score=0.6,
            check=_is_account_alone,
        ),
    ),
    examples={
        "ABA_ROUTING_NUMBER": (
            "routing number «021000021», then «021000021» again",
            "bank «121000358»; routing:«021000021»,«121000358»,x",
            "check: «3222-7162-7»",
            "routing: «521014935»",
        ),
        "US_BANK_NUMBER": (
            "my bank account number is «912803456»",
            "Account #«10194155» was closed",
            "account number «SBIN012345678901»",
        ),
    },
    counter_examples=(
        "order 021000022, order 121000358",
        "0711-0130-8",
        "bank holiday 123456789",
        "routing table 10.0.0.1",
        "AWS account 123456789012",
        "accounts of 12345678 people",
        "account 1234567",
    ),
)
