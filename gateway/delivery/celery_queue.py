"""The queue on Celery: its messages name a task of the ledger and carry nothing of it."""

import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

from amqp.exceptions import AMQPError
from celery import Celery
from celery.app.amqp import AMQP
from kombu.connection import Connection
from kombu.entity import Exchange
from kombu.entity import Queue as KombuQueue
from kombu.exceptions import KombuError, OperationalError
from kombu.messaging import Producer
from kombu.transport import redis as redis_transport
from kombu.transport import virtual
from redis import Redis
from redis.exceptions import RedisError

from gateway.delivery.publisher import Address, Publisher
from gateway.delivery.queue import Told
from gateway.errors import BrokerUnavailable
from gateway.kinds import Pool
from gateway.ledger.task import Priority, Task
from gateway.message.ids import new_id

RUN: Final = "portcullis.run"  #: the one Celery task
_SCANNED: Final = 100_000  #: messages that are looked through at most; it takes about half a second
_ID: Final = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_TOGETHER: Final = 16  #: ids in one message at most; the head of a message, where they are looked for, has room for 25
_SEPARATOR: Final = ":"  #: between a pool and a priority in the name of a list in Redis
#: Redis has a list for each priority, and the lower number is taken first; RabbitMQ's queues know the higher as sooner.
_REDIS_PRIORITIES: Final[Mapping[int, int]] = {Priority.HIGH: 0, Priority.NORMAL: 3, Priority.LOW: 6}
_AMQP_PRIORITIES: Final[Mapping[int, int]] = {priority: int(priority) for priority in Priority}
BROKER_ERRORS: Final = (AMQPError, OperationalError, KombuError, RedisError, OSError, TimeoutError)

_QUEUES: Final = {
    pool.value: KombuQueue(pool.value, Exchange(pool.value), routing_key=pool.value, max_priority=max(Priority))
    for pool in Pool
}
#: See docs/decisions/0002-the-ledger-is-the-truth.md for what each of these was chosen against.
_SETTINGS: Final[dict[str, Any]] = {
    "task_acks_late": True,
    "task_reject_on_worker_lost": False,  # the ledger decides, or a task that kills its worker runs for ever
    "task_acks_on_failure_or_timeout": True,
    "worker_prefetch_multiplier": 1,
    "task_ignore_result": True,
    "task_publish_retry": False,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "worker_cancel_long_running_tasks_on_connection_loss": False,
    "task_queues": list(_QUEUES.values()),
    "task_default_queue": Pool.CPU.value,
    "task_create_missing_queues": False,
    "worker_hijack_root_logger": False,
    "worker_redirect_stdouts": False,
    "worker_enable_remote_control": True,
    "enable_utc": True,
}


class _Taken(virtual.QoS):
    """Knows which messages a worker holds: it alone, see `ack_emulation`."""

    def restore_unacked(self) -> list[tuple[BaseException, Any]]:
        """Give back what is not acknowledged. What the broker does not take, the monitor launches."""
        self._flush()
        try:
            while self._delivered:
                _, message = self._delivered.popitem()
                self.channel._restore(message)  # noqa: SLF001 - as kombu's own
        except Exception:  # noqa: BLE001 - whatever it is, the channel has to be closed
            self._delivered.clear()
        return []  # what kombu finds here it writes into a file


class _Channel(redis_transport.Channel):
    """Keeps its client: kombu makes a new one for every command, which costs more than the command."""

    _kept: "Redis | None" = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.QoS = _Taken  # type: ignore[assignment]  # in the place of what kombu puts here by its options

    def _restore(self, message: Any, leftmost: bool = False) -> None:  # noqa: FBT001, FBT002 - kombu's signature
        """Do as kombu's would if it noted in Redis what is held: put it where it is taken next."""
        info = message.delivery_info
        with self.conn_or_acquire() as client:
            self._do_restore_message(
                message.serializable(), info["exchange"], info["routing_key"], client, leftmost=leftmost
            )

    @contextmanager
    def conn_or_acquire(self, client: "Redis | None" = None) -> Iterator[Redis]:
        """Do as kombu's; a client takes a connection out of the pool for each command, and is made for threads."""
        kept = self._kept
        if kept is None or kept.connection_pool is not self.pool:  # a pool is left behind with a broken connection
            self._kept = kept = self._create_client()
        yield client or kept


class _Transport(redis_transport.Transport):
    Channel = _Channel


class _Connection(Connection):
    def get_transport_cls(self) -> type:
        """Do as kombu's, with ours in the place of its own for Redis."""
        chosen: type = super().get_transport_cls()
        return _Transport if chosen is redis_transport.Transport else chosen


class _Amqp(AMQP):  # type: ignore[misc]  # Celery is untyped
    Connection = _Connection


def celery_app(broker_url: str, *, publisher: bool) -> Celery:
    """
    Return a Celery application with the settings that the ledger's design needs.

    Args:
        broker_url: as kombu takes it.
        publisher: for a web service: it gives up after half a second, where a worker waits for five.
    """
    app = Celery("portcullis", broker=broker_url, backend=None, amqp=_Amqp, set_as_current=False)
    app.conf.update(
        _SETTINGS,
        broker_pool_limit=64,
        broker_connection_timeout=0.5 if publisher else 2.0,
        broker_heartbeat=10,  # RabbitMQ alone knows it
        broker_transport_options=_transport_options(broker_url, publisher=publisher),
    )
    return app


def _transport_options(broker_url: str, *, publisher: bool) -> dict[str, Any]:
    """Return what the URL's transport knows; another would refuse it, or take it for something else."""
    reconnect = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.2}
    if not _is_redis(broker_url):
        return {**reconnect, "read_timeout": 0.5, "write_timeout": 0.5} if publisher else reconnect
    return {
        **reconnect,
        "socket_timeout": 0.5 if publisher else 5.0,
        "socket_connect_timeout": 0.5 if publisher else 2.0,
        "socket_keepalive": not broker_url.startswith("redis+socket"),
        "health_check_interval": 10,
        "ack_emulation": False,  # see docs/decisions/0002-the-ledger-is-the-truth.md
        "priority_steps": sorted(_REDIS_PRIORITIES.values()),
        "sep": _SEPARATOR,
    }


def _is_redis(broker_url: str) -> bool:
    return broker_url.startswith("redis")


def redis_lists(pool: str) -> list[str]:
    """Return the names of the lists that Redis keeps for a pool, one for each priority."""
    return [f"{pool}{_SEPARATOR}{step}" if step else pool for step in _REDIS_PRIORITIES.values()]


class CeleryQueue:
    """Publishes ids, and skips the broker for five seconds after it failed."""

    def __init__(self, app: Celery, *, most_together: int = _TOGETHER, wait_s: float = 0.5) -> None:
        """
        Connect to nothing yet, and load what the first launch would otherwise have to wait for.

        Args:
            most_together: the most ids that share a message; with 1 each has its own.
            wait_s: how long a caller waits for the broker.
        """
        self._app = app
        self._priorities = _REDIS_PRIORITIES if _is_redis(app.conf.broker_url) else _AMQP_PRIORITIES
        self._publisher = Publisher(self._send, most_together=most_together, wait_s=wait_s)
        # By process, the publisher's thread alone uses it: a child would speak amid its parent's words.
        self._producers: dict[int, Producer] = {}
        _ = app.amqp, app.connection_for_write().transport_cls

    def launch(self, task_id: str, *, pool: str, priority: int = Priority.NORMAL) -> None:
        """Send the one Celery task; its id in Flower is the task's own."""
        self._publisher.publish(Address(pool, priority), task_id)

    def launch_all(self, tasks: Sequence[Task], told: Told) -> None:
        """Send the one Celery task with the ids of several, those of concurrent callers among them."""
        by_address: dict[Address, list[str]] = {}
        for task in tasks:
            by_address.setdefault(Address(task.pool, task.priority), []).append(task.id)
        self._publisher.hand_over(by_address, told, together=True)

    def _send(self, address: Address, ids: Sequence[str]) -> None:
        """Do as `Celery.send_task`, which takes twice the time: its routes, signals and pools are of no use here."""
        arguments = (list(ids),)
        task_id = ids[0] if len(ids) == 1 else new_id()
        message = self._app.amqp.as_task_v2(task_id, RUN, args=arguments, argsrepr=repr(arguments), kwargsrepr="{}")
        try:
            self._producer().publish(
                message.body,
                exchange="",
                routing_key=address.pool,
                serializer="json",
                headers=message.headers,
                priority=self._priorities[address.priority],
                retry=False,
                **message.properties,
            )
        except Exception as error:
            self._give_up_connection()  # whatever it was: it is the only one
            if isinstance(error, BROKER_ERRORS):
                raise BrokerUnavailable from None
            raise

    def _producer(self) -> Producer:
        producer = self._producers.get(os.getpid())
        if producer is None:
            producer = Producer(self._app.connection_for_write(), auto_declare=False)
            self._producers[os.getpid()] = producer
            for queue in _QUEUES.values():  # once: to ask kombu before each message takes a tenth of a millisecond
                queue(producer.channel).declare()
        return producer

    def _give_up_connection(self) -> None:
        producer = self._producers.pop(os.getpid(), None)
        with suppress(*BROKER_ERRORS):
            if producer is not None:
                producer.connection.close()

    def holds(self, pool: str, task_ids: Collection[str]) -> set[str] | None:
        """Look through the pool's list in Redis; other brokers cannot tell."""
        wanted = set(task_ids)
        try:
            with self._app.connection_for_read() as connection:
                channel = connection.default_channel
                client = getattr(channel, "client", None)
                if client is None:
                    return None
                held: set[str] = set()
                for name in redis_lists(pool):
                    for at in range(0, _SCANNED, 1000):
                        raw = client.lrange(name, at, at + 999)
                        held |= wanted.intersection(found.decode() for found in _ID.findall(b" ".join(raw)))
                        if len(raw) < 1000 or held == wanted:  # noqa: PLR2004 - the step above: the list's end
                            break
                return held
        except BROKER_ERRORS:
            raise BrokerUnavailable from None

    def ping(self) -> None:
        """Open a connection, and let it go."""
        try:
            with self._app.connection_for_write() as connection:
                client = getattr(connection.default_channel, "client", None)
                if client is not None:
                    client.ping()
        except BROKER_ERRORS:
            raise BrokerUnavailable from None
