"""The tasks that came with one message, on their way through one worker."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.ledger.task import Ending, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """An attempt that has ended, and is not written down yet."""

    task: Task
    ending: Ending
    seconds: float


class Batch:
    """
    Which of the tasks have not begun, which one runs, and which have ended.

    Its worker takes one after the other; another thread may take away what has not begun. Each is given to one of them.
    """

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._lock = threading.Lock()
        self._waiting = deque(tasks)
        self._running: Task | None = None
        self._since = 0.0  #: when that one began, by the monotonic clock
        self._done: list[Done] = []

    def next(self) -> Task | None:
        """Return the task to run now; None where there is none left."""
        with self._lock:
            self._running = self._waiting.popleft() if self._waiting else None
            self._since = time.monotonic()
            return self._running

    def is_over(self) -> bool:
        """Tell whether there is nothing left to run, and nothing runs."""
        with self._lock:
            return not self._running and not self._waiting

    def running_s(self) -> float:
        """Return for how long the one that runs has run."""
        with self._lock:
            return time.monotonic() - self._since if self._running else 0.0

    def add(self, done: Done) -> None:
        """Note how the one that ran has ended."""
        with self._lock:
            self._running = None
            self._done.append(done)

    def take_done(self) -> list[Done]:
        """Return what is to be written down, for whoever asks first."""
        with self._lock:
            done, self._done = self._done, []
            return done

    def break_up(self, take: Callable[[list[Done], list[Task]], object]) -> Task | None:
        """
        Take away what has ended and what has not begun, and return the one that runs between.

        Args:
            take: is given both. The worker goes on only after that: it finds nothing gone that nobody has yet.
        """
        with self._lock:
            take(self._done, list(self._waiting))
            self._done = []
            self._waiting.clear()
            return self._running
