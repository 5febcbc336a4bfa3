"""
One thread that talks to the broker for all callers of a process, so that none of them waits longer than it wants to.

What callers hand over while a message is on its way shares the next ones. Nobody waits for the thread longer than its
time, wherever it hangs: in a name server, in a socket that takes everything, in a library.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Final, NamedTuple

from gateway.delivery.breaker import Breaker
from gateway.delivery.queue import Told
from gateway.errors import BrokerUnavailable

_MOST_WAITING: Final = 10_000  #: parcels; more would mean that nobody waits for an answer any more


class Address(NamedTuple):
    """Where ids go."""

    pool: str
    priority: int


class _Parcel(NamedTuple):
    """What one caller has handed over."""

    ids: Mapping[Address, Sequence[str]]
    told: Told
    together: bool


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
            wait_s: how long a caller waits, and how long a message may take before the others are refused.
            open_for_s: for how long a broker that failed is left alone.
        """
        self._send = send
        self._most_together = most_together
        self._wait_s = wait_s
        self._breaker = Breaker(failures=1, open_for_s=open_for_s)
        self._waiting: SimpleQueue[_Parcel] = SimpleQueue()
        self._lock = threading.Lock()
        self._sending_since: float | None = None
        self._thread: threading.Thread | None = None

    def hand_over(self, ids: Mapping[Address, Sequence[str]], told: Told, *, together: bool) -> None:
        """
        Have the ids published, without waiting for it.

        Args:
            told: called once: with True when all of them are sent, with False where some may not be; at once where
                the broker is left alone, else by the thread.
            together: whether they may share messages, with each other and with those of other callers.
        """
        if self._thread is None or not self._thread.is_alive():  # also in a child made by fork
            self._start()
        if self._hangs() or not self._breaker.allows() or self._waiting.qsize() > _MOST_WAITING:
            told(False)
            return
        self._waiting.put(_Parcel(ids, told, together))

    def publish(self, address: Address, task_id: str) -> None:
        """
        Have one id published by a message of its own, and wait for it.

        Raises:
            BrokerUnavailable: it may not have been taken.
        """
        done = threading.Event()
        outcome: list[bool] = []

        def told(taken: bool) -> None:  # noqa: FBT001 - as `Told` is
            outcome.append(taken)
            done.set()

        self.hand_over({address: [task_id]}, told, together=False)
        if not done.wait(self._wait_s) or not outcome[0]:
            raise BrokerUnavailable

    def _hangs(self) -> bool:
        since = self._sending_since
        return since is not None and time.monotonic() - since > self._wait_s

    def _start(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._sending_since = None  # what the parent was sending is its own
                self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            parcels = [self._waiting.get()]
            with suppress(Empty):
                while True:
                    parcels.append(self._waiting.get_nowait())
            self._deliver(parcels)

    def _deliver(self, parcels: Sequence[_Parcel]) -> None:
        """Send what has gathered; after a failure nothing more of it is tried."""
        messages = self._messages(parcels)
        sent = 0
        try:
            for address, ids in messages:
                self._sending_since = time.monotonic()
                self._send(address, ids)
                sent += 1
        except Exception:  # noqa: BLE001 - the callers learn it; the thread must serve the next ones
            self._breaker.failed()
        else:
            self._breaker.succeeded()
        finally:
            self._sending_since = None
        unsent = {each for _, ids in messages[sent:] for each in ids}
        for parcel in parcels:
            with suppress(Exception):  # one who cannot bear it must not keep it from the others
                parcel.told(all(unsent.isdisjoint(ids) for ids in parcel.ids.values()))

    def _messages(self, parcels: Sequence[_Parcel]) -> list[tuple[Address, Sequence[str]]]:
        messages: list[tuple[Address, Sequence[str]]] = []
        together: dict[Address, list[str]] = {}
        for parcel in parcels:
            for address, ids in parcel.ids.items():
                if parcel.together:
                    together.setdefault(address, []).extend(ids)
                else:
                    messages += [(address, [each]) for each in ids]
        step = self._most_together
        for address, ids in together.items():
            messages += [(address, ids[at : at + step]) for at in range(0, len(ids), step)]
        return messages
