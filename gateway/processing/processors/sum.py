"""`sum`: the model of a job that computes."""

from typing import Final

from gateway.errors import PermanentFailure
from gateway.processing.job import Job

MOST: Final = 100_000_000
_STEP: Final = 1_000_000  #: additions between two reports of progress, some tens of milliseconds


def add_up(job: Job) -> int:
    """
    Return 1 + 2 + … + `args["n"]`, by iteration: the point is the work.

    Raises:
        PermanentFailure: as `n_of`.
    """
    n = n_of(job)
    total = 0
    for start in range(1, n + 1, _STEP):
        job.progress(start / n)
        for number in range(start, min(start + _STEP, n + 1)):
            total += number
    return total


def n_of(job: Job) -> int:
    """
    Return what *job* asks.

    Raises:
        PermanentFailure: n is no integer from 0 to `MOST`.
    """
    n = job.args.get("n")
    if not isinstance(n, int) or isinstance(n, bool) or not 0 <= n <= MOST:
        raise PermanentFailure
    return n
