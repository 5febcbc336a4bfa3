import threading

import pytest
from harness.eventually import eventually

from gateway.journal import Journal
from gateway.ledger.memory import MemoryLedger
from gateway.ledger.task import Claim
from gateway.processing.heartbeat import Heartbeat

LEASE = 90


def claimed(works) -> Claim:
    (task,) = works.ledger.claim([works.task()], owner="worker", lease_ms=LEASE)
    return task.claim


def beats(threads_before: set[threading.Thread]) -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name == "heartbeat" and t not in threads_before]


def test_a_claim_is_kept_for_as_long_as_its_job_runs(works, clock):
    claim = claimed(works)
    heartbeat = Heartbeat(works.ledger, Journal(), lease_ms=LEASE)

    stopped = heartbeat.start(claim)
    for _ in range(3):
        clock.later(seconds=LEASE / 2000)
        due = clock.now + LEASE
        eventually(lambda due=due: works[claim.task_id].due_at == due)

    heartbeat.stop(claim)
    assert not stopped.is_set()


def test_nobody_beats_for_a_job_that_could_not_begin(works, clock, monkeypatch):
    never, later = claimed(works), claimed(works)
    heartbeat = Heartbeat(works.ledger, Journal(), lease_ms=LEASE)
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", no_thread)
        with pytest.raises(RuntimeError):
            heartbeat.start(never)

    heartbeat.start(later)
    before = works[never.task_id].due_at
    clock.later(seconds=LEASE / 2000)
    eventually(lambda: works[later.task_id].due_at == clock.now + LEASE)

    assert works[never.task_id].due_at == before
    heartbeat.stop(later)


def no_thread(_: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


def test_a_job_learns_that_its_claim_is_lost(works):
    kept, lost = claimed(works), claimed(works)
    heartbeat = Heartbeat(works.ledger, Journal(), lease_ms=LEASE)
    events = [heartbeat.start(claim) for claim in (kept, lost)]

    works.ledger.cancel(lost.task_id, by="shop")

    assert eventually(events[1].is_set)
    assert not events[0].is_set()
    heartbeat.stop(kept)
    heartbeat.stop(lost)


def test_a_job_that_ended_is_beaten_for_no_longer(works, clock):
    claim = claimed(works)
    heartbeat = Heartbeat(works.ledger, Journal(), lease_ms=LEASE)
    heartbeat.start(claim)

    heartbeat.stop(claim)
    other = claimed(works)
    heartbeat.start(other)
    eventually(lambda: works[claim.task_id].due_at is not None)
    clock.later(seconds=5)
    before = works[claim.task_id].due_at
    eventually(lambda: works[other.task_id].due_at == clock.now + LEASE)

    assert works[claim.task_id].due_at == before
    heartbeat.stop(other)


def test_a_ledger_that_is_away_for_a_moment_does_not_stop_the_job(works):
    class Away(MemoryLedger):
        def beat(self, claims, *, lease_ms):
            asked.append(len(claims))
            self._closed = len(asked) < 3
            return works.ledger.beat(claims, lease_ms=lease_ms) if super().counts() is not None else set()

    asked: list[int] = []
    claim = claimed(works)
    heartbeat = Heartbeat(Away(), Journal(), lease_ms=LEASE)

    stopped = heartbeat.start(claim)

    eventually(lambda: len(asked) > 4)
    heartbeat.stop(claim)
    assert not stopped.is_set()


def test_all_jobs_of_a_process_share_one_thread(works):
    before = set(threading.enumerate())
    heartbeat = Heartbeat(works.ledger, Journal(), lease_ms=LEASE)
    claims = [claimed(works) for _ in range(5)]

    for claim in claims:
        heartbeat.start(claim)

    assert len(beats(before)) == 1
    for claim in claims:
        heartbeat.stop(claim)


def test_it_beats_again_after_a_rest(works, clock):
    heartbeat = Heartbeat(works.ledger, Journal(), lease_ms=LEASE)
    first = claimed(works)
    heartbeat.start(first)
    heartbeat.stop(first)
    eventually(lambda: not heartbeat._wake.is_set())

    second = claimed(works)
    heartbeat.start(second)
    clock.later(seconds=9)

    eventually(lambda: works[second.task_id].due_at == clock.now + LEASE)
    heartbeat.stop(second)
