"""Waiting for company: what costs the same for one as for many is not begun while more is just about to come."""

import time
from collections.abc import Callable, Iterable
from typing import Final

_SOON_S: Final = 0.01  #: a thread that was answered so lately may be about to ask again
_MANY: Final = 4  #: threads; for fewer it is not worth while that one of them waits


class Company:
    """
    Knows which threads ask again and again, and for how long to wait for them.

    Threads that are answered together come back one after the other: the first would be served alone, and the others
    wait for that. A thread that comes now and then is waited for by nobody, and waits for nobody.
    """

    def __init__(self, *, wait_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Know nobody yet; at most `wait_s` is waited, from when the first has come."""
        self._wait_s = wait_s
        self._clock = clock
        self._answered: dict[int, float] = {}

    def answered(self, threads: Iterable[int]) -> None:
        """Note who was answered just now."""
        if self._wait_s:
            self._answered.update(dict.fromkeys(threads, self._clock()))

    def patience_s(self, present: set[int], *, since: float) -> float:
        """Return for how long to wait for others than those *present*, the first of whom came at *since*."""
        now = self._clock()
        left = since + self._wait_s - now
        if left <= 0:
            return 0.0
        self._answered = {thread: at for thread, at in self._answered.items() if now - at < _SOON_S}
        absent = self._answered.keys() - present
        return left if absent and len(absent) + len(present) >= _MANY else 0.0
