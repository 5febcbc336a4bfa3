"""The ready-made jobs keep the contract that is asked of everybody's, and the contract tells who does not."""

import logging
import time

import pytest

from gateway.errors import Canceled
from gateway.kinds import READY_MADE
from gateway.processing.processors import load_processors
from gateway.testing import ProcessorContract, a_job

JOBS = {
    "process": [a_job("Hello there.\n\nHow are you?"), a_job("x")],
    "wait_and_return": [a_job(args={"seconds": 0.5, "value": {"a": [1, None]}})],
    "sum": [a_job(args={"n": 10_000}), a_job(args={"n": 2_000_001})],
    "recommendations": [a_job(args={"song": "Dreams", "limit": 5})],
}


@pytest.mark.parametrize("kind", READY_MADE)
class TestReadyMadeJobs(ProcessorContract):
    @pytest.fixture(autouse=True)
    def _each(self, kind: str) -> None:
        self._kind = kind

    def processor(self):
        return load_processors({})[self._kind]

    def jobs(self):
        return JOBS[self._kind]


def count_up(job, calls=[]):  # noqa: B006 - it keeps something, as a careless one would
    calls.append(job)
    return len(calls)


def never_stop(job):
    try:
        job.check()
    except Canceled:
        return "done"


def wait_for_long(_job):
    time.sleep(2)


def overshoot(job):
    job.progress(1.5)


def tell(job):
    logging.getLogger("careless").warning("got %s", job.content)


CARELESS = {
    "it_returns_what_json_can_say": lambda _: {1, 2},
    "the_same_task_twice_gives_the_same_result": count_up,
    "its_progress_goes_from_0_to_1": overshoot,
    "it_stops_when_its_job_was_canceled": never_stop,
    "it_stops_when_its_job_was_canceled ": wait_for_long,
    "its_result_holds_nothing_that_the_gateway_would_take_out": lambda _: "kim@mail.acme-widgets.com",
    "it_writes_nothing_of_its_job_into_a_log": tell,
}


@pytest.mark.parametrize(("promise", "processor"), CARELESS.items(), ids=CARELESS)
def test_a_processor_that_breaks_a_promise_fails_the_test_of_that_name(promise, processor):
    class Suite(ProcessorContract):
        stops_within_s = 0.2

        def processor(self):
            return processor

        def jobs(self):
            return [a_job("zebra7731")]

    with pytest.raises(AssertionError):
        getattr(Suite(), f"test_{promise.strip()}")()
