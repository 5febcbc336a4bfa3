"""Whether time passes as it should: after a stall or a step of the clock, no silence of a worker means anything."""

import time
from collections.abc import Callable
from typing import Final

_STALL_S: Final = 3.0
_STEP_S: Final = 1.0


class Calm:
    """
    Watches two clocks: the one that never jumps, and the one that the ledger's times come from.

    After an outage or a stall of the ledger, a stall or a sleep of the machine, or a step of the clock forward, all
    leases are over at once; the workers beat again within a second: they are not lost. A pass of many duties, each of
    which comes to its end, is no stall, however long it takes.
    """

    def __init__(self, *, steady: Callable[[], float] = time.monotonic, wall: Callable[[], float] = time.time) -> None:
        self._steady = steady
        self._wall = wall
        self._breathed_at = steady()
        self._passed_at = steady()
        self._wall_at = wall()
        self._calm_at = 0.0
        self._stepped_at: float | None = None

    def breathe(self) -> None:
        """Note that something has come to its end: a duty, or the pause after a pass."""
        now = self._steady()
        if now - self._breathed_at > _STALL_S:
            self._calm_at = now + _STALL_S
        self._breathed_at = now

    def lose(self) -> None:
        """Note that the ledger does not answer: workers cannot beat either, until a while after it does."""
        self._calm_at = self._steady() + _STALL_S

    def look(self) -> float:
        """Note that a pass begins, and return by how many seconds the clock was set since the last; 0 if it was not."""
        self.breathe()
        now, wall = self._steady(), self._wall()
        step = (wall - self._wall_at) - (now - self._passed_at)
        self._passed_at, self._wall_at = now, wall
        if abs(step) <= _STEP_S:
            return 0.0
        self._stepped_at = now
        self._calm_at = now + _STALL_S
        return step

    @property
    def is_calm(self) -> bool:
        """Whether nothing has stalled for a while."""
        return self._steady() >= self._calm_at

    def stepped_within(self, seconds: float) -> bool:
        """Whether the clock was set so recently that it may yet be set right."""
        return self._stepped_at is not None and self._steady() - self._stepped_at < seconds
