"""`wait_and_return`: the model of a job that waits for something outside."""

import time
from typing import Any, Final

from gateway.errors import PermanentFailure
from gateway.processing.job import Job

LONGEST_S: Final = 60
_STEP_S: Final = 0.25  #: how soon it notices that it was canceled


def wait_and_return(job: Job) -> Any:
    """
    Wait `args["seconds"]`, and return `args["value"]`.

    Raises:
        PermanentFailure: as `seconds_of`.
    """
    seconds = seconds_of(job)
    started = time.monotonic()
    while (waited := time.monotonic() - started) < seconds:
        job.progress(waited / seconds)
        time.sleep(min(_STEP_S, seconds - waited))
    return job.args.get("value")


def seconds_of(job: Job) -> float:
    """
    Return what *job* asks.

    Raises:
        PermanentFailure: seconds is no number from 0 to `LONGEST_S`.
    """
    seconds = job.args.get("seconds")
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 <= seconds <= LONGEST_S:
        raise PermanentFailure
    return seconds
