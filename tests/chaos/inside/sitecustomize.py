"""
Python imports this in each of the mesh's programs, for its folder is on their PYTHONPATH: their clock can be set.

The file `chaos/clock` of the home holds by how many seconds `time.time` and `time.time_ns` are off. Clocks that only go
forward (`time.monotonic`) are left alone, as the kernel does when somebody sets the machine's time.
"""

import os
import time
from pathlib import Path

_LOOK_EVERY_S = 0.2
_NS = 1_000_000_000


def _set_clock(file: Path) -> None:
    true_time_ns = time.time_ns
    looked_at, off_ns = 0.0, 0

    def time_ns() -> int:
        nonlocal looked_at, off_ns
        if time.monotonic() - looked_at > _LOOK_EVERY_S:
            looked_at = time.monotonic()
            try:
                off_ns = int(float(file.read_text()) * _NS)
            except (OSError, ValueError):
                off_ns = 0
        return true_time_ns() + off_ns

    time.time_ns = time_ns
    time.time = lambda: time_ns() / _NS


if "GATEWAY_HOME" in os.environ and (Path(os.environ["GATEWAY_HOME"]) / "chaos").is_dir():
    _set_clock(Path(os.environ["GATEWAY_HOME"]) / "chaos" / "clock")
