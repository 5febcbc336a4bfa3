"""What a measurement tells: figures of two sides from alternating rounds, and their ratio."""

import statistics
from collections.abc import Callable, Collection, Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any


class BenchFailed(Exception):
    """Something that has to be right before a figure means anything was not; the text says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How long to measure."""

    rounds: int
    seconds: float  #: of each side in each round


@dataclass(frozen=True, kw_only=True)
class Result:
    """The figures of one measurement, round by round."""

    name: str
    ours: str  #: what was measured
    peer: str  #: against what
    unit: str  #: of the figures
    goal: float | None  #: for the ratio, ours to the peer's; None: it is only told
    at_most: bool = False  #: whether the goal is a ceiling, as for times; else a floor, as for rates
    figures: list[tuple[float, float]]  #: ours and the peer's, a pair for each round

    @cached_property
    def ratios(self) -> list[float]:
        """Ours to the peer's, in each round."""
        return [ours / peer for ours, peer in self.figures]

    @property
    def ratio(self) -> float:
        """The median round's."""
        return statistics.median(self.ratios)

    @property
    def met(self) -> bool:
        """Whether the median round reaches the goal."""
        if self.goal is None:
            return True
        return self.ratio <= self.goal if self.at_most else self.ratio >= self.goal

    def as_json(self) -> dict[str, Any]:
        """Return everything, for the file of results."""
        return asdict(self) | {
            "ratio": self.ratio,
            "ratio_min": min(self.ratios),
            "ratio_max": max(self.ratios),
            "met": self.met,
        }


def alternate(ours: Callable[[], float], peer: Callable[[], float], rounds: int) -> list[tuple[float, float]]:
    """Measure the one, then the other, and again: what disturbs the machine for longer than a round disturbs both."""
    return [(ours(), peer()) for _ in range(rounds)]


def chosen(own: Collection[str], names: Collection[str], tell: Callable[[str], None]) -> Iterator[str]:
    """Go through those of *own* that are among *names*, and tell of each as it begins."""
    for name in own:
        if name in names:
            tell(name)
            yield name
