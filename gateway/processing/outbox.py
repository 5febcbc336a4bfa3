"""Writing down how attempts ended while their worker goes on with the next."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

from gateway.journal import Journal
from gateway.processing.batch import Done
from gateway.telemetry.logs import error_fields

_MOST: Final = 64  #: ends that are not written yet, about; a worker that has more waits
_EVERY_S: Final = 0.02  #: between two writes: what a small one costs, however few it writes, is felt


class Outbox:
    """
    Hands ends to a thread of its own, which writes those together that come soon one after the other.

    The first after a while is written at once: where there is little to do, nobody waits longer to learn of it.

    The broker may know a message as done before the ledger knows its tasks as ended. That loses no task: where the
    process dies in between, the lease ends, and the task spends a try and is run again like any whose worker died.
    """

    def __init__(self, write: Callable[[Sequence[Done]], object], journal: Journal) -> None:
        """Start nothing yet: the thread begins with the first end, so after any fork. *write* takes care of errors."""
        self._write = write
        self._journal = journal
        self._changed = threading.Condition()
        self._waiting: list[Done] = []
        self._unwritten = 0  #: those that wait, and those that are being written
        self._thread: threading.Thread | None = None

    def put(self, done: Sequence[Done]) -> None:
        """Have the ends written, in their order."""
        if not done:
            return
        if not self._has_thread():
            self._wrote(done)
            return
        with self._changed:
            self._changed.wait_for(lambda: self._unwritten < _MOST)
            self._waiting += done
            self._unwritten += len(done)
            self._changed.notify_all()

    def flush(self, *, within_s: float) -> bool:
        """Wait until all is written that was put; False where it was not in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._unwritten == 0, within_s)

    def _has_thread(self) -> bool:
        with self._changed:
            if self._thread is None or not self._thread.is_alive():
                thread = threading.Thread(target=self._run, name="outbox", daemon=True)
                try:
                    thread.start()
                except RuntimeError:  # there may be no more threads
                    return False
                self._thread = thread
            return True

    def _run(self) -> None:
        next_at = 0.0
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
            time.sleep(max(0.0, next_at - time.monotonic()))
            next_at = time.monotonic() + _EVERY_S
            with self._changed:
                done, self._waiting = self._waiting, []
            if not self._wrote(done) and len(done) > 1:
                for each in done:  # what spoils one spoils no other
                    self._wrote([each])
            with self._changed:
                self._unwritten -= len(done)
                self._changed.notify_all()

    def _wrote(self, done: Sequence[Done]) -> bool:
        try:
            self._write(done)
        except Exception as error:  # noqa: BLE001 - the leases end; the thread must serve the next ones
            self._journal.error("task.unwritten", tasks=len(done), **error_fields(error))
            return False
        return True
