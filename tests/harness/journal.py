"""The lines that a program would have written."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from gateway.telemetry.logs import OURS, LineFormatter


class Lines(logging.Handler):
    """Keeps every record as its line, as `logs/test.txt` would hold it."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(LineFormatter("test"))
        self.written: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.written += self.format(record).split("\n")

    def of(self, event: str) -> list[str]:
        """Return the lines of one event."""
        return [line for line in self.written if line.split()[3] == event]

    @property
    def text(self) -> str:
        return "\n".join(self.written)


@contextmanager
def collected_lines() -> Iterator[Lines]:
    lines = Lines()
    root, ours = logging.getLogger(), logging.getLogger(OURS)
    level = ours.level
    root.addHandler(lines)
    ours.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        ours.setLevel(level)
        root.removeHandler(lines)
