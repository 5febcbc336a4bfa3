"""How many tasks there are, for many who ask: counting costs more the more there is."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.errors import LedgerUnavailable
from gateway.ledger.ledger import Ledger, PoolDepth
from gateway.ledger.task import Status

_SHARE: Final = 10  #: times as long as counting took, its figures are told again
_LONGEST_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What was counted."""

    at: float  #: when the count began, in seconds since the epoch
    tasks: Mapping[Status, int]
    pools: Sequence[PoolDepth]


class Figures:
    """Counts for all threads of a process: one at a time, a tenth of the time at most. A small ledger's are fresh."""

    def __init__(self, ledger: Ledger, *, steady: Callable[[], float] = time.monotonic) -> None:
        """Count nothing yet."""
        self._ledger = ledger
        self._steady = steady
        self._lock = threading.Lock()
        self._counted: Counted | None = None
        self._again_at = 0.0

    def counted(self) -> Counted:
        """
        Return what was counted last, or is now; who comes while it is being counted shares the count.

        Raises:
            LedgerUnavailable: it could not be counted, now or just before.
        """
        with self._lock:
            started = self._steady()
            if started >= self._again_at:
                self._counted = None
                try:
                    at = time.time()
                    self._counted = Counted(at=at, tasks=self._ledger.counts(), pools=self._ledger.depths())
                finally:  # what failed by taking too long is not tried by one after the other
                    ended = self._steady()
                    self._again_at = ended + min(_LONGEST_S, _SHARE * (ended - started))
            if self._counted is None:
                raise LedgerUnavailable
            return self._counted
