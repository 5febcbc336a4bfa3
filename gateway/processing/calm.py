"""Whether time passes as it should: after a stall or a step of the clock, no silence of a worker means anything."""

import time
from collections.abc import Callable
from typing import Final

_STALL_S: Final = 3.0
_STEP_S: Final = 1.0


class Calm:
    """
    Watches two clocks from pass to pass: the one that never jumps, and the one that the ledger's times come from.

    After a stall of the ledger or the machine, a sleep, or a step of the clock forward, all leases are over at once;
    the workers beat again within a second: they are not lost.
    """

    def __init__(self, *, steady: Callable[[], float] = time.monotonic, wall: Callable[[], float] = time.time) -> None:
        self._steady = steady
        self._wall = wall
        self._passed_at = steady()
        self._wall_at = wall()
        self._calm_at = 0.0
        self._stepped_at: float | None = None

    def look(self) -> float:
        """Note that a pass begins, and return by how many seconds the clock was set since the last; 0 if it was not."""
        now, wall = self._steady(), self._wall()
        gap = now - self._passed_at
        step = (wall - self._wall_at) - gap
        self._passed_at, self._wall_at = now, wall
        stepped = abs(step) > _STEP_S
        if stepped:
            self._stepped_at = now
        if gap > _STALL_S or stepped:
            self._calm_at = now + _STALL_S
        return step if stepped else 0.0

    @property
    def is_calm(self) -> bool:
        """Whether passes have followed each other for a while."""
        return self._steady() >= self._calm_at

    def stepped_within(self, seconds: float) -> bool:
        """Whether the clock was set so recently that it may yet be set right."""
        return self._stepped_at is not None and self._steady() - self._stepped_at < seconds
