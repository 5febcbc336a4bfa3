"""The beats that keep a process's claims its own, and tell its jobs when they are not."""

import threading
from collections.abc import Callable
from typing import Final

from gateway.journal import Journal
from gateway.ledger.ledger import Ledger
from gateway.ledger.task import Claim
from gateway.telemetry.logs import error_fields

_INTERVAL_S: Final = 1.0  #: how soon a running job learns that it was canceled


class Heartbeat:
    """Beats for all jobs that run in this process, in one statement; at rest when there are none."""

    def __init__(
        self,
        ledger: Ledger,
        journal: Journal,
        *,
        lease_ms: int,
        on_lost: Callable[[Claim], object] = lambda _: None,
    ) -> None:
        """
        Start nothing yet.

        Args:
            on_lost: told once of each claim that no longer holds while its job runs; it returns at once.
        """
        self._on_lost = on_lost
        self._ledger = ledger
        self._journal = journal
        self._lease_ms = lease_ms
        self._interval_s = min(_INTERVAL_S, lease_ms / 3000)
        self._lock = threading.Lock()
        self._running: dict[Claim, threading.Event] = {}
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, claim: Claim) -> threading.Event:
        """Beat for *claim* from now on; the event is set once the claim no longer holds."""
        stopped = threading.Event()
        with self._lock:
            if self._thread is None or not self._thread.is_alive():  # also in a child made by fork
                thread = threading.Thread(target=self._beat_for_ever, name="heartbeat", daemon=True)
                thread.start()  # where it cannot, nobody may beat for what does not run
                self._thread = thread
            self._running[claim] = stopped
        self._wake.set()
        return stopped

    def stop(self, claim: Claim) -> None:
        """Beat no longer for *claim*."""
        with self._lock:
            self._running.pop(claim, None)

    def _beat_for_ever(self) -> None:
        waiting = threading.Event()
        while True:
            self._wake.wait()
            waiting.wait(self._interval_s)
            with self._lock:
                running = dict(self._running)
                if not running:
                    self._wake.clear()
                    continue
            try:
                held = self._ledger.beat(running, lease_ms=self._lease_ms)
            except Exception as error:  # noqa: BLE001 - whatever it is, the next beat may come in time
                self._journal.error("heartbeat.missed", **error_fields(error))
                continue
            for claim, stopped in running.items():
                if claim not in held and not stopped.is_set():
                    stopped.set()
                    self._on_lost(claim)
