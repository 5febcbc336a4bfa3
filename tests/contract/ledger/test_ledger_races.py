"""What every ledger promises when many ask at once: threads on each, processes on SQLite."""

import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor

from gateway.errors import TaskAlreadyFinished
from gateway.ledger.migrations import migrate
from gateway.ledger.sql import SqlLedger
from gateway.ledger.task import Ending, NewTask, Status
from gateway.message.ids import new_id

LEASE = 30_000
THREADS = 8


def at_once(work):
    """Run work(n) in each of eight threads, which start together; return what each returned."""
    barrier = threading.Barrier(THREADS)

    def run(n):
        barrier.wait()
        return work(n)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


def test_of_eight_threads_that_claim_one_task_one_wins(ledger, words):
    for _ in range(20):
        task = words.accepted()

        won = at_once(lambda n, task=task: ledger.claim([task.id], owner=f"worker-{n}", lease_ms=LEASE))

        assert sorted(map(len, won)) == [0] * 7 + [1]
        (winner,) = (claimed[0] for claimed in won if claimed)
        assert ledger.get(task.id) == winner


def test_of_eight_threads_of_one_owner_that_claim_one_task_one_wins(ledger, words):
    for _ in range(20):
        task = words.accepted()

        won = at_once(lambda _, task=task: ledger.claim([task.id], owner="worker-1", lease_ms=LEASE))

        assert sorted(map(len, won)) == [0] * 7 + [1]


def test_of_eight_threads_that_end_one_attempt_one_is_heard(ledger, words):
    for _ in range(20):
        task = words.running()

        held = at_once(lambda n, task=task: words.ended(task, Status.COMPLETED, result=n))

        assert sum(held) == 1
        assert ledger.get(task.id).result == held.index(True)


def test_a_cancel_and_an_end_at_once_agree_on_one_outcome(ledger, words):
    for _ in range(20):
        task = words.running()

        def end_or_cancel(n, task=task):
            if n % 2:
                return words.ended(task, Status.COMPLETED)
            try:
                return ledger.cancel(task.id, by="shop").status
            except TaskAlreadyFinished:
                return "too late"

        said = at_once(end_or_cancel)

        if ledger.get(task.id).status is Status.CANCELED:
            assert set(said) == {Status.CANCELED, False}
        else:
            assert sorted(map(str, said)) == ["False"] * 3 + ["True"] + ["too late"] * 4
        assert len(ledger.events(task.id)) == 3


def test_two_sweeps_at_once_bring_back_each_task_once(ledger, words, clock):
    made = [words.accepted().id for _ in range(30)]
    clock.later(5_000)

    swept = at_once(lambda _: [r.task.id for r in ledger.sweep(max_attempts=3, limit=7)])

    assert sorted(task_id for batch in swept for task_id in batch) == made
    assert {ledger.get(task_id).launches for task_id in made} == {1}


def test_repeats_that_are_raised_at_once_become_one_alert(ledger, words):
    counts = at_once(lambda _: ledger.raise_alert(words.alert()).count)

    assert sorted(counts) == list(range(1, THREADS + 1))
    assert len(ledger.alerts()) == 1


def test_one_of_eight_leads(ledger):
    led = at_once(lambda n: ledger.lead("monitor", holder=str(n), for_ms=1_000))

    assert sum(led) == 1


def take_part(url, ids, go, said):
    """Accept ten tasks, and claim and end whatever of *ids* the other processes leave; tell what was done."""
    ledger = SqlLedger(url)
    go.wait()
    done = []
    for task_id in ids:
        for task in ledger.claim([task_id], owner="worker", lease_ms=LEASE):
            ledger.end([Ending(claim=task.claim, status=Status.COMPLETED)])
            done.append(task.id)
    made = [ledger.accept(new_task()).id for _ in range(10)]
    ledger.close()
    said.put((done, made))


def new_task():
    return NewTask(id=new_id(), caller="shop", kind="message", pool="io", payload={}, request_id="r-1")


def test_several_processes_share_one_sqlite_file(tmp_path):
    url = f"sqlite:///{tmp_path}/ledger.db"
    migrate(url)
    ledger = SqlLedger(url)
    ids = [ledger.accept(new_task()).id for _ in range(40)]
    context = multiprocessing.get_context("spawn")
    go, said = context.Barrier(3), context.Queue()

    children = [context.Process(target=take_part, args=(url, ids, go, said)) for _ in range(3)]
    for child in children:
        child.start()
    told = [said.get(timeout=60) for _ in children]
    for child in children:
        child.join()

    assert sorted(task_id for done, _ in told for task_id in done) == ids
    made = [task_id for _, new in told for task_id in new]
    assert {task.id for task in ledger.tasks(limit=100)} == set(ids) | set(made)
    assert ledger.counts()[Status.COMPLETED] == 40
    ledger.close()
