"""What one string holds: rules, and the name of the key that it stands under."""

from collections.abc import Iterator, Sequence

from gateway.screening.context import key_ending
from gateway.screening.gate import Gate
from gateway.screening.overlaps import Found, settle
from gateway.screening.patterns import Candidate, KeyedValue, Pattern
from gateway.screening.rules import Clock, Scan


class Finder:
    """Searches strings. It keeps nothing of what it has seen; threads may share it."""

    def __init__(self, patterns: Sequence[Pattern], keyed: Sequence[KeyedValue]) -> None:
        """
        Compile *patterns* and the key names of *keyed*.

        Raises:
            InvalidSetting: an expression is not RE2's syntax.
        """
        self._gate = Gate(patterns)
        self._keyed = [(each, key_ending(each.keys)) for each in keyed]
        self._any_key = key_ending(tuple(word for each in keyed for word in each.keys)) if keyed else None

    def says_nothing(self, name: str) -> bool:
        """Tell whether *name*, a plain one, can be no finding, no context word and no name of a secret."""
        words = name.encode()
        return not (self._gate.windows(words, b"") or self._gate.is_context(words) or self._is_keyed(words))

    def find(self, text: str, key: str, clock: Clock) -> list[Found]:
        """
        Return what *text* holds, offsets in code points, in order, none overlapping another.

        Args:
            key: the words of the name of the key that *text* stands under; "" if it has none.
        Raises:
            SetFailed: RE2 could not tell.
        """
        data, words = text.encode("utf-8", "surrogatepass"), key.encode("utf-8", "surrogatepass")
        windows = self._gate.windows(data, words)
        if not windows and not words:
            return []
        scan = Scan(data, clock)
        for window, let_in in windows:
            clock()
            for rule, context in let_in:
                rule.find(scan, window, context)
        if words and data and self._is_keyed(words):
            scan.found += self._by_key(data, words)
        return _in_code_points(settle(scan.found), data) if scan.found else []

    def _is_keyed(self, words: bytes) -> bool:
        return self._any_key is not None and self._any_key.found_in(words)

    def _by_key(self, data: bytes, key: bytes) -> Iterator[Found]:
        for keyed, names in self._keyed:
            if names.found_in(key):
                candidate = keyed.check(Candidate(data, 0, len(data), keyed.score))
                if candidate is not None:
                    yield Found(candidate.start, candidate.end, candidate.score, keyed.entity_type)


def _in_code_points(found: list[Found], data: bytes) -> list[Found]:
    """Return *found*, which is in order, with offsets in code points of *data* instead of bytes."""
    if data.isascii():
        return found
    moved: list[Found] = []
    bytes_seen = points_seen = 0
    for each in found:
        start = points_seen + _code_points(data, bytes_seen, each.start)
        points_seen = start + _code_points(data, each.start, each.end)
        bytes_seen = each.end
        moved.append(each._replace(start=start, end=points_seen))
    return moved


def _code_points(data: bytes, start: int, end: int) -> int:
    return len(data[start:end].decode("utf-8", "surrogatepass"))
