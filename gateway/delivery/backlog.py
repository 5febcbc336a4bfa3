"""How much waits in each pool, known without asking the ledger while a client waits."""

import math
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from gateway.errors import BacklogFull, GatewayError
from gateway.ledger.ledger import Ledger

_REFRESHED_AFTER_S: Final = 2.0  #: with 100,000 waiting, the ledger counts for 50 ms
_STALE_AFTER_S: Final = 10.0  #: a figure older than this refuses nobody
_LONGEST_WAIT_S: Final = 300
_FIRST_WAIT_S: Final = 10  #: where it is not known yet how fast the backlog shrinks
_COUNTED: Final = 2  #: times the limit: so much more may come in while a figure is not fresh
_SMOOTHING: Final = 0.5  #: how much a new rate counts against the ones before


@dataclass(slots=True)
class _Figure:
    """What is known of a pool."""

    waiting: int
    at: float  #: when the count began
    admitted: int = 0  #: by this process, since then
    done_per_s: float | None = None  #: how many leave the backlog; None until it was counted twice


class Backlog:
    """
    Refuses tasks for a pool in which too many wait.

    The ledger is asked in a thread beside the requests, every two seconds at most and only while somebody asks here.
    What this process admits is added meanwhile; what others admit comes with the next count, so the limit may be passed
    by what two seconds bring. Where the ledger does not answer, nobody is refused for an old figure.
    """

    def __init__(self, ledger: Ledger, *, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Take the most that may wait in a pool."""
        self._ledger = ledger
        self._limit = limit
        self._clock = clock
        self._figures: dict[str, _Figure] = {}
        self._lock = threading.Lock()
        self._refreshing = threading.Lock()

    def admit(self, pool: str) -> None:
        """
        Count one more task for *pool*.

        Raises:
            BacklogFull: too many wait.
        """
        now = self._clock()
        with self._lock:
            figure = self._figures.get(pool)
            fresh = figure is not None and now - figure.at < _REFRESHED_AFTER_S
            known = figure is not None and now - figure.at < _STALE_AFTER_S
            if figure is not None and known and figure.waiting + figure.admitted >= self._limit:
                wait_s = self._wait_s(figure)
            else:
                wait_s = 0
                if figure is not None:
                    figure.admitted += 1
        if not fresh and self._refreshing.acquire(blocking=False):
            threading.Thread(target=self._refresh_beside, args=(pool,), name="backlog", daemon=True).start()
        if wait_s:
            raise BacklogFull(retry_after_s=wait_s)

    def _wait_s(self, figure: _Figure) -> int:
        """Say when the backlog will be below its limit, if it goes on shrinking as it did."""
        if figure.done_per_s is None:
            return _FIRST_WAIT_S
        if figure.done_per_s <= 0:
            return _LONGEST_WAIT_S
        too_many = figure.waiting + figure.admitted - self._limit + 1
        return max(1, min(_LONGEST_WAIT_S, math.ceil(too_many / figure.done_per_s)))

    def refresh(self, pool: str) -> None:
        """
        Ask the ledger how much waits in *pool*.

        Raises:
            LedgerUnavailable: it does not answer; the figure stays as it was.
        """
        began = self._clock()
        with self._lock:
            before = self._figures.get(pool)
            admitted = before.admitted if before else 0
        figure = _Figure(waiting=self._ledger.backlog(pool, at_most=_COUNTED * self._limit), at=began)
        with self._lock:
            if before is not None:
                figure.admitted = before.admitted - admitted
                figure.done_per_s = _rate(before, figure, admitted)
            self._figures[pool] = figure

    def _refresh_beside(self, pool: str) -> None:
        try:
            with suppress(GatewayError):  # the ledger is away, and the figure grows stale
                self.refresh(pool)
        finally:
            self._refreshing.release()


def _rate(before: _Figure, after: _Figure, admitted: int) -> float | None:
    """Return how many a second have left the backlog: too few where others admit some; nobody does once it is full."""
    seconds = after.at - before.at
    if not 0 < seconds < _STALE_AFTER_S:
        return before.done_per_s
    rate = max(0.0, (before.waiting + admitted - after.waiting) / seconds)
    return rate if before.done_per_s is None else _SMOOTHING * rate + (1 - _SMOOTHING) * before.done_per_s
