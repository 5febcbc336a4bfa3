"""Waiting for what other threads and processes do; a test fails only where it never comes."""

import time
from collections.abc import Callable
from typing import TypeVar

Told = TypeVar("Told")


def eventually(ask: Callable[[], Told], *, within_s: float = 60.0, every_s: float = 0.02) -> Told:
    """Return the first answer that is true."""
    until = time.monotonic() + within_s
    while not (told := ask()):
        assert time.monotonic() < until, f"it did not come within {within_s:g} s; the last answer was {told!r}"
        time.sleep(every_s)
    return told
