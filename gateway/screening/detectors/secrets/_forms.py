"""How tokens with a provider's mark, and those beside a provider's name, become patterns."""

import re
from collections.abc import Iterator

from gateway.screening.detectors.secrets._plausible import is_filler, is_jumbled
from gateway.screening.patterns import Candidate, Check, Pattern

HEX = "0123456789abcdef"
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
ALPHANUMERIC = f"{LETTERS}0123456789"
UUID = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"  #: RFC 9562, section 4
A_UUID = "5eb4223e-5008-46e5-be67-c7b8f2732305"  #: for examples
_MARK = re.compile("[-_.]")  #: what ends a short one
_SIGN = r"[\"'\]]{0,2}[ \t]{0,4}(?::=|=>|[:=])[=>]?\s{0,4}[\"'`]?(?:Bearer )?"


def is_issued(candidate: Candidate) -> Candidate | None:
    """Take a token that ends where its form ends, and is no filler such as `sk_live_xxxxxxxxxxxx`."""
    behind = candidate.data[candidate.end : candidate.end + 1]
    return None if behind.isalnum() or behind == b"_" or is_filler(candidate.text) else candidate


def is_random(candidate: Candidate) -> Candidate | None:
    """Take such a token if it was drawn: a short mark also begins names, as in `sk-estimator` and `test_client`."""
    found = is_issued(candidate)
    return found if found is not None and is_jumbled(_MARK.split(found.text, maxsplit=1)[-1]) else None


def _is_named(candidate: Candidate) -> Candidate | None:
    """Take such a token if it is no word: beside a provider's name stand many."""
    text = candidate.text
    return is_issued(candidate) if any(map(str.isdigit, text)) or is_jumbled(text) else None


def issued(
    provider: str, what: str, mark: str, body: str, *, source: str = "", score: float = 0.95, check: Check = is_issued
) -> Pattern:
    """
    Return the pattern of a token that begins with its provider's mark.

    Args:
        mark: the first characters (RE2), few and rare: every text is looked through for them.
        body: the characters behind the mark (RE2), with their number.
        source: where the form is defined; "": in the documentation that the family names.
    """
    return Pattern(
        name=f"{provider} {what}",
        entity_type="SECRET",
        gate=rf"\b{mark}",
        regex=rf"\b{mark}{body}",
        score=score,
        check=check,
        provider=provider,
        source=source,
    )


def named(
    provider: str,
    what: str,
    names: str,
    value: str,
    *,
    source: str = "",
    score: float = 0.9,
    check: Check = _is_named,
) -> Pattern:
    """
    Return the pattern of a token without a mark: what is assigned to a name that tells the provider.

    Args:
        names: with which the assigned name begins (RE2, in any case): `datadog`, then up to 24 characters more.
        value: the form of the token (RE2).
    """
    before = rf"(?:\b|_)(?i:{names})[\w.-]{{0,24}}{_SIGN}"
    return Pattern(
        name=f"{provider} {what}",
        entity_type="SECRET",
        gate=rf"(?:\b|_)(?i:{names})[\w.-]{{0,24}}[\"'\]]{{0,2}}[ \t]{{0,4}}[:=]",
        regex=rf"{before}(?P<value>{value})(?:\W|\z)",
        score=score,
        check=check,
        provider=provider,
        source=source,
    )


def invented(size: int, alphabet: str = ALPHANUMERIC) -> str:
    """
    Return *size* characters that look random and are always the same: the body of a token in an example.

    A whole token in a source file alarms every scanner that reads it.
    """
    return "".join(alphabet[step % len(alphabet)] for step in _steps(size))


def _steps(size: int) -> Iterator[int]:
    step = 1
    for _ in range(size):
        step = step * 6 % 251  # 6 is a primitive root of 251: no step comes twice in 250
        yield step
