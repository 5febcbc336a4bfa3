"""Values that a client does not want to be told of."""

import re
from dataclasses import dataclass, field
from typing import Any, Final

import re2  # type: ignore[import-untyped]  # google-re2 ships no types

from gateway.errors import InvalidRequest
from gateway.presidio.ad_hoc import NOT_RE2
from gateway.screening.expressions import quiet_options

DEFAULT_FLAGS: Final = int(re.DOTALL | re.MULTILINE | re.IGNORECASE)
_FLAGS: Final = {re.IGNORECASE: "i", re.MULTILINE: "m", re.DOTALL: "s"}


@dataclass(frozen=True, slots=True)
class AllowList:
    """Values, or one expression for them."""

    values: frozenset[str] = field(default=frozenset(), repr=False)
    regex: Any = field(default=None, repr=False)

    def allows(self, value: str) -> bool:
        """Tell whether *value* is one of the values, or holds a match of the expression."""
        return value in self.values or (self.regex is not None and self.regex.search(value) is not None)


def allow_list(terms: tuple[str, ...], *, as_regex: bool, flags: int = DEFAULT_FLAGS) -> AllowList:
    """
    Return the list of *terms*.

    Args:
        flags: those of Python's `re`; the ones that RE2 does not know are left out.
    Raises:
        InvalidRequest: a term is no expression of RE2.
    """
    if not as_regex:
        return AllowList(frozenset(terms))
    terms = tuple(filter(None, terms))
    if not terms:
        return AllowList()
    letters = "".join(letter for flag, letter in _FLAGS.items() if flags & flag)
    try:
        return AllowList(regex=_compiled("|".join(f"(?:{term})" for term in terms), letters))
    except re2.error:
        wrong = next((at for at, term in enumerate(terms) if not _is_valid(term)), None)
    raise InvalidRequest(NOT_RE2, field="/allow_list" if wrong is None else f"/allow_list/{wrong}")


def _compiled(regex: str, letters: str) -> Any:
    return re2.compile(f"(?{letters}:{regex})", quiet_options())


def _is_valid(term: str) -> bool:
    try:
        _compiled(term, "")
    except re2.error:
        return False
    return True
