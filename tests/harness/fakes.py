"""Stand-ins for what stands outside the house; `tests/contract` runs their contracts on them, too."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from gateway.delivery.queue import Told
from gateway.errors import BrokerUnavailable, GatewayError
from gateway.ledger.task import Priority, Task
from gateway.message.message import Message


class FakeQueue:
    """`gateway.delivery.queue.Queue` in a list for each pool."""

    def __init__(self) -> None:
        self.down = False
        self.waiting: dict[str, list[str]] = defaultdict(list)

    def launch(self, task_id: str, *, pool: str, priority: int = Priority.NORMAL) -> None:
        del priority  # the order in which they are taken is the broker's affair
        self.ping()
        self.waiting[pool].append(task_id)

    def launch_all(self, tasks: Sequence[Task], told: Told) -> None:
        try:
            for task in tasks:
                self.launch(task.id, pool=task.pool, priority=task.priority)
        except BrokerUnavailable:
            told(False)
        else:
            told(True)

    def holds(self, pool: str, task_ids: Collection[str]) -> set[str] | None:
        self.ping()
        return set(task_ids) & set(self.waiting[pool])

    def ping(self) -> None:
        if self.down:
            raise BrokerUnavailable

    def take(self, pool: str) -> list[str]:
        """Return what a worker of the pool would be given, and hold it no longer."""
        return self.waiting.pop(pool, [])

    @property
    def launched(self) -> list[str]:
        return [task_id for pool in self.waiting.values() for task_id in pool]


class FakeForwarder:
    """`gateway.delivery.forwarder.Forwarder` that answers what it is told to."""

    def __init__(self) -> None:
        self.seen: list[Message] = []
        self.together: list[int] = []  #: how many messages came with each call of `forward_all`
        self.answer: Any = {"words": 2}
        self.answers: dict[str, Any] = {}  #: by the text that they answer, where it came with others
        self.error: GatewayError | None = None

    def forward(self, message: Message) -> Any:
        if self.error is not None:
            raise self.error
        self.seen.append(message)
        return self.answer

    def forward_all(self, messages: Sequence[Message]) -> list[Any | GatewayError]:
        self.together.append(len(messages))
        if self.error is not None:
            return [self.error] * len(messages)
        self.seen += messages
        return [self.answers.get(message.text, self.answer) for message in messages]

    def ping(self) -> None:
        if self.error is not None:
            raise self.error
