"""What becomes of the connection that a queue keeps: when the broker ends, when it stands still, after a fork."""

import os
import signal
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from celery import Celery
from harness.broker import Broker, running_broker
from harness.eventually import eventually
from harness.rabbitmq import missing, rabbit_server
from kombu.entity import Queue
from kombu.simple import SimpleQueue

from gateway.delivery.celery_queue import CeleryQueue, celery_app
from gateway.errors import BrokerUnavailable
from gateway.kinds import Pool
from gateway.ledger.task import Priority
from gateway.message.ids import new_id


@dataclass(kw_only=True)
class Line:
    """A queue, the broker behind it, and what workers would take."""

    queue: CeleryQueue
    stop: Callable[[], object]
    start: Callable[[], object]
    taken: list[str] = field(default_factory=list)

    def launch(self) -> str:
        """Launch a task, and return its id."""
        self.queue.launch(task_id := new_id(), pool=Pool.IO)
        return task_id

    def launch_in_the_end(self) -> str:
        """Launch a task as soon as the broker takes one."""
        return eventually(self.launched)

    def launched(self) -> str:
        """Launch a task if the broker takes one; return its id, or nothing."""
        try:
            return self.launch()
        except BrokerUnavailable:
            return ""

    def arrives(self, task_id: str) -> bool:
        """Take what waits until this one comes; it comes once."""
        app = self.queue._app
        with consumer(app) as messages:
            while task_id not in self.taken:
                message = messages.get(timeout=30)
                message.ack()
                self.taken += message.payload[0][0]
        return self.taken.count(task_id) == 1


def on_redis() -> Iterator[Line]:
    with running_broker() as broker, a_line(broker.url, broker.stop, broker.start) as line:
        yield line


def on_rabbitmq() -> Iterator[Line]:
    if why := missing():
        pytest.skip(why)
    with rabbit_server() as server, a_line(server.url, server.kill, server.start_again) as line:
        yield line


@contextmanager
def a_line(url: str, stop: Callable[[], object], start: Callable[[], object]) -> Iterator[Line]:
    with celery_app(url, publisher=True) as app:
        queue = CeleryQueue(app)
        queue._publisher._breaker._open_for_s = 0.1  # nobody is to wait for five seconds here
        yield Line(queue=queue, stop=stop, start=start)


@pytest.fixture(scope="module", params=[on_redis, on_rabbitmq], ids=lambda make: make.__name__)
def line(request: pytest.FixtureRequest) -> Iterator[Line]:
    yield from request.param()


def test_a_broker_that_comes_back_is_used_again(line: Line):
    line.launch_in_the_end()
    line.stop()
    eventually(lambda: not line.launched())  # RabbitMQ confirms nothing: the first may go to nobody

    line.start()

    assert line.arrives(line.launch_in_the_end())
    assert line.arrives(line.launch())  # on the connection that is kept then


def test_a_broker_that_was_started_anew_in_the_meantime_is_used_again(line: Line):
    line.launch_in_the_end()
    line.stop()
    line.start()

    line.launched()  # what is sent over the connection from before may go to nobody

    assert line.arrives(line.launch_in_the_end())


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_child_launches_by_a_connection_of_its_own_and_leaves_its_parents_alone(line: Line):
    before = line.launch_in_the_end()

    child = os.fork()
    if child == 0:
        code = 1
        signal.alarm(60)
        try:
            launched = [line.launch_in_the_end() for _ in range(3)]
            code = 0 if all(line.arrives(task_id) for task_id in [before, *launched]) else 1
            line.queue._give_up_connection()  # as after an error
        except BaseException:  # noqa: BLE001 - the child must not go on as a second pytest
            traceback.print_exc()
        finally:
            os._exit(code)
    status = os.waitpid(child, 0)[1]

    assert status == 0
    assert line.arrives(line.launch())


@pytest.fixture
def broker() -> Iterator[Broker]:
    with running_broker() as broker:
        yield broker


def test_a_broker_that_stood_still_is_used_again(broker: Broker):
    with a_line(broker.url, broker.stop, broker.start) as line:
        line.launch()
        with broker.frozen(), pytest.raises(BrokerUnavailable):
            line.launch()

        assert line.arrives(line.launch_in_the_end())


def test_one_client_serves_all_that_is_sent_until_its_connections_are_given_up(broker: Broker):
    with celery_app(broker.url, publisher=True) as app, app.connection_for_write() as connection:
        channel = connection.default_channel
        clients = []
        for _ in range(2):
            with channel.conn_or_acquire() as client:
                clients.append(client)
        channel._disconnect_pools()
        with channel.conn_or_acquire() as after:
            assert after.ping()

    assert clients[0] is clients[1] is not after


def test_whoever_brings_a_client_uses_that_one(broker: Broker):
    with (
        celery_app(broker.url, publisher=True) as app,
        app.connection_for_write() as connection,
        broker.client() as own,
        connection.default_channel.conn_or_acquire(own) as used,
    ):
        assert used is own


def test_what_a_consumer_took_is_given_back_as_it_was_when_it_leaves(broker: Broker):
    with celery_app(broker.url, publisher=True) as app:
        queue = CeleryQueue(app)
        low, high = new_id(), new_id()
        queue.launch(low, pool=Pool.IO, priority=Priority.LOW)
        queue.launch(high, pool=Pool.IO, priority=Priority.HIGH)
        with consumer(app) as leaves:
            assert taken(leaves, 2) == [high, low]
            assert broker.waiting(Pool.IO) == []
        queue.launch(new_id(), pool=Pool.IO, priority=Priority.NORMAL)

        with consumer(app) as comes:
            first, *_, last = taken(comes, 3)

    assert (first, last) == (high, low)


def test_what_is_given_back_is_taken_next_in_its_old_order(broker: Broker):
    with celery_app(broker.url, publisher=True) as app:
        queue, ids = CeleryQueue(app), [new_id() for _ in range(6)]
        for task_id in ids:
            queue.launch(task_id, pool=Pool.IO)
        with consumer(app) as leaves:
            assert taken(leaves, 3) == ids[:3]

        with consumer(app) as comes:
            assert taken(comes, 6) == ids


def test_what_was_acknowledged_does_not_come_back(broker: Broker):
    with celery_app(broker.url, publisher=True) as app:
        CeleryQueue(app).launch(new_id(), pool=Pool.IO)
        with consumer(app) as messages:
            messages.get(timeout=30).ack()

    assert broker.waiting(Pool.IO) == []


def test_to_take_a_message_leaves_nothing_of_it_in_redis(broker: Broker):
    with celery_app(broker.url, publisher=True) as app:
        CeleryQueue(app).launch(new_id(), pool=Pool.IO)
        with consumer(app) as messages, broker.client() as client:
            taken(messages, 1)
            left = client.keys("*")

    assert [name for name in left if b"_kombu.binding" not in name] == []


def test_a_consumer_whose_broker_is_gone_leaves_without_a_fuss(broker: Broker, tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with celery_app(broker.url, publisher=True) as app:
        queue = CeleryQueue(app)
        queue.launch(new_id(), pool=Pool.IO)
        queue.launch(new_id(), pool=Pool.IO)
        with app.connection_for_read() as connection:
            channel = connection.default_channel
            with connection.SimpleQueue(waiting_for(app)) as messages:
                taken(messages, 2)
                broker.stop()
                channel.qos.restore_unacked_once()

    assert list(tmp_path.iterdir()) == []
    assert "kombu" not in capfd.readouterr().err.lower()


def waiting_for(app: Celery) -> Queue:
    """Return the queue of the `io` pool."""
    (waiting,) = [each for each in app.conf.task_queues if each.name == Pool.IO]
    return waiting


@contextmanager
def consumer(app: Celery) -> Iterator[SimpleQueue]:
    with app.connection_for_read() as connection, connection.SimpleQueue(waiting_for(app)) as messages:
        yield messages


def taken(messages: SimpleQueue, number: int) -> list[str]:
    """Take so many, without a word that they are done."""
    return [messages.get(timeout=30).payload[0][0][0] for _ in range(number)]
