"""`sum`: the model of a job that computes."""

from typing import Final

from gateway.processing.job import Job

_STEP: Final = 1_000_000  #: additions between two reports of progress, some tens of milliseconds


def add_up(job: Job) -> int:
    """Return 1 + 2 + … + `args["n"]`, by iteration: the point is the work."""
    n = int(job.args["n"])
    total = 0
    for start in range(1, n + 1, _STEP):
        job.progress(start / n)
        for number in range(start, min(start + _STEP, n + 1)):
            total += number
    return total
