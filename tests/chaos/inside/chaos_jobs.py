"""
Kinds of tasks with an effect that can be counted, and kinds that do what no good one does.

An effect is a line in `chaos/effects.txt` of the home. One write of a short line is whole or not at all, also where the
process is killed.
"""

import os
import random
import signal
import time
from pathlib import Path
from typing import Any

from gateway.processing.job import Job

EFFECTS = "effects.txt"
POISONED_S = 0.05  #: from the claim to the death, so that the first beat may be on its way
HANGS_S = 12.0  #: far over its limit; without one, so long that it is seen, and not for ever
_STEP_S = 0.05


class Shaken(Exception):
    """An outside service was unsteady."""


def once(job: Job) -> Any:
    """Have an effect, and return at once."""
    return _done(job)


def nap(job: Job) -> Any:
    """Sleep `args["seconds"]`, and look up now and then."""
    until = time.monotonic() + job.args["seconds"]
    while time.monotonic() < until:
        job.check()
        time.sleep(_STEP_S)
    return _done(job)


def burn(job: Job) -> Any:
    """Compute for `args["seconds"]`."""
    until = time.monotonic() + job.args["seconds"]
    total = 0
    while time.monotonic() < until:
        total += sum(range(20_000))
        job.check()
    return _done(job)


def shaky(job: Job) -> Any:
    """Fail one time in three."""
    if random.random() < 1 / 3:
        raise Shaken
    return _done(job)


def poison(job: Job) -> Any:
    """Kill the process that runs it, at every attempt."""
    _write("start", job)
    time.sleep(POISONED_S)
    os.kill(os.getpid(), signal.SIGKILL)
    return None


def hang(job: Job) -> Any:
    """Look at nothing for far longer than its limit."""
    time.sleep(HANGS_S)
    return _done(job)


def _done(job: Job) -> Any:
    """Have the effect, which doing it twice does not change: what is written is the task's id."""
    _write("done", job)
    return {"echo": job.content}


def _write(word: str, job: Job) -> None:
    file = Path(os.environ["GATEWAY_HOME"]) / "chaos" / EFFECTS
    handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, f"{word} {job.id} {job.attempt}\n".encode())
    finally:
        os.close(handle)
