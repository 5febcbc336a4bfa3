"""Several tasks of one message: run one after the other, written down together, and none waits for a long one."""

import threading
import time
from collections.abc import Callable

import pytest
from harness.eventually import eventually

from gateway.ledger.task import Ending, Status
from gateway.processing.job import Job
from gateway.processing.limits import Limit, OwnProcess
from gateway.processing.runner import SHARED


@pytest.fixture
def gate():
    """What a long task waits for."""
    gate = threading.Event()
    yield gate
    gate.set()


def long_one(gate: threading.Event) -> Callable[[Job], str]:
    def work(job: Job) -> str:
        if job.content == "long":
            gate.wait(60)
        return job.content

    return work


def tasks(works, *contents: str, **fields) -> list[str]:
    return [works.task(payload={"content": content}, **fields) for content in contents]


def statuses(works, ids: list[str]) -> list[Status]:
    return [works[task_id].status for task_id in ids]


def in_thread(runner, ids: list[str]) -> threading.Thread:
    thread = threading.Thread(target=runner.run, args=(ids,))
    thread.start()
    return thread


def test_short_tasks_of_one_message_are_written_down_together(works, monkeypatch):
    written: list[int] = []
    end = works.ledger.end
    monkeypatch.setattr(
        works.ledger, "end", lambda endings, **asked: written.append(len(endings)) or end(endings, **asked)
    )
    ids = tasks(works, *"abcdefgh")

    works.runner().run(ids)

    assert statuses(works, ids) == [Status.COMPLETED] * 8
    assert [job.id for job in works.runs] == ids
    assert sum(written) == 8
    assert len(written) < 8  # one; more where the machine stood still for moments


def test_what_has_not_begun_is_handed_back_while_a_long_task_runs(works, gate):
    ids = tasks(works, "long", "a", "b")

    thread = in_thread(works.runner(long_one(gate)), ids)
    eventually(lambda: works.queue.waiting["io"] == ids[1:])

    assert statuses(works, ids) == [Status.PROCESSING, Status.PENDING, Status.PENDING]
    assert [works[task_id].failures for task_id in ids[1:]] == [0, 0]
    assert works.ledger.events(ids[1])[-1].remark == SHARED
    gate.set()
    thread.join(60)
    assert [job.content for job in works.runs] == ["long"]
    assert works[ids[0]].status is Status.COMPLETED


def test_what_was_handed_back_runs_elsewhere_at_the_same_time(works, gate):
    ids = tasks(works, *["long"] * 4)
    runner = works.runner(long_one(gate))

    threads = [in_thread(runner, ids)]
    back = eventually(lambda: len(works.queue.waiting["io"]) == 3 and works.queue.take("io"))
    threads += [in_thread(runner, [task_id]) for task_id in back]

    eventually(lambda: len(works.runs) == 4)
    assert statuses(works, ids) == [Status.PROCESSING] * 4
    gate.set()
    for thread in threads:
        thread.join(60)
    assert statuses(works, ids) == [Status.COMPLETED] * 4


def test_a_result_does_not_wait_for_a_long_task_behind_it(works, gate):
    ids = tasks(works, "a", "b", "long")

    thread = in_thread(works.runner(long_one(gate)), ids)

    eventually(lambda: statuses(works, ids[:2]) == [Status.COMPLETED] * 2)
    assert works[ids[2]].status is Status.PROCESSING
    gate.set()
    thread.join(60)
    assert works[ids[2]].result == "long"


def test_the_loss_of_a_worker_counts_for_what_had_begun_alone(works, clock):
    ids = tasks(works, "a", "b")
    works.ledger.claim(ids, owner="lost", lease_ms=1000)
    alone = works.task()
    works.ledger.claim([alone], owner="lost", lease_ms=1000)

    clock.later(seconds=2)
    works.ledger.sweep(max_attempts=1)

    assert statuses(works, [*ids, alone]) == [Status.PENDING, Status.PENDING, Status.FAILED]
    assert [works[task_id].failures for task_id in ids] == [0, 0]


def test_a_long_task_of_a_message_is_known_to_have_begun(works, gate):
    ids = tasks(works, "long", "a")

    thread = in_thread(works.runner(long_one(gate)), ids)

    eventually(lambda: works[ids[0]].started_at)
    gate.set()
    thread.join(60)


def test_each_is_run_by_one_or_handed_back_never_both(works):
    def work(_: Job) -> None:
        time.sleep(0.013)

    for _ in range(10):
        ids = tasks(works, *"abcdefgh")
        ran = len(works.runs)
        works.runner(work).run(ids)
        eventually(lambda ids=ids: Status.PROCESSING not in statuses(works, ids))
        runs = {job.id for job in works.runs[ran:]}
        done = {task_id for task_id in ids if works[task_id].status is Status.COMPLETED}

        assert runs == done
        eventually(lambda done=done, ids=ids: set(works.queue.waiting["io"]) == set(ids) - done)
        works.queue.take("io")


def test_one_that_was_canceled_after_its_message_was_claimed_is_not_written(works):
    ids = tasks(works, "a", "b", "c")

    def work(job: Job) -> str:
        if job.content == "a":
            works.ledger.cancel(ids[2], by="shop")
        return job.content

    works.runner(work).run(ids)

    assert statuses(works, ids) == [Status.COMPLETED, Status.COMPLETED, Status.CANCELED]
    assert works[ids[2]].result is None


def test_the_end_of_one_that_was_claimed_with_others_tells_when_it_began(works, clock):
    ids = tasks(works, "a", "b")
    claimed = works.ledger.claim(ids, owner="worker", lease_ms=1000)

    works.ledger.end([Ending(claim=claimed[0].claim, status=Status.COMPLETED, started_at=clock.now - 5)])

    assert works[ids[0]].started_at == clock.now - 5


def test_a_process_has_written_all_it_ran_before_it_runs_more(works, gate):
    ids = tasks(works, "short", "long", "short")
    runner = works.runner(long_one(gate), room=OwnProcess(), settling=False)
    running = in_thread(runner, ids)
    eventually(lambda: statuses(works, ids)[::2] == [Status.COMPLETED, Status.PENDING])
    gate.set()
    running.join(60)

    assert statuses(works, ids) == [Status.COMPLETED, Status.COMPLETED, Status.PENDING]


def test_a_process_waits_for_what_was_just_taken_out_of_its_batch(works, gate, monkeypatch):
    ids = tasks(works, "short", "long", "short")
    runner = works.runner(long_one(gate), room=OwnProcess(), settling=False)
    returned, put = threading.Event(), runner._outbox.put

    def slow_put(done) -> None:
        gate.set()  # the long one ends while what was before and behind it is on its way
        returned.wait(0.3)
        put(done)

    monkeypatch.setattr(runner._outbox, "put", slow_put)
    runner.run(ids)
    at_the_end = statuses(works, ids)
    returned.set()

    assert at_the_end == [Status.COMPLETED, Status.COMPLETED, Status.PENDING]


def test_one_at_a_time_of_a_kind_gives_its_place_to_the_next(works):
    ids = [works.task() for _ in range(20)]
    runner = works.runner(lambda _: "done", limits={"probe": Limit(at_once=1)}, settling=False)
    for task_id in ids:
        runner.run([task_id])

    assert statuses(works, ids) == [Status.COMPLETED] * 20
