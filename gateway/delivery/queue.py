"""The queue's contract: it carries ids, nothing else."""

from collections.abc import Collection
from typing import Protocol


class Queue(Protocol):
    """Tells the workers which tasks to look at. Losing, doubling or delaying an id does no harm."""

    def launch(self, task_id: str, *, pool: str) -> None:
        """
        Tell the pool's workers of a task, within half a second.

        Raises:
            BrokerUnavailable: the broker may not have taken it; the monitor will tell it again.
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
