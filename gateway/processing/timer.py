"""Calls that are due later: one thread waits for all of them."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from typing import Final

_AGAIN_S: Final = 1.0  #: until a call for which there was no thread is tried again
_FORGOTTEN: Final = 64  #: calls that were called off may lie about before they are cleared away


class Call:
    """What is to be called, until it is called off."""

    __slots__ = ("due_at", "function", "number")

    def __init__(self, due_at: float, number: int, function: Callable[[], object]) -> None:
        self.due_at = due_at
        self.number = number
        self.function: Callable[[], object] | None = function

    def __lt__(self, other: "Call") -> bool:
        """Order by time, then as they came."""
        return (self.due_at, self.number) < (other.due_at, other.number)

    def cancel(self) -> None:
        """Call it off; too late where it has begun."""
        self.function = None


class Timer:
    """
    Calls each function when it is due, in a thread of its own: one that takes long keeps no other waiting.

    It is meant for what is mostly called off: asking for a call and calling it off start no thread.
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._calls: list[Call] = []
        self._numbers = itertools.count()
        self._thread: threading.Thread | None = None

    def call_in(self, seconds: float, function: Callable[[], object]) -> Call:
        """Have *function* called in so many seconds."""
        call = Call(time.monotonic() + seconds, next(self._numbers), function)
        with self._condition:
            self._forget()
            heapq.heappush(self._calls, call)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="timer", daemon=True)
                self._thread.start()
            elif self._calls[0] is call:
                self._condition.notify()
        return call

    def _forget(self) -> None:
        """Drop what was called off, now and then: most of it never gets to the front in its time."""
        if len(self._calls) > _FORGOTTEN and sum(call.function is None for call in self._calls) > _FORGOTTEN // 2:
            self._calls = [call for call in self._calls if call.function is not None]
            heapq.heapify(self._calls)

    def _run(self) -> None:
        while True:
            with self._condition:
                while not self._calls:
                    self._condition.wait()
                wait_s = self._calls[0].due_at - time.monotonic()
                if wait_s > 0:
                    self._condition.wait(wait_s)
                    continue
                call = heapq.heappop(self._calls)
            self._begin(call)

    def _begin(self, call: Call) -> None:
        if (function := call.function) is None:
            return
        try:
            threading.Thread(target=function, name="timer-call", daemon=True).start()
        except (RuntimeError, MemoryError):  # there may be no more threads for now
            call.due_at = time.monotonic() + _AGAIN_S
            with self._condition:
                heapq.heappush(self._calls, call)
