"""What every queue promises: run on the fake that unit tests use, and on Celery with a real broker."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pytest
from harness.broker import Broker, running_broker
from harness.eventually import eventually
from harness.fakes import FakeQueue

from gateway.delivery.celery_queue import CeleryQueue, celery_app
from gateway.delivery.queue import Queue
from gateway.errors import BrokerUnavailable
from gateway.kinds import Pool
from gateway.ledger.moves import accepted
from gateway.ledger.task import NewTask, Priority, Task
from gateway.message.ids import new_id


@dataclass(frozen=True, kw_only=True)
class UnderTest:
    queue: Queue
    go_down: Callable[[], None]
    empty: Callable[[str], object]  #: what a worker of the pool does that takes all there is


def fake() -> Iterator[UnderTest]:
    queue = FakeQueue()
    yield UnderTest(queue=queue, go_down=lambda: setattr(queue, "down", True), empty=queue.take)


def celery() -> Iterator[UnderTest]:
    with running_broker() as broker, celery_app(broker.url, publisher=True) as app:
        yield UnderTest(
            queue=CeleryQueue(app, wait_s=30),
            go_down=broker.stop,
            empty=lambda pool: broker.client().delete(*broker.client().keys(f"{pool}*")),
        )


@pytest.fixture(params=[fake, celery], ids=lambda make: make.__name__)
def under_test(request: pytest.FixtureRequest) -> Iterator[UnderTest]:
    yield from request.param()


@pytest.fixture
def queue(under_test: UnderTest) -> Queue:
    return under_test.queue


def test_what_was_launched_waits_for_its_pool(queue: Queue):
    launched, other = new_id(), new_id()

    queue.launch(launched, pool="io")

    assert queue.holds("io", [launched, other]) == {launched}


def test_what_waits_for_one_pool_does_not_wait_for_the_other(queue: Queue):
    launched = new_id()

    queue.launch(launched, pool="cpu")

    assert queue.holds("io", [launched]) == set()


def test_only_what_was_asked_for_is_told(queue: Queue):
    launched = [new_id() for _ in range(5)]
    for task_id in launched:
        queue.launch(task_id, pool="io")

    assert queue.holds("io", launched[1:3]) == set(launched[1:3])
    assert queue.holds("io", []) == set()


def test_a_queue_that_was_never_used_holds_nothing(queue: Queue):
    assert queue.holds("cpu", [new_id()]) == set()


def a_task(pool: str = "io", **fields: object) -> Task:
    usual = {"caller": "shop", "kind": "sum", "payload": {}, "request_id": "0" * 32}
    return accepted(NewTask(**{"id": new_id(), "pool": pool, **usual, **fields}), now=0, launch_grace_ms=0)


def told_of(queue: Queue, tasks: Sequence[Task]) -> bool:
    """Launch them together, and return what is told of it."""
    heard: list[bool] = []
    queue.launch_all(tasks, heard.append)
    eventually(lambda: heard)
    return heard[0]


def test_many_are_launched_at_once_each_for_its_pool(queue: Queue):
    tasks = [a_task(pool, priority=priority) for pool in ("io", "cpu") for priority in Priority for _ in range(30)]

    assert told_of(queue, tasks)

    for pool in ("io", "cpu"):
        assert queue.holds(pool, [task.id for task in tasks]) == {task.id for task in tasks if task.pool == pool}


def test_of_several_launched_at_once_it_is_told_once_that_the_broker_has_them(queue: Queue):
    heard: list[bool] = []
    queue.launch_all([a_task(pool) for pool in ("io", "cpu", "io")], heard.append)
    queue.launch(new_id(), pool="io")  # goes after them: whatever would have been told twice has been

    assert heard == [True]


@pytest.mark.parametrize("priority", Priority)
def test_what_waits_is_found_whatever_its_priority(queue: Queue, priority: Priority):
    launched = new_id()

    queue.launch(launched, pool="io", priority=priority)

    assert queue.holds("io", [launched]) == {launched}


def test_launching_twice_does_no_harm(queue: Queue):
    launched = new_id()

    queue.launch(launched, pool="io")
    queue.launch(launched, pool="io")

    assert queue.holds("io", [launched]) == {launched}


def test_what_a_worker_took_waits_no_longer(under_test: UnderTest):
    launched = new_id()
    under_test.queue.launch(launched, pool="io")

    under_test.empty("io")

    assert under_test.queue.holds("io", [launched]) == set()


def test_a_long_queue_is_looked_through_to_its_end(queue: Queue):
    launched = [new_id() for _ in range(1005)]
    for task_id in launched:
        queue.launch(task_id, pool="io")

    wanted = {launched[0], launched[500], launched[-1]}
    assert queue.holds("io", [*wanted, new_id()]) == wanted


def test_a_broker_that_answers_can_be_pinged(queue: Queue):
    assert queue.ping() is None


@pytest.mark.parametrize(
    "call", [lambda q: q.launch(new_id(), pool="io"), lambda q: q.holds("io", [new_id()]), lambda q: q.ping()]
)
def test_a_broker_that_went_away_is_told(under_test: UnderTest, call: Callable[[Queue], object]):
    under_test.queue.launch(new_id(), pool="io")
    under_test.go_down()

    with pytest.raises(BrokerUnavailable):
        call(under_test.queue)


def test_of_several_it_is_told_that_the_broker_may_not_have_them(under_test: UnderTest):
    assert told_of(under_test.queue, [a_task()])
    under_test.go_down()

    assert not told_of(under_test.queue, [a_task(), a_task("cpu")])


def test_a_broker_that_stays_away_is_told_every_time(under_test: UnderTest):
    under_test.go_down()

    for _ in range(3):
        with pytest.raises(BrokerUnavailable):
            under_test.queue.launch(new_id(), pool="io")


@pytest.fixture
def broker() -> Iterator[Broker]:
    with running_broker() as broker:
        yield broker


def took(call: Callable[[], object]) -> float:
    """Return the seconds after which the call told that the broker is not available."""
    begun = time.monotonic()
    with pytest.raises(BrokerUnavailable):
        call()
    return time.monotonic() - begun


def test_a_broker_that_is_frozen_holds_one_caller_up_for_a_moment_and_the_next_not_at_all(broker: Broker):
    with celery_app(broker.url, publisher=True) as app:
        queue = CeleryQueue(app)
        queue.launch(new_id(), pool="io")
        with broker.frozen():
            first = took(lambda: queue.launch(new_id(), pool="io"))
            at_once = told_of(queue, [a_task()])
            others = [took(lambda: queue.launch(new_id(), pool="io")) for _ in range(100)]

    assert not at_once
    assert first < 5  # half a second; without a limit of ours it would be a minute or more
    assert sum(others) < 5


def test_a_broker_that_takes_no_connection_is_not_waited_for():
    with celery_app("redis://192.0.2.1:6379/0", publisher=True) as app:  # an address of nobody's: packets vanish
        queue = CeleryQueue(app)

        assert took(lambda: queue.launch(new_id(), pool="io")) < 5


@pytest.mark.parametrize("pool", Pool)
def test_the_more_urgent_overtakes_what_waits(broker: Broker, pool: Pool):
    ids = {priority: [new_id(), new_id()] for priority in Priority}
    with celery_app(broker.url, publisher=True) as app:
        queue = CeleryQueue(app)
        for priority, launched in ids.items():
            for task_id in launched:
                queue.launch(task_id, pool=pool, priority=priority)

        (waiting,) = [each for each in app.conf.task_queues if each.name == pool]
        with app.connection_for_read() as connection, connection.SimpleQueue(waiting) as taken:
            order = [taken.get(timeout=60).payload[0][0][0] for _ in range(6)]

    assert order == [*ids[Priority.HIGH], *ids[Priority.NORMAL], *ids[Priority.LOW]]


@pytest.mark.parametrize("url", ["redis://localhost/0", "redis+socket:///tmp/b.sock", "amqp://localhost//"])
def test_each_transport_is_given_options_that_it_knows(url: str):
    options = {
        publisher: celery_app(url, publisher=publisher).conf.broker_transport_options for publisher in (True, False)
    }

    for given in options.values():
        assert ("ack_emulation" in given) is ("priority_steps" in given) is url.startswith("redis")
    assert any(name.endswith("_timeout") for name in options[True])
