"""Taking out what was found."""

import hashlib
import hmac
import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from gateway.screening.findings import Finding, Location
from gateway.screening.stand_ins import HASH_BYTES, as_letters
from gateway.screening.tokens import TokenKeys
from gateway.screening.walk import as_text


class Operator(StrEnum):
    """What stands where a finding stood."""

    REPLACE = "replace"  #: `<EMAIL_ADDRESS>`
    MASK = "mask"  #: as many asterisks as it had characters
    REMOVE = "remove"  #: nothing
    HASH = "hash"  #: `<EMAIL_ADDRESS:bcdfghjklmnpqrst>`: the same value has the same hash under the same key
    TOKEN = "token"  # noqa: S105 - `<EMAIL_ADDRESS:tok_…>`: `portcullis reveal` reads it again


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What hashes and tokens are made with."""

    hash: bytes = field(repr=False)  #: of HMAC-SHA256
    token: TokenKeys = field(repr=False)

    @classmethod
    def throw_away(cls) -> "Keys":
        """Return keys that nobody keeps: hashes under them cannot be compared, tokens not be read."""
        return cls(hash=secrets.token_bytes(32), token=TokenKeys.throw_away())


def redact(value: Any, findings: Iterable[Finding], operators: Mapping[str, Operator], keys: Keys) -> Any:
    """
    Return *value* without what was found in it.

    *value* is not edited; parts of it without a finding are shared with what is returned. A number with a finding
    becomes a string. A key that is a finding is redacted too; one that would then be there twice gets a number.
    Args:
        value: the JSON value in which *findings* were found.
        findings: in any order; where they overlap, all that they cover goes.
        operators: by entity type; those not named are replaced.
        keys: for hashes, of which 64 bits are shown, and tokens.
    """
    in_values: dict[Location, list[Finding]] = defaultdict(list)
    in_keys: dict[Location, list[Finding]] = defaultdict(list)
    for finding in findings:
        (in_keys if finding.key else in_values)[finding.location].append(finding)
    copy = _Copy(value)
    for location, found in in_values.items():
        copy.put(location, _redacted(as_text(copy.at(location)), found, operators, keys))
    renamed: dict[Location, dict[str, str]] = defaultdict(dict)
    for location, found in in_keys.items():
        name = str(location[-1])
        renamed[location[:-1]][name] = _redacted(name, found, operators, keys)
    for location in sorted(renamed, key=len, reverse=True):  # the deepest first: locations hold the old names
        copy.rename(location, renamed[location])
    return copy.value


class _Copy:
    """A JSON value that is copied where it is changed, and nowhere else."""

    def __init__(self, value: Any) -> None:
        self.value = value
        self._owned: set[Location] = set()

    def at(self, location: Location) -> Any:
        current = self.value
        for step in location:
            current = current[step]
        return current

    def put(self, location: Location, new: Any) -> None:
        if location:
            self._own(location[:-1])[location[-1]] = new
        else:
            self.value = new

    def rename(self, location: Location, names: Mapping[str, str]) -> None:
        owned = self._own(location)
        members = list(owned.items())
        taken = {name for name, _ in members if name not in names}
        owned.clear()
        for name, member in members:
            owned[_unique(names[name], taken) if name in names else name] = member

    def _own(self, location: Location) -> Any:
        """Return the container at *location*, which is ours to change."""
        current = self.value
        for depth in range(len(location) + 1):
            here = location[:depth]
            if here not in self._owned:
                current = dict(current) if isinstance(current, Mapping) else list(current)
                self._owned.add(here)
                self._attach(here, current)
            if depth < len(location):
                current = current[location[depth]]
        return current

    def _attach(self, location: Location, container: Any) -> None:
        if location:
            self.at(location[:-1])[location[-1]] = container
        else:
            self.value = container


def _unique(name: str, taken: set[str]) -> str:
    """Return *name*, with a number behind it if it is taken, and take it."""
    free, number = name, 1
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    taken.add(free)
    return free


def _redacted(text: str, found: list[Finding], operators: Mapping[str, Operator], keys: Keys) -> str:
    pieces: list[str] = []
    position = 0
    for finding in sorted(found, key=lambda each: (each.start, each.end)):
        start = max(finding.start, position)
        if start >= finding.end:
            continue
        operator = operators.get(finding.entity_type, Operator.REPLACE)
        pieces += (text[position:start], _stand_in(operator, finding.entity_type, text[start : finding.end], keys))
        position = finding.end
    return "".join((*pieces, text[position:]))


def _stand_in(operator: Operator, entity_type: str, value: str, keys: Keys) -> str:
    match operator:
        case Operator.REPLACE:
            return f"<{entity_type}>"
        case Operator.MASK:
            return "*" * len(value)
        case Operator.REMOVE:
            return ""
        case Operator.HASH:
            digest = hmac.digest(keys.hash, value.encode("utf-8", "surrogatepass"), hashlib.sha256)
            return f"<{entity_type}:{as_letters(digest[:HASH_BYTES])}>"
        case Operator.TOKEN:
            return keys.token.token(entity_type, value)
