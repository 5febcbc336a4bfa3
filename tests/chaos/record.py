"""What the callers of a run saw."""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

FAILS = object()  #: stands for a result: this task has to fail
EITHER = object()  #: it may fail, where limits are in force, or complete


@dataclass(frozen=True)
class Accepted:
    """A task that a 2xx promised."""

    id: str
    kind: str
    expected: Any  #: its result, or FAILS or EITHER
    at: float  #: of the monotonic clock


@dataclass
class Record:
    """Written by all callers, read at the end."""

    accepted: dict[str, Accepted] = field(default_factory=dict)
    canceled: set[str] = field(default_factory=set)  #: whose cancel was answered with 200
    seen_ended: dict[str, tuple[str, Any]] = field(default_factory=dict)  #: the first end that was seen, and its result
    answers: Counter[str] = field(default_factory=Counter)  #: what was asked, and the status
    slowest_s: float = 0.0
    dishonest: list[str] = field(default_factory=list)  #: answers that should not have come
    broken: list[tuple[float, str]] = field(default_factory=list)  #: connections that broke, and when
    requests: set[str] = field(default_factory=set)  #: the marks of all that was asked for, answered or not
    failure: BaseException | None = None  #: of a caller itself
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def accept(self, task: Accepted) -> None:
        with self._lock:
            if task.id in self.accepted:
                self.dishonest.append(f"{task.id} was given to two requests")
            self.accepted[task.id] = task

    def ended(self, task_id: str, status: str, result: Any) -> None:
        with self._lock:
            self.seen_ended.setdefault(task_id, (status, result))

    def answered(self, what: str, status: int, seconds: float) -> None:
        with self._lock:
            self.answers[f"{what} {status}"] += 1
            self.slowest_s = max(self.slowest_s, seconds)

    def broke(self, error: BaseException) -> None:
        with self._lock:
            self.broken.append((time.monotonic(), type(error).__name__))
            self.answers["no answer"] += 1

    def complain(self, what: str) -> None:
        with self._lock:
            self.dishonest.append(what)

    def newest(self, number: int) -> list[Accepted]:
        """Return some of the last tasks."""
        with self._lock:
            found = list(self.accepted.values())
        return found[-number:]
