"""`wait_and_return`: the model of a job that waits for something outside."""

import time
from typing import Any, Final

from gateway.processing.job import Job

_STEP_S: Final = 0.25  #: how soon it notices that it was canceled


def wait_and_return(job: Job) -> Any:
    """Wait `args["seconds"]`, and return `args["value"]`."""
    seconds = float(job.args["seconds"])
    started = time.monotonic()
    while (waited := time.monotonic() - started) < seconds:
        job.progress(waited / seconds)
        time.sleep(min(_STEP_S, seconds - waited))
    return job.args.get("value")
