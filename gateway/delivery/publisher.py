"""
One thread that talks to the broker for all callers of a process, so that none of them waits longer than it wants to.

What callers hand over while a message is on its way shares the next ones. A caller's wait ends after its time,
wherever the thread hangs: in a name server, in a socket that takes everything, in a library.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from gateway.delivery.breaker import Breaker
from gateway.errors import BrokerUnavailable
from gateway.gathering import Company

_GATHER_S: Final = 0.0005  #: callers whose tasks were committed together come one after the other
_MOST_WAITING: Final = 10_000  #: callers; more would mean that nobody waits for an answer any more


class Address(NamedTuple):
    """Where ids go."""

    pool: str
    priority: int


class _Parcel:
    """What one caller has handed over. Slots and a bare lock: it is made for each task."""

    __slots__ = ("address", "done", "failed", "ids", "thread", "together")

    def __init__(self, address: Address, ids: Sequence[str], *, together: bool) -> None:
        self.address = address
        self.ids = ids
        self.together = together
        self.failed = False
        self.thread = threading.get_ident()
        self.done = threading.Lock()
        self.done.acquire()


class Publisher:
    """Sends messages of ids, skips a broker that failed for a while, and lets one caller try it then."""

    def __init__(
        self,
        send: Callable[[Address, Sequence[str]], None],
        *,
        most_together: int,
        wait_s: float = 0.5,
        open_for_s: float = 5.0,
    ) -> None:
        """
        Start nothing yet: the thread begins with the first message, so after any fork.

        Args:
            send: sends one message, or raises `BrokerUnavailable`; called by the thread alone.
            most_together: the most ids that share a message.
            wait_s: how long a caller waits.
            open_for_s: for how long a broker that failed is left alone.
        """
        self._send = send
        self._most_together = most_together
        self._wait_s = wait_s
        self._breaker = Breaker(failures=1, open_for_s=open_for_s)
        self._waiting: deque[_Parcel] = deque()
        self._lock = threading.Lock()
        self._news = threading.Semaphore(0)
        self._company = Company(wait_s=_GATHER_S)
        self._thread: threading.Thread | None = None

    def publish(self, address: Address, ids: Sequence[str], *, together: bool) -> None:
        """
        Have the ids published, and wait for it.

        Args:
            together: whether they may share a message, with each other and with those of other callers.

        Raises:
            BrokerUnavailable: some may not have been taken.
        """
        if not self._breaker.allows() or len(self._waiting) > _MOST_WAITING:
            raise BrokerUnavailable
        parcel = _Parcel(address, ids, together=together)
        if self._thread is None or not self._thread.is_alive():
            self._start()
        self._waiting.append(parcel)
        self._news.release()
        if not parcel.done.acquire(timeout=self._wait_s):
            self._breaker.failed()  # until the thread gets through; then it publishes this, too
            raise BrokerUnavailable
        if parcel.failed:
            raise BrokerUnavailable

    def _start(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            self._news.acquire()
            since = time.monotonic()
            parcels = [self._waiting.popleft()]
            while self._more_comes(parcels, since):
                parcels.append(self._waiting.popleft())
            self._deliver(parcels)
            self._company.answered(parcel.thread for parcel in parcels)

    def _more_comes(self, parcels: Sequence[_Parcel], since: float) -> bool:
        """Tell whether there is one more to go with the *parcels*, the first of which came at *since*."""
        if self._news.acquire(blocking=False):
            return True
        patience_s = self._company.patience_s({parcel.thread for parcel in parcels}, since=since)
        return patience_s > 0 and self._news.acquire(timeout=patience_s)

    def _deliver(self, parcels: list[_Parcel]) -> None:
        """Send what has gathered; after a failure nothing more of it is tried."""
        together: dict[Address, list[_Parcel]] = {}
        failed = False
        for parcel in parcels:
            if parcel.together:
                together.setdefault(parcel.address, []).append(parcel)
            else:
                failed = failed or not self._sent(parcel.address, [[each] for each in parcel.ids])
                _settle([parcel], failed=failed)
        for address, group in together.items():
            ids = [each for parcel in group for each in parcel.ids]
            step = self._most_together
            messages = [ids[at : at + step] for at in range(0, len(ids), step)]
            failed = failed or not self._sent(address, messages)
            _settle(group, failed=failed)

    def _sent(self, address: Address, messages: Sequence[Sequence[str]]) -> bool:
        try:
            for ids in messages:
                self._send(address, ids)
        except Exception:  # noqa: BLE001 - the callers learn it; the thread must serve the next ones
            self._breaker.failed()
            return False
        self._breaker.succeeded()
        return True


def _settle(parcels: Sequence[_Parcel], *, failed: bool) -> None:
    for parcel in parcels:
        parcel.failed = failed
        parcel.done.release()
