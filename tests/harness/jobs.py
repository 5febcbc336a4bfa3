"""Jobs that behave badly."""

import os
import re
import signal
import time

from gateway.processing.job import Job


def hold(_: Job) -> None:
    """Stay in C code that lets go of nothing, for years."""
    re.fullmatch(r"(a+)+", "a" * 60 + "b")


def sleep(job: Job) -> str:
    """Notice nothing for a while."""
    time.sleep(job.args.get("seconds", 600))
    return "late"


def die(_: Job) -> None:
    """Take the process along."""
    os.kill(os.getpid(), signal.SIGKILL)


def eat(_: Job) -> int:
    """Want more memory than there is."""
    return len(bytearray(16 * 1024**3))


def quick(job: Job) -> str:
    """Do next to nothing."""
    return job.id
