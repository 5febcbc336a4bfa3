import pytest

from gateway.errors import Canceled
from gateway.processing.job import Job
from gateway.processing.processors.wait import wait_and_return


def job(seconds: float, value: object = None, **fields) -> Job:
    return Job(
        id="1", kind="wait_and_return", attempt=1, content="", args={"seconds": seconds, "value": value}, **fields
    )


@pytest.mark.parametrize("value", [None, 0, "text", {"a": [1]}])
def test_the_value_comes_back(value: object):
    assert wait_and_return(job(0, value)) == value


def test_it_waits_and_tells_its_progress():
    told: list[float] = []

    wait_and_return(job(0.3, report=told.append))

    assert told == sorted(told)
    assert told
    assert all(0 <= done < 1 for done in told)


def test_it_stops_on_the_way():
    told: list[float] = []

    with pytest.raises(Canceled):
        wait_and_return(job(60, report=told.append, stopped=lambda: len(told) == 2))

    assert len(told) == 2


def test_a_job_without_a_value_returns_nothing():
    bare = Job(id="1", kind="wait_and_return", attempt=1, content="", args={"seconds": 0})

    assert wait_and_return(bare) is None
