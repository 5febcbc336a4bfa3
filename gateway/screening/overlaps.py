"""Two findings in one place: which of them stays."""

from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple


class Found(NamedTuple):
    """What a rule found in one text. Offsets count as their owner says: bytes within a rule, code points in a text."""

    start: int
    end: int  #: exclusive
    score: float
    entity_type: str
    provider: str = ""


def settle(found: Iterable[Found]) -> list[Found]:
    """
    Return those of *found* that stay, in the order of the text; no two of them overlap.

    The higher score wins, then the longer one, then the earlier one, then the name that sorts first.
    """
    kept: list[Found] = []
    cluster: list[Found] = []  # each overlaps the one before or reaches as far as it
    reached = 0
    for each in sorted(found):
        if each.start >= reached and cluster:
            kept += _best(cluster)
            cluster = []
        cluster.append(each)
        reached = max(reached, each.end)
    return kept + _best(cluster)


def _best(cluster: list[Found]) -> list[Found]:
    if len(cluster) == 1:
        return cluster
    starts: list[int] = []
    kept: list[Found] = []
    for each in sorted(cluster, key=_rank):
        at = bisect_left(starts, each.start)
        free_before = at == 0 or kept[at - 1].end <= each.start
        free_behind = at == len(starts) or starts[at] >= each.end
        if free_before and free_behind:
            starts.insert(at, each.start)
            kept.insert(at, each)
    return kept


def _rank(found: Found) -> tuple[float, int, int, str]:
    return (-found.score, found.start - found.end, found.start, found.entity_type)
