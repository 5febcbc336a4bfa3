"""Taking out what somebody else has found, and putting it back, as Presidio's anonymizer does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from operator import attrgetter
from typing import Final, Protocol

from gateway.errors import InvalidRequest
from gateway.presidio.operators import Anonymizer, CannotDecrypt, Deanonymizer

DEFAULT: Final = "DEFAULT"  #: the name under which the operator for all other types stands
_REPLACE: Final = Anonymizer(type="replace")


class Operator(Protocol):
    """What is done to a value."""

    @property
    def type(self) -> str:
        """Its name."""

    def apply(self, value: str, entity_type: str) -> str:
        """Return what stands in the place of *value*."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something is in a text, in Unicode code points."""

    entity_type: str
    start: int
    end: int  #: exclusive
    score: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What stands in the new text where something was."""

    start: int
    end: int
    entity_type: str
    text: str = field(repr=False)
    operator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A text after its operators."""

    text: str = field(repr=False)
    items: list[Item]  #: the last one first, as Presidio tells them


def anonymize(text: str, places: Sequence[Place], operators: Mapping[str, Anonymizer]) -> Changed:
    """
    Return *text* with each place changed by the operator of its type, else by `DEFAULT`'s, else replaced.

    Places of one type that overlap, or have only spaces between them, become one; one that lies in another is left
    out, and of two in the same place the one of lower score.
    Raises:
        InvalidRequest: a place is not in the text.
    """
    _check(text, places, "analyzer_results")
    settled = _joined(text, _without_contained(_merged(places)))
    return _changed(text, settled, [operators.get(p.entity_type) or operators.get(DEFAULT, _REPLACE) for p in settled])


def deanonymize(text: str, places: Sequence[Place], operators: Mapping[str, Deanonymizer]) -> Changed:
    """
    Return *text* with what was encrypted decrypted.

    Raises:
        InvalidRequest: a place is not in the text, overlaps another, has no operator, or was not encrypted so.
    """
    _check(text, places, "anonymizer_results")
    ordered = sorted(places, key=attrgetter("start", "end"))
    if any(one.end > next_.start for one, next_ in pairwise(ordered)):
        raise InvalidRequest("two of the places overlap", field="/anonymizer_results")
    chosen = [operators.get(each.entity_type) or operators.get(DEFAULT) for each in ordered]
    known = [each for each in chosen if each is not None]
    if len(known) < len(chosen):
        raise InvalidRequest("an entity type has no deanonymizer, and there is no DEFAULT", field="/deanonymizers")
    try:
        return _changed(text, ordered, known)
    except CannotDecrypt:
        pass
    raise InvalidRequest("a value was not encrypted with its key", field="/anonymizer_results")


def _check(text: str, places: Sequence[Place], name: str) -> None:
    for at, place in enumerate(places):
        if not 0 <= place.start <= place.end <= len(text):
            raise InvalidRequest("not a place in the text", field=f"/{name}/{at}")


def _merged(places: Sequence[Place]) -> list[Place]:
    """Join places of one type that share a character; a joined one stands where its last one stood."""
    merged: dict[int, Place] = {}
    latest: dict[str, int] = {}
    for at, place in enumerate(sorted(places, key=attrgetter("start", "end"))):
        before = merged.get(latest.get(place.entity_type, -1))
        if before is not None and place.start < before.end:
            del merged[latest[place.entity_type]]
            end, score = max(before.end, place.end), max(before.score, place.score)
            merged[at] = replace(before, end=end, score=score)
        else:
            merged[at] = place
        latest[place.entity_type] = at
    return list(merged.values())


def _without_contained(places: Sequence[Place]) -> list[Place]:
    """Leave out what lies in another place; of the same place the highest score stays, then the last one."""
    kept: list[Place] = []
    last_first = reversed(places)
    for place in sorted(last_first, key=lambda each: (each.start, -each.end, -each.score)):
        if not kept or place.end > kept[-1].end:
            kept.append(place)
    return kept


def _joined(text: str, places: Sequence[Place]) -> list[Place]:
    """Join neighbours of one type with nothing but spaces between them."""
    joined: list[Place] = []
    for place in places:
        before = joined[-1] if joined else None
        if before is not None and before.entity_type == place.entity_type:
            between = text[before.end : place.start]
            if between and not between.strip(" "):
                joined[-1] = replace(place, start=before.start)
                continue
        joined.append(place)
    return joined


def _changed(text: str, places: Sequence[Place], operators: Sequence[Operator]) -> Changed:
    """Apply an operator to each place; they are in order, and none lies in another."""
    pieces: list[str] = []
    items: list[Item] = []
    position = length = 0
    behind = [*(place.start for place in places[1:]), len(text)]
    for place, operator, next_start in zip(places, operators, behind, strict=False):
        new = operator.apply(text[place.start : place.end], place.entity_type)
        start = length + place.start - position
        pieces += (text[position : place.start], new)
        length = start + len(new)
        items.append(Item(start=start, end=length, entity_type=place.entity_type, text=new, operator=operator.type))
        position = min(place.end, next_start)  # of two that overlap, both are told
    return Changed(text="".join((*pieces, text[position:])), items=items[::-1])
