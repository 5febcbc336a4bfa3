"""Rotation of the log files by size; the monitor calls it."""

from pathlib import Path
from typing import Final

KEPT: Final = 5  #: older files of each log


def rotate(logs: Path, *, max_bytes: int) -> list[str]:
    """
    Rename each log above *max_bytes* to `.1`, older ones one further, and return the names that were rotated.

    No line is lost: a writer that still has the renamed file open writes into it, and opens the new one for its
    next line. The oldest is dropped.
    """
    rotated = []
    for log in sorted(logs.glob("*.txt")):
        if log.stat().st_size <= max_bytes:
            continue
        for number in range(KEPT - 1, 0, -1):
            older = log.with_name(f"{log.name}.{number}")
            if older.exists():
                older.rename(log.with_name(f"{log.name}.{number + 1}"))
        log.rename(log.with_name(f"{log.name}.1"))
        rotated.append(log.name)
    return rotated
