"""A task that tells when it was started: as a processor of ours, and as a task of bare Celery."""

import os
import socket
import time
from pathlib import Path
from typing import Final

from celery import Celery, Task

from gateway.processing.job import Job

KIND: Final = "noted"
SOCKET: Final = "BENCH_NOTES"  #: the environment's name for where the notes go
RULES: Final = f'[processing.processors]\n{KIND} = "bench.noted:started"\n'
_NAME: Final = "bench.noted"


def started(job: Job) -> None:
    """Tell, as a processor."""
    del job
    _note()


def define(app: Celery) -> Task:
    """Return the task, as *app* knows it."""

    @app.task(name=_NAME, acks_late=True, ignore_result=True)
    def noted() -> None:
        """Tell."""
        _note()

    return noted


def receiver(path: Path) -> socket.socket:
    """Return what the notes come in through: each is the machine's monotonic time in nanoseconds."""
    notes = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notes.bind(str(path))
    return notes


def _note() -> None:
    now = time.monotonic_ns()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notes:
        notes.sendto(str(now).encode(), os.environ[SOCKET])
