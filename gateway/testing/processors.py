"""What every processor keeps."""

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar, Final

from gateway.errors import Canceled
from gateway.ledger.rows import from_json, to_json
from gateway.message.ids import new_id
from gateway.processing.job import Job, Processor
from gateway.screening.screener import Screener, build_screener

_ACTED_UPON: Final = 0.5  #: the score from which the shipped policy acts on a finding
_THREADS: Final = 4


def a_job(content: str = "", **fields: Any) -> Job:
    """Return a job as a worker makes it; *fields* are those of `Job`, such as `args`."""
    return Job(**{"id": new_id(), "kind": "trial", "attempt": 1, "content": content, **fields})


class ProcessorContract:
    """A processor's suite: say which it is, and give it jobs that it can do, each within a few seconds."""

    stops_within_s: ClassVar[float] = 5.0  #: how soon it has to end once its job was canceled

    def processor(self) -> Processor:
        """Return the processor."""
        raise NotImplementedError

    def jobs(self) -> Sequence[Job]:
        """Return some jobs, made by `a_job`; what they hold should be nothing personal."""
        raise NotImplementedError

    def test_it_returns_what_json_can_say(self) -> None:
        """A worker writes the result down as JSON; what is none fails the task."""
        for job in self.jobs():
            _json(self.processor()(job))

    def test_the_same_task_twice_gives_the_same_result(self) -> None:
        """A worker may be lost after its work and before its word: then another does it again, under the same id."""
        for job in self.jobs():
            first, second = (_json(self.processor()(replace(job, attempt=attempt))) for attempt in (1, 2))
            assert first == second, "the second attempt at the same task had another result"

    def test_it_may_run_in_many_threads_at_once(self) -> None:
        """The `io` pool does so."""
        jobs = [job for job in self.jobs() for _ in range(_THREADS)]
        processor = self.processor()
        alone = [_json(processor(job)) for job in jobs]
        with ThreadPoolExecutor(_THREADS) as pool:
            assert list(map(_json, pool.map(processor, jobs))) == alone, "beside others a job had another result"

    def test_its_progress_goes_from_0_to_1(self) -> None:
        """People see it as a share of the whole."""
        told: list[float] = []
        for job in self.jobs():
            self.processor()(replace(job, report=told.append))
        assert [done for done in told if not 0 <= done <= 1] == [], "progress lies outside 0 to 1"

    def test_it_stops_when_its_job_was_canceled(self) -> None:
        """By `job.progress` or `job.check`, which raise `Canceled`: let it through. One that is quick need not ask."""
        for job in self.jobs():
            trial = _CanceledTrial(self.processor(), job)
            trial.start()
            trial.join(self.stops_within_s)
            assert not trial.is_alive(), f"it still runs {self.stops_within_s:g} s after its job was canceled"
            assert not trial.knew or trial.error is Canceled, "it did not let `Canceled` through"

    def test_its_result_holds_nothing_that_the_gateway_would_take_out(self) -> None:
        """What is found in a result is redacted before it is kept: then nobody gets what the processor meant."""
        for job in self.jobs():
            found = [each for each in _screener().screen(_json(self.processor()(job))) if each.score >= _ACTED_UPON]
            assert found == [], "the screening finds something in the result"

    def test_it_writes_nothing_of_its_job_into_a_log(self) -> None:
        """What a job holds was screened by rules; a log is read by others than those who made them."""
        for job in self.jobs():
            held = [text for text in (job.content, *_strings(job.args), *_strings(job.metadata)) if text.strip()]
            lines = _logged(self.processor(), job)
            assert not any(text in line for text in held for line in lines), "a log line repeats what the job holds"


def _json(result: Any) -> Any:
    try:
        return from_json(to_json(result))
    except TypeError:
        raise AssertionError("the result cannot be written as JSON") from None


class _CanceledTrial(threading.Thread):
    """Runs a job that was canceled before it began."""

    def __init__(self, processor: Processor, job: Job) -> None:
        super().__init__(daemon=True)
        self._processor = processor
        self._job = replace(job, stopped=self._stopped)
        self.knew = False  #: whether the processor asked
        self.error: type[BaseException] | None = None

    def run(self) -> None:
        """Keep how it ended."""
        try:
            self._processor(self._job)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is told
            self.error = type(error)

    def _stopped(self) -> bool:
        self.knew = True
        return True


@cache
def _screener() -> Screener:
    return build_screener()


def _strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list | tuple):
        return [text for each in value for text in _strings(each)]
    return [text for each in value.values() for text in _strings(each)] if hasattr(value, "values") else []


class _Lines(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        self.lines.append(self.format(record))


def _logged(processor: Processor, job: Job) -> list[str]:
    """Return what is logged while *job* runs, by any logger that passes its lines on."""
    handler, root = _Lines(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        processor(job)
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    return handler.lines
