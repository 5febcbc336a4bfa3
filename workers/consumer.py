"""Celery's consumer, which tells of tasks a little later, and of many at once."""

import time
from typing import Any, Final

from celery.worker.consumer import Consumer

_EVERY_S: Final = 0.05  #: events wait no longer: Flower shows tasks as they run


class GatheringConsumer(Consumer):  # type: ignore[misc]  # Celery is untyped
    """
    Sends the events of tasks together.

    Celery's own sends them after each turn of its loop: under load a message for each task, which takes as long as to
    take the task from the broker.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._flushed_at = 0.0
        self._is_due = False
        super().__init__(*args, **kwargs)

    def _flush_events(self) -> None:
        """Send what has gathered, or see to it that it is sent soon; called by the loop, after something came."""
        wait_s = self._flushed_at + _EVERY_S - time.monotonic()
        if wait_s <= 0:
            self._flushed_at = time.monotonic()
            super()._flush_events()
        elif not self._is_due:
            self._is_due = True
            self.hub.call_later(wait_s, self._flush_what_waited)

    def _flush_what_waited(self) -> None:
        self._is_due = False
        self._flush_events()
