"""Two findings in one place: which of them stays."""

from bisect import bisect_left
from collections.abc import Iterable
from typing import TypeVar

from gateway.screening.patterns import Candidate

_Found = TypeVar("_Found", bound=tuple[str, Candidate])  #: an entity type and its place


def settle(found: Iterable[_Found]) -> list[_Found]:
    """
    Return those of *found* that stay, in the order of the text; no two of them overlap.

    The higher score wins, then the longer one, then the earlier one, then the name that sorts first.
    """
    ranked = sorted(found, key=_rank)
    starts: list[int] = []
    kept: list[_Found] = []
    for each in ranked:
        place = each[1]
        at = bisect_left(starts, place.start)
        free_before = at == 0 or kept[at - 1][1].end <= place.start
        free_behind = at == len(starts) or starts[at] >= place.end
        if free_before and free_behind:
            starts.insert(at, place.start)
            kept.insert(at, each)
    return kept


def _rank(found: tuple[str, Candidate]) -> tuple[float, int, int, str]:
    entity_type, place = found
    return (-place.score, place.start - place.end, place.start, entity_type)
