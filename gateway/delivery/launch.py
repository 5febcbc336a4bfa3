"""Telling the workers of tasks that were just written down; what fails here is launched by the monitor."""

import time
from collections.abc import Sequence

from gateway.delivery.queue import Queue
from gateway.errors import BrokerUnavailable
from gateway.ledger.ledger import Done
from gateway.ledger.task import Task


class Launch:
    """Has the workers told of the tasks of one call, and knows afterwards whether they were."""

    def __init__(self, queue: Queue) -> None:
        """Tell nobody yet."""
        self._queue = queue
        self.untold: Sequence[Task] = ()  #: those that are due now, and of which the broker may not know
        self.error: Exception = BrokerUnavailable()  #: why

    def begin(self, tasks: Sequence[Task], done: Done) -> None:
        """Have the workers told of what is due now, as the `follow` of `Ledger.accept`."""
        now = time.time() * 1000
        self.untold = [task for task in tasks if task.not_before is None or task.not_before <= now]
        if not self.untold:
            done()  # the monitor launches them when their time has come
            return

        def told(taken: bool) -> None:  # noqa: FBT001 - as `Queue.launch_all` has it
            if taken:
                self.untold = ()
            done()

        try:
            self._queue.launch_all(self.untold, told)
        except Exception as error:  # noqa: BLE001 - they are in the ledger: whatever fails now, the monitor launches them
            self.error = error
            done()

    def now(self, task: Task) -> None:
        """Tell the workers of one task, and wait for it."""
        self.untold = [task]
        try:
            self._queue.launch(task.id, pool=task.pool, priority=task.priority)
        except Exception as error:  # noqa: BLE001 - as above
            self.error = error
        else:
            self.untold = ()
