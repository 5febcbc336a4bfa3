"""What an attempt may take, and how one that takes more is stopped."""

import os
import resource
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from gateway.errors import GatewayError

_LATER_S: Final = 1.0  #: the kernel's alarm, after the worker's own

CANCEL_GRACE_S: Final = 10.0  #: for a job to notice that it was canceled


class TimeLimitExceeded(GatewayError):
    """The attempt ran longer than its kind may."""

    code = "time_limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What tasks of one kind may take; None: no limit, or as for every kind."""

    seconds: float | None = None  #: of one attempt
    attempts: int | None = None
    at_once: int | None = None  #: in the whole mesh


NO_LIMIT: Final = Limit()


class Room(Protocol):
    """What attempts run in, and what can be done there about one that does not stop."""

    @property
    def is_shared(self) -> bool:
        """Whether others run beside an attempt."""

    def enter(self, seconds: float | None) -> None:
        """An attempt begins that may run for so long."""

    def leave(self, attempt: object) -> None:
        """It has come to its end, in time or late."""

    def remove(self, attempt: object) -> None:
        """Do something about an attempt that nobody waits for any more, and that goes on."""


class Threads:
    """A thread cannot be stopped: where half of them are lost, the whole process is replaced."""

    is_shared: Final = True

    def __init__(self, size: int, *, replace: Callable[[], object]) -> None:
        """
        Begin with none lost.

        Args:
            size: how many attempts run side by side.
            replace: has the process end in order, and be started anew.
        """
        self._most = max(1, size // 2)
        self._replace = replace
        self._lost: set[object] = set()
        self._lock = threading.Lock()

    def enter(self, seconds: float | None) -> None:
        """Nothing is prepared."""

    def leave(self, attempt: object) -> None:
        """Count its thread as free again."""
        if self._lost:
            with self._lock:
                self._lost.discard(attempt)

    def remove(self, attempt: object) -> None:
        """Count its thread as lost."""
        with self._lock:
            self._lost.add(attempt)
            too_many = len(self._lost) == self._most
        if too_many:
            self._replace()


class OwnProcess:
    """A process that runs one attempt at a time: it is killed, and its pool has another."""

    is_shared: Final = False

    def enter(self, seconds: float | None) -> None:
        """Have the kernel end this process, where code that holds the interpreter lets no thread of ours do so."""
        if seconds is not None:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, seconds + _LATER_S)

    def leave(self, attempt: object) -> None:
        """Call the kernel's alarm off."""
        del attempt
        signal.setitimer(signal.ITIMER_REAL, 0)

    def remove(self, attempt: object) -> None:
        """End here and now."""
        del attempt
        os.kill(os.getpid(), signal.SIGKILL)


def limit_memory(megabytes: int) -> None:
    """Let this process hold no more data: a job that wants more gets a `MemoryError`, and the machine stays well."""
    resource.setrlimit(resource.RLIMIT_DATA, (megabytes * 1024 * 1024, resource.RLIM_INFINITY))
