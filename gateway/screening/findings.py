"""What screening found: a place and a kind, never the value."""

import re
from typing import Any, NamedTuple, TypeAlias

#: The keys and indexes that lead to a string, from the root; that of a key ends with the key itself.
Location: TypeAlias = tuple[str | int, ...]

_PLAIN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


class Finding(NamedTuple):
    """One piece of personal data, or one secret, at one place. It does not hold the value."""

    entity_type: str  #: Presidio's name where it has one
    location: Location  #: a key on the way may itself be personal data: use `path` to print it
    path: str  #: a JSON pointer that is safe to print: a segment that is a finding, or no plain name, is `*`
    start: int  #: in Unicode code points of the string at `location`
    end: int  #: exclusive
    score: float
    provider: str = ""  #: of a secret: who issues it, where its form tells
    key: bool = False  #: it was found in the key that ends `location`, not in its value; `path` is then the object's

    def __repr__(self) -> str:
        """Show what the API shows: without the location."""
        return f"Finding({self.as_json()})"

    def as_json(self) -> dict[str, Any]:
        """Return the finding as the API shows it."""
        shown: dict[str, Any] = {
            "entity_type": self.entity_type,
            "path": self.path,
            "start": self.start,
            "end": self.end,
            "score": self.score,
        }
        if self.provider:
            shown["provider"] = self.provider
        if self.key:
            shown["key"] = True
        return shown


def pointer(location: Location, *, hidden: frozenset[int] = frozenset()) -> str:
    """
    Print *location* as a JSON pointer that holds nothing personal.

    Args:
        location: keys and indexes from the root.
        hidden: positions in *location* whose key is itself a finding.
    Source: RFC 6901; `*` is ours.
    """
    return "".join(
        f"/{step}" if isinstance(step, int) or (at not in hidden and is_plain(step)) else "/*"
        for at, step in enumerate(location)
    )


def is_plain(name: str) -> bool:
    """Tell whether a key's *name* is short and plain enough to be printed, if it is no finding."""
    return _PLAIN_NAME.fullmatch(name) is not None
