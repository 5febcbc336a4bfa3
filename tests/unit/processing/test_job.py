import pytest

from gateway.errors import Canceled
from gateway.processing.job import Job


def test_a_job_tells_how_far_it_is():
    told: list[float] = []
    job = Job(id="1", kind="k", attempt=1, content="", report=told.append)

    job.progress(0.5)

    assert told == [0.5]


def test_a_job_that_should_stop_tells_nothing_more():
    told: list[float] = []
    job = Job(id="1", kind="k", attempt=1, content="", report=told.append, stopped=lambda: True)

    for call in (job.check, lambda: job.progress(0.5)):
        with pytest.raises(Canceled):
            call()

    assert told == []


def test_nobody_looks_at_a_synchronous_message():
    job = Job(id="1", kind="k", attempt=1, content="")

    assert (job.progress(1.0), job.check()) == (None, None)
