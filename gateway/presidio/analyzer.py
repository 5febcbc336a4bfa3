"""Finding, as Presidio's analyzer is asked for it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final, NamedTuple

from gateway.errors import InvalidRequest
from gateway.presidio.ad_hoc import AdHocScreeners, Recognizer, entity_type_of
from gateway.presidio.allowed import AllowList
from gateway.screening import overlaps
from gateway.screening.overlaps import SURE
from gateway.screening.screener import Screener

_UNKNOWN: Final = "portcullis"  #: who is named where no detector claims a kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What to look for, and what to tell."""

    entity_types: frozenset[str] = field(default=frozenset(), repr=False)  #: none: all of them
    min_score: float | None = None  #: None: what the shipped policy acts on, and all that `ad_hoc` finds
    context: tuple[str, ...] = field(default=(), repr=False)  #: words that count as if they stood beside every match
    allowed: AllowList = field(default_factory=AllowList)
    ad_hoc: tuple[Recognizer, ...] = field(default=(), repr=False)


class Found(NamedTuple):
    """One finding. Its offsets count Unicode code points."""

    entity_type: str
    start: int
    end: int
    score: float
    recognizer: str  #: the name of the detector, or of the recognizer that came with the request


class Analyzer:
    """Finds what the gate would find, and what the request's own recognizers do."""

    def __init__(self, screener: Screener, *, recognizers: Mapping[str, Sequence[str]], budget_ms: int) -> None:
        """
        Take the gate's screener.

        Args:
            recognizers: the entity types of each detector, by its name.
            budget_ms: as the screener has it, for recognizers that come with a request.
        """
        self._screener = screener
        self.recognizers = tuple(sorted(recognizers))
        self._names = {kind: name for name, kinds in sorted(recognizers.items(), reverse=True) for kind in kinds}
        self._ad_hoc = AdHocScreeners(budget_ms=budget_ms)

    @property
    def supported(self) -> tuple[str, ...]:
        """The entity types that it can find without help."""
        return self._screener.supported

    def analyze(self, text: str, wish: Wish) -> list[Found]:
        """
        Return what *text* holds, in its order; no two of one entity type overlap, nor any two without `ad_hoc`.

        Raises:
            InvalidRequest: an expression is none that RE2 takes, or nobody here knows any of the entity types; the
                error does not repeat them.
            ScreeningUnavailable: it cannot be told.
        """
        known = chain(self.supported, (each.entity_type for each in wish.ad_hoc))
        if wish.entity_types and wish.entity_types.isdisjoint(known):
            raise InvalidRequest("none of them is supported", field="/entities")
        # A key's name is context for its value. It ends with a word that says nothing: else all could be a password.
        name = f"{' '.join(wish.context)} text" if wish.context else ""
        threshold = SURE if wish.min_score is None else wish.min_score
        found = [
            _found(each, self._names.get(each.entity_type, _UNKNOWN))
            for each in self._screener.find(text, name=name, only=wish.entity_types)
            if each.score >= threshold
        ]
        if wish.ad_hoc:
            found += _found_by(self._ad_hoc.of(wish.ad_hoc), wish, text, name)
        kept = [each for each in found if not wish.allowed.allows(text[each.start : each.end])]
        return _without_repeats(kept, text) if wish.ad_hoc else kept


def _found(found: overlaps.Found, recognizer: str) -> Found:
    return Found(found.entity_type, found.start, found.end, found.score, recognizer)


def _found_by(screener: Screener, wish: Wish, text: str, name: str) -> Iterator[Found]:
    """Yield what the request's own recognizers find, under the names that the request has for it."""
    recognizers = {entity_type_of(at): each for at, each in enumerate(wish.ad_hoc)}
    wanted = {of for of, each in recognizers.items() if not wish.entity_types or each.entity_type in wish.entity_types}
    for each in screener.find(text, name=name, only=wanted) if wanted else ():
        if each.score > 0 and each.score >= (wish.min_score or 0.0):
            recognizer = recognizers[each.entity_type]
            yield _found(each, recognizer.name)._replace(entity_type=recognizer.entity_type)


def _without_repeats(found: Sequence[Found], text: str) -> list[Found]:
    """Settle overlaps within each entity type, as Presidio does: who brings a recognizer wants to be told by it."""
    by_type: dict[str, list[overlaps.Found]] = defaultdict(list)
    for each in found:
        place = overlaps.Found(each.start, each.end, each.score, each.entity_type, provider=each.recognizer)
        by_type[each.entity_type].append(place)
    kept = [place for of_type in by_type.values() for place in overlaps.settle(of_type, text)]
    return [_found(place, place.provider) for place in sorted(kept)]
