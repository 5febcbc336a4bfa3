"""What an attempt may take: time, tries, and how many of its kind run at once."""

import signal
import subprocess
import sys
import threading
import time

import pytest
from harness.eventually import eventually

from gateway.journal import Journal
from gateway.ledger.alert import AlertType
from gateway.ledger.task import Ending, Status
from gateway.processing import runner as runner_module
from gateway.processing.batch import Done
from gateway.processing.job import Job
from gateway.processing.limits import Limit, Threads


@pytest.fixture
def gate():
    """What a job that does not stop waits for."""
    gate = threading.Event()
    yield gate
    gate.set()


def in_thread(runner, *ids: str) -> threading.Thread:
    thread = threading.Thread(target=runner.run, args=(ids,))
    thread.start()
    return thread


def test_an_attempt_that_takes_too_long_has_failed_while_it_still_runs(works, gate):
    task_id = works.task()
    runner = works.runner(lambda _: gate.wait(60), limits={"probe": Limit(seconds=0.1, attempts=1)})

    thread = in_thread(runner, task_id)

    eventually(lambda: works[task_id].status is Status.FAILED)
    assert works[task_id].error == "TimeLimitExceeded: time_limit"
    assert [(alert.type, alert.subject) for alert in eventually(works.ledger.alerts)] == [
        (AlertType.TASK_FAILED, task_id)
    ]
    assert thread.is_alive()
    gate.set()
    thread.join(60)
    assert (works[task_id].status, works[task_id].result) == (Status.FAILED, None)


def test_an_attempt_that_took_too_long_is_tried_again(works, gate):
    task_id = works.task()
    runner = works.runner(lambda _: gate.wait(60), limits={"probe": Limit(seconds=0.1)})

    thread = in_thread(runner, task_id)

    eventually(lambda: works[task_id].status is Status.PENDING)
    assert (works[task_id].failures, works[task_id].error) == (1, "TimeLimitExceeded: time_limit")
    gate.set()
    thread.join(60)


def test_a_job_that_looks_learns_that_its_time_is_over(works):
    task_id = works.task()

    def work(job: Job) -> None:
        eventually(job.stopped)
        job.check()

    works.runner(work, limits={"probe": Limit(seconds=0.1, attempts=1)}).run([task_id])

    assert works[task_id].error == "TimeLimitExceeded: time_limit"


def test_an_attempt_that_ends_in_time_has_no_limit_any_more(works):
    task_id = works.task()

    works.runner(lambda _: "done", limits={"probe": Limit(seconds=0.2)}).run([task_id])
    time.sleep(0.3)

    assert (works[task_id].status, works[task_id].result) == (Status.COMPLETED, "done")


def test_a_kind_may_have_a_number_of_tries_of_its_own(works, clock):
    task_id = works.task()

    def fail(_: Job) -> None:
        raise ValueError

    runner = works.runner(fail, limits={"probe": Limit(attempts=2)}, max_attempts=9)
    for _ in range(2):
        runner.run([task_id])
        clock.now = max(clock.now, works[task_id].not_before or 0)

    assert (works[task_id].status, works[task_id].attempt) == (Status.FAILED, 2)


def test_a_process_is_replaced_once_half_of_its_threads_are_lost(works, gate):
    replaced: list[str] = []
    room = Threads(4, replace=lambda: replaced.append("now"))
    runner = works.runner(lambda _: gate.wait(60), limits={"probe": Limit(seconds=0.05, attempts=1)}, room=room)

    threads = [in_thread(runner, works.task())]
    eventually(lambda: len(room._lost) == 1)
    before = list(replaced)
    threads.append(in_thread(runner, works.task()))

    eventually(lambda: replaced == ["now"])
    assert before == []
    gate.set()
    for thread in threads:
        thread.join(60)


def test_a_thread_that_comes_back_after_all_is_not_lost(works, gate):
    room = Threads(4, replace=lambda: pytest.fail("nothing is to be replaced"))
    runner = works.runner(lambda _: gate.wait(60), limits={"probe": Limit(seconds=0.05, attempts=1)}, room=room)

    for _ in range(4):
        gate.clear()
        thread = in_thread(runner, works.task())
        eventually(lambda: len(room._lost) == 1)
        gate.set()
        thread.join(60)

    assert room._lost == set()


def test_a_canceled_job_that_does_not_stop_is_removed_after_a_while(works, gate, monkeypatch):
    monkeypatch.setattr(runner_module, "CANCEL_GRACE_S", 0.1)
    replaced: list[str] = []
    room = Threads(1, replace=lambda: replaced.append("now"))
    task_id = works.task()

    thread = in_thread(works.runner(lambda _: gate.wait(60), lease_ms=300, room=room), task_id)
    eventually(lambda: works.runs)
    works.ledger.cancel(task_id, by="shop")

    eventually(lambda: replaced)
    gate.set()
    thread.join(60)


def test_no_more_of_a_kind_run_at_once_than_may(works, gate):
    ids = [works.task() for _ in range(5)]
    runner = works.runner(lambda _: gate.wait(60), limits={"probe": Limit(at_once=2)})

    threads = [in_thread(runner, task_id) for task_id in ids]
    for thread in threads[2:]:
        thread.join(0.2)

    statuses = [works[task_id].status for task_id in ids]
    assert sorted(statuses) == [Status.PENDING] * 3 + [Status.PROCESSING] * 2
    gate.set()
    for thread in threads:
        thread.join(60)


def test_whoever_ends_one_launches_the_next_of_its_kind(works):
    ids = [works.task() for _ in range(3)]
    works.ledger.claim([ids[0]], owner="another", lease_ms=60_000)
    runner = works.runner(lambda _: "done", limits={"probe": Limit(at_once=2)})

    runner.run([ids[1]])

    assert works.queue.take("io") == [ids[2]]


@pytest.mark.parametrize("at_once", [1, 10])
def test_tasks_that_wait_for_each_other_have_three_messages_each_at_most(works, at_once: int):
    number = 60
    runner = works.runner(limits={"probe": Limit(at_once=at_once)}, settling=False)
    messages, waiting = 0, [works.task() for _ in range(number)]

    while waiting:
        runner.run([waiting.pop(0)])
        more = works.queue.take("io")
        messages += len(more)
        waiting += more

    assert len(works.runs) == number
    assert messages <= 3 * number


def test_two_that_end_at_the_same_moment_launch_two(works):
    ids = [works.task() for _ in range(5)]
    limits = {"probe": Limit(at_once=2)}
    ended = works.ledger.claim(ids[:2], owner="another", lease_ms=60_000)
    endings = [Ending(claim=task.claim, status=Status.COMPLETED) for task in ended]
    works.ledger.end(endings)

    for task, ending in zip(ended, endings, strict=True):
        done = [Done(task=task, ending=ending, seconds=0.0)]
        runner_module.launch_next(works.ledger, works.queue, Journal(), done, limits)

    assert set(works.queue.take("io")) == set(ids[2:4])


#: Stays in C code that gives nobody else a turn.
_HOLDS_ON = """
import re
from gateway.processing.limits import OwnProcess
OwnProcess().enter(0.2)
re.fullmatch(r"(a+)+", "a" * 60 + "b")
"""


def test_a_process_whose_code_lets_go_of_nothing_is_ended_by_the_kernel():
    done = subprocess.run([sys.executable, "-c", _HOLDS_ON], timeout=60, check=False)

    assert done.returncode == -signal.SIGALRM


def test_where_all_places_become_free_at_once_most_are_taken_again(works):
    ledger, queue, limits = works.ledger, works.queue, {"probe": Limit(at_once=8)}
    ids = [works.task() for _ in range(40)]
    running = [task for each in ids for task in claimed(ledger, each)]
    waves = []

    while running:
        waves.append(len(running))
        done = [Done(task=each, ending=completed(each), seconds=0.0) for each in running]
        for each in done:
            ledger.end([each.ending])
        for each in done:  # the workers look for the next when all have ended
            runner_module.launch_next(ledger, queue, Journal(), [each], limits)
        running = [task for each in queue.take("io") for task in claimed(ledger, each)]

    assert sum(waves) == 40
    assert len(waves) < 10


def claimed(ledger, task_id: str):
    return ledger.claim([task_id], owner="worker", lease_ms=60_000, at_once={"probe": 8})


def completed(task) -> Ending:
    return Ending(claim=task.claim, status=Status.COMPLETED, result=None)
