"""What every ledger promises about what follows an accept: whom it is told of, when, and how long its caller waits."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.errors import GatewayError, IdempotencyInFlight, LedgerUnavailable
from gateway.ledger.memory import MemoryLedger
from gateway.ledger.sql import SqlLedger
from gateway.message.ids import new_id

CALLERS = 8


class Follower:
    """Notes the tasks that it is called with, and says at once that it is done."""

    def __init__(self):
        self.calls = []

    def __call__(self, tasks, done):
        self.calls.append(list(tasks))
        done()


@pytest.fixture
def another(ledger, clock):
    """The same ledger, as another program has it."""
    if isinstance(ledger, MemoryLedger):
        yield ledger
        return
    made = SqlLedger(ledger._database._url, clock=clock)
    yield made
    made.close()


@pytest.fixture
def patient(monkeypatch):
    """Who accepts waits for what follows for as long as a noisy machine may need."""
    for module in ("group_commit", "memory"):
        monkeypatch.setattr(f"gateway.ledger.{module}.FOLLOWED_WITHIN_S", 60)


@pytest.fixture(params=["alone", "under a key"])
def new(request, ledger, words):
    """Makes a task to accept, with and without an idempotency key."""

    def make(**fields):
        if request.param == "under a key":
            fields["key"] = ledger.take_key(new_id(), "body", for_ms=60_000)
        return words.new(**fields)

    return make


@pytest.mark.usefixtures("patient")
def test_what_follows_finds_the_task_in_any_ledger(ledger, another, new):
    found = []

    def follow(tasks, done):
        found.extend((task, another.get(task.id)) for task in tasks)
        done()

    task = ledger.accept(new(), follow=follow)

    assert found == [(task, task)]


@pytest.mark.usefixtures("patient")
def test_who_accepts_goes_on_once_what_follows_is_done(ledger, words):
    happened = []

    def follow(_tasks, done):
        def later():
            happened.append("followed")
            done()

        threading.Timer(0.05, later).start()

    ledger.accept(words.new(), follow=follow)
    happened.append("accepted")

    assert happened == ["followed", "accepted"]


def test_who_accepts_does_not_wait_for_long_for_what_is_never_done(ledger, new):
    called = []
    started = time.monotonic()

    task = ledger.accept(new(), follow=lambda *_: called.append(1))

    assert time.monotonic() - started < 5
    assert (called, ledger.get(task.id)) == ([1], task)


def test_what_is_done_too_late_harms_nobody(ledger, words):
    late = []

    ledger.accept(words.new(), follow=lambda _tasks, done: late.append(done))
    late[0]()

    follower = Follower()
    task = ledger.accept(words.new(), follow=follower)
    assert follower.calls == [[task]]


@pytest.mark.usefixtures("patient")
def test_tasks_accepted_together_are_followed_together_in_their_order(ledger, new):
    follower = Follower()

    together = ledger.accept_all([new(), new(pool="cpu"), new()], follow=follower)

    assert follower.calls == [together]


def test_nothing_follows_no_tasks(ledger):
    follower = Follower()

    assert ledger.accept_all([], follow=follower) == []
    assert follower.calls == []


def test_nothing_follows_what_was_not_written_down(ledger, words):
    follower, taken = Follower(), words.accepted()
    lost = ledger.take_key("key", "body", for_ms=1)
    words.clock.later(10)
    ledger.take_key("key", "body", for_ms=60_000)

    for refused in (words.new(id=taken.id), words.new(payload={"huge": 2**70}), words.new(key=lost)):
        with pytest.raises((GatewayError, TypeError)):
            ledger.accept(refused, follow=follower)
        with pytest.raises((GatewayError, TypeError, IdempotencyInFlight)):
            ledger.accept_all([words.new(), refused], follow=follower)
    ledger.close()
    with pytest.raises(LedgerUnavailable):
        ledger.accept(words.new(), follow=follower)

    assert follower.calls == []


def test_what_follows_and_fails_loses_nothing_and_ends_nothing(ledger, new):
    def fail(*_):
        raise RuntimeError

    task = ledger.accept(new(), follow=fail)

    follower = Follower()
    next_one = ledger.accept(new(), follow=follower)
    assert [ledger.get(each.id) for each in (task, next_one)] == [task, next_one]
    assert follower.calls == [[next_one]]


@pytest.mark.usefixtures("patient")
def test_callers_at_once_are_each_followed_by_their_own_tasks(ledger, words):
    barrier = threading.Barrier(CALLERS)

    def accept(number):
        follower = Follower()
        barrier.wait()
        made = [ledger.accept_all([words.new() for _ in range(number + 1)], follow=follower) for _ in range(5)]
        return follower.calls == made

    with ThreadPoolExecutor(CALLERS) as pool:
        assert list(pool.map(accept, range(CALLERS))) == [True] * CALLERS
    assert sum(ledger.counts().values()) == 5 * sum(range(1, CALLERS + 1))
