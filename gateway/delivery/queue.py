"""The queue's contract: it carries ids, nothing else."""

from collections.abc import Collection, Sequence
from typing import Protocol

from gateway.ledger.task import Priority, Task


class Queue(Protocol):
    """Tells the workers which tasks to look at. Losing, doubling or delaying an id does no harm."""

    def launch(self, task_id: str, *, pool: str, priority: int = Priority.NORMAL) -> None:
        """
        Tell the pool's workers of a task by a message of its own, within half a second.

        Raises:
            BrokerUnavailable: the broker may not have taken it; the monitor will tell it again.
        """

    def launch_all(self, tasks: Sequence[Task]) -> None:
        """
        Tell the workers of new tasks, within half a second for all of them; several may share a message.

        Raises:
            BrokerUnavailable: the broker may not have taken some of them; the monitor will tell those again.
        """

    def holds(self, pool: str, task_ids: Collection[str]) -> set[str] | None:
        """
        Return those of the ids that still wait in the broker for the pool; None where it cannot tell.

        Raises:
            BrokerUnavailable: it does not answer.
        """

    def ping(self) -> None:
        """
        Do the least that shows that the broker answers.

        Raises:
            BrokerUnavailable: it does not.
        """
