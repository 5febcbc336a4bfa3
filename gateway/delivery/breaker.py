"""
A circuit breaker that many threads may share.

pybreaker holds its lock for as long as the call runs, so that calls follow each other one by one; this one
holds none while it waits.
"""

import threading
import time
from collections.abc import Callable


class Breaker:
    """Opens after some failures in a row, and lets one call try again after a while."""

    def __init__(self, *, failures: int, open_for_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = failures
        self._open_for_s = open_for_s
        self._clock = clock
        self._lock = threading.Lock()
        self._failed = 0
        self._closed_again_at = 0.0

    def allows(self) -> bool:
        """Whether a call should be tried; of those that ask when the time is up, one is told so."""
        if self._failed < self._limit:
            return True
        with self._lock:
            if self._clock() < self._closed_again_at:
                return False
            self._closed_again_at = self._clock() + self._open_for_s
            return True

    def succeeded(self) -> None:
        """Note that a call went well."""
        self._failed = 0

    def failed(self) -> None:
        """Note that a call failed."""
        with self._lock:
            self._failed += 1
            if self._failed >= self._limit:
                self._closed_again_at = self._clock() + self._open_for_s
