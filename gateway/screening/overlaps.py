"""Two findings in one place: whose it is, and what stays of the other."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Final, NamedTuple

SURE: Final = 0.5  #: what the shipped policy acts on


class Found(NamedTuple):
    """What a rule found in one text. Offsets count as their owner says: bytes within a rule, code points in a text."""

    start: int
    end: int  #: exclusive
    score: float
    entity_type: str
    provider: str = ""


def settle(found: Iterable[Found], text: str) -> list[Found]:
    """
    Return what stays of those that were *found* in *text*, in its order; no two of them overlap.

    The higher score wins, then the longer one, then the earlier one, then the name that sorts first. Of a loser whose
    score is sure, what lies beside the winners stays under its own type: a password is one, whatever address stands
    inside it. With winners of its own type it becomes one finding. Other parts without a letter or a digit go;
    where no winner lies whole inside it, so do those without a letter: the rest of a number is none.
    """
    kept: list[Found] = []
    cluster: list[Found] = []  # each overlaps the one before or reaches as far as it
    reached = 0
    for each in sorted(found):
        if each.start >= reached and cluster:
            kept += _settled(cluster, text)
            cluster = []
        cluster.append(each)
        reached = max(reached, each.end)
    return kept + _settled(cluster, text)


def overlapped(one: Found, others: list[Found]) -> slice:
    """Return where those of *others*, which are in order and do not overlap each other, stand that overlap *one*."""
    first = bisect_right(others, one.start, key=attrgetter("end"))
    return slice(first, bisect_left(others, one.end, lo=first, key=attrgetter("start")))


def beside(found: Found, others: Sequence[Found]) -> Iterator[Found]:
    """Yield the parts of *found* that are in none of *others*, which are in order and overlap it."""
    start = found.start
    for other in others:
        if start < other.start:
            yield found._replace(start=start, end=other.start)
        start = other.end
    if start < found.end:
        yield found._replace(start=start)


def _settled(cluster: list[Found], text: str) -> list[Found]:
    if len(cluster) <= 1:
        return cluster
    best, *others = sorted(cluster, key=_rank)
    kept = [best]
    for each in others:
        if best.start <= each.start and each.end <= best.end:
            continue  # so it is with most of them
        place = overlapped(each, kept)
        winners = kept[place]
        if not winners:
            kept.insert(place.start, each)
        elif each.score >= SURE:
            parts = set(beside(each, winners))
            if not any(each.start <= winner.start and winner.end <= each.end for winner in winners):
                parts = {part for part in parts if any(map(str.isalpha, text[part.start : part.end]))}
            if parts:
                joined = _joined(sorted([*winners, *parts]), each.entity_type)
                kept[place] = [one for one in joined if one not in parts or _tells(text[one.start : one.end])]
    return kept


def _tells(part: str) -> bool:
    return any(map(str.isalnum, part))


def _rank(found: Found) -> tuple[float, int, int, str]:
    return (-found.score, found.start - found.end, found.start, found.entity_type)


def _joined(neighbours: list[Found], entity_type: str) -> list[Found]:
    """Return *neighbours*, in order; those of *entity_type* that touch are one, as sure as the surer of them."""
    joined: list[Found] = []
    for each in neighbours:
        last = joined[-1] if joined else each
        if last.end == each.start and last.entity_type == each.entity_type == entity_type:
            joined[-1] = max(last, each, key=attrgetter("score"))._replace(start=last.start, end=each.end)
        else:
            joined.append(each)
    return joined
