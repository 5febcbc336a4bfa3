"""The one clock that ledgers read, unless a test or a database brings its own."""

import time


def now_ms() -> int:
    """Return the milliseconds since the epoch, UTC."""
    return time.time_ns() // 1_000_000
