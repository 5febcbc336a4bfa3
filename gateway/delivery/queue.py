"""The queue's contract: it carries ids, nothing else."""

from collections.abc import Callable, Collection, Sequence
from typing import Protocol, TypeAlias

from gateway.ledger.task import Priority, Task

Told: TypeAlias = Callable[[bool], object]


class Queue(Protocol):
    """Tells the workers which tasks to look at. Losing, doubling or delaying an id does no harm."""

    def launch(self, task_id: str, *, pool: str, priority: int = Priority.NORMAL) -> None:
        """
        Tell the pool's workers of a task by a message of its own, within half a second.

        Raises:
            BrokerUnavailable: the broker may not have taken it; the monitor will tell it again.
        """

    def launch_all(self, tasks: Sequence[Task], told: Told) -> None:
        """
        Have the workers told of new tasks, without waiting for it; several may share a message.

        Args:
            told: called once, in whatever thread: with True when the broker has taken all of them, with False where
                it may not have taken some; the monitor will tell those again. It may neither wait nor raise.
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
