"""What one string holds: as it stands, as an evader meant it, and as the JSON that it may be."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from gateway.screening.context import key_ending, key_words
from gateway.screening.embedded import is_json, values
from gateway.screening.expressions import ExpressionSet
from gateway.screening.gate import Gate, Work
from gateway.screening.normalise import FAR_GATES, GATES, NON_ASCII_GATES, as_meant, readings
from gateway.screening.overlaps import Found, settle
from gateway.screening.patterns import Candidate, KeyedValue, Pattern
from gateway.screening.rules import Clock, Scan
from gateway.screening.stand_ins import without_stand_ins

_LEVELS = 2  #: of JSON inside a string that are looked into
_MARGIN = 256  #: characters around a sign of another reading that belong to what it hides
_CONTINUATION = bytes(range(0x80, 0xC0))  #: the bytes of a character in UTF-8 behind its first
_BEFORE_JSON = frozenset('[{ \t\r\n"')


class Opened(NamedTuple):
    """A text that the gate let in."""

    text: str
    data: bytes  #: the same, encoded
    key: bytes  #: the words of the name that it stands under
    work: Iterable[Work]

    def __repr__(self) -> str:
        """Show nothing of the text."""
        return "Opened()"


class Finder:
    """Searches strings. It keeps nothing of what it has seen; threads may share it."""

    def __init__(self, patterns: Sequence[Pattern], keyed: Sequence[KeyedValue]) -> None:
        """
        Compile *patterns* and the key names of *keyed*.

        Raises:
            InvalidSetting: an expression is not RE2's syntax.
        """
        self._gate = Gate(patterns, (*GATES, *NON_ASCII_GATES), FAR_GATES)
        self._key_names = ExpressionSet()
        self._keyed = [(each, self._key_names.add(key_ending(each.keys), "key names")) for each in keyed]
        self._key_names.compile()
        self._entity_types = frozenset({each.entity_type for each in patterns} | {each.entity_type for each in keyed})

    def says_nothing(self, name: str) -> bool:
        """Tell whether *name*, a plain one, can be no finding, no context word and no name of a secret."""
        words = name.encode()
        return not (self._gate.windows(words, b"") or self._tells(words))

    def find(self, text: str, key: str, clock: Clock) -> list[Found]:
        """
        Return what *text* holds, offsets in code points, in order, none overlapping another.

        Args:
            key: the words of the name of the key that *text* stands under; "" if it has none.
        Raises:
            SetFailed: RE2 could not tell.
        """
        opened = self.open(text, key)
        return [] if opened is None else self.search(opened, clock)

    def open(self, text: str, key: str) -> Opened | None:
        """
        Return what is to be searched for in *text*, None if that is nothing: the first half of `find`.

        Raises:
            SetFailed: RE2 could not tell.
        """
        data = text.encode("utf-8", "surrogatepass")
        words = _encoded(key) if key else b""
        work = self._gate.windows(data, words)
        if work or words or (text[:1] in _BEFORE_JSON and is_json(text)):
            return Opened(text, data, words, work)
        return None

    def search(self, opened: Opened, clock: Clock, only: Collection[str] = ()) -> list[Found]:
        """
        Return what is found there: the second half of `find`.

        Args:
            only: entity types; what is of others is as if nobody looked for it. None: all of them.
        """
        found = self.candidates(opened, clock)
        return settle([each for each in found if each.entity_type in only] if only else found, opened.text)

    def candidates(self, opened: Opened, clock: Clock) -> list[Found]:
        """Return what the rules find there, in no order; they may overlap."""
        text = opened.text
        found = self._in_all_of(*opened, clock, levels=_LEVELS)
        if found and ("<" in text or "*" in text):
            found = without_stand_ins(found, text, self._entity_types)
        return found

    def _in_all_of(
        self, text: str, data: bytes, key: bytes, work: Iterable[Work], clock: Clock, *, levels: int
    ) -> list[Found]:
        """Return what is found in *text*, in its other readings, and in *levels* of JSON inside it."""
        found, signs = self._in_one(data, key, work, clock)
        for start, stop in _stretches(text, signs) if signs else ():
            clock()
            for reading in readings(text[start:stop]):
                read = _encoded(reading.text)
                inside, _ = self._in_one(read, key, self._gate.windows(read, key), clock)
                found += _placed(inside, reading.place, start)
        if levels and text[:1] in _BEFORE_JSON and is_json(text):
            found += self._in_json(text, clock, levels - 1)
        return found

    def _in_json(self, text: str, clock: Clock, levels: int) -> Iterator[Found]:
        tells: dict[str, bytes | None] = {}  # the words of each name that tells something about the value under it
        for value in values(text):
            clock()
            if value.key not in tells:
                words = _encoded(key_words(as_meant(value.key)))
                tells[value.key] = words if self._tells(words) else None
            telling = tells[value.key]
            if telling is not None or value.layer is not None or is_json(value.text):  # else it is no more than text
                name = telling or b""
                data = _encoded(value.text)
                work = self._gate.windows(data, name)
                yield from _placed(self._in_all_of(value.text, data, name, work, clock, levels=levels), value.place)

    def _in_one(
        self, data: bytes, key: bytes, work: Iterable[Work], clock: Clock
    ) -> tuple[list[Found], list[tuple[int, int]]]:
        """Return what is found in a text as it stands, and where, in bytes, are signs that it has other readings."""
        scan, signs = Scan(data, clock), list[tuple[int, int]]()
        for start, stop, rules, has_signs in work:
            clock()
            if has_signs:
                signs.append((start, stop))
            for rule, context in rules:
                rule.find(scan, start, stop, context)
        if key and data:
            scan.found += self._by_key(data, key)
        return scan.found if data.isascii() else _in_code_points(scan.found, data), signs

    def _tells(self, words: bytes) -> bool:
        """Tell whether *words*, which a key's name is made of, say something about the value under it."""
        return self._gate.is_context(words) or len(self._key_names.matching(words)) > 1

    def _by_key(self, data: bytes, key: bytes) -> Iterator[Found]:
        names = self._key_names.matching(key)
        for keyed, number in self._keyed if len(names) > 1 else ():
            if number in names:
                candidate = keyed.check(Candidate(data, 0, len(data), keyed.score))
                if candidate is not None:
                    yield Found(candidate.start, candidate.end, candidate.score, keyed.entity_type)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _stretches(text: str, signs: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """
    Yield the parts of *text* that may have other readings, in code points; each ends with a word.

    Of ASCII, they are those around the *signs*; other texts are asked whole.
    """
    if not text.isascii():
        yield 0, len(text)
        return
    position = 0
    signs.sort()  # those that speak for all of a text come last
    for at, (start, stop) in enumerate(signs):
        if at + 1 < len(signs) and signs[at + 1][0] <= stop + _MARGIN:
            signs[at + 1] = (start, max(stop, signs[at + 1][1]))
            continue
        first = max(position, text.rfind(" ", position, max(0, start - _MARGIN)) + 1)
        position = text.find(" ", stop + _MARGIN)
        position = len(text) if position < 0 else position
        if first < position:
            yield first, position


def _in_code_points(found: list[Found], data: bytes) -> list[Found]:
    """Return *found* in order, and with offsets in code points of *data* instead of bytes."""
    moved: list[Found] = []
    bytes_seen = points_seen = 0
    for each in sorted(found):
        points_seen += _code_points(data, bytes_seen, each.start)
        bytes_seen = each.start
        start = points_seen - (data[each.start] in _CONTINUATION)  # a match of `\C` may cut a character in two
        moved.append(each._replace(start=start, end=points_seen + _code_points(data, each.start, each.end)))
    return moved


def _code_points(data: bytes, start: int, end: int) -> int:
    """Return how many characters begin between *start* and *end*."""
    return len(data[start:end].translate(None, _CONTINUATION))


def _placed(found: list[Found], place: Callable[[int, int], tuple[int, int]], offset: int = 0) -> Iterator[Found]:
    """Yield what was *found* in another reading where it stands in the original, which begins at *offset*."""
    for each in found:
        start, end = place(each.start, each.end)
        yield each._replace(start=offset + start, end=offset + end)
