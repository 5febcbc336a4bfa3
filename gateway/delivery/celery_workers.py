"""Whether workers listen, asked through the broker."""

from typing import Final

from celery import Celery

from gateway.delivery.celery_queue import BROKER_ERRORS
from gateway.errors import BrokerUnavailable, WorkersSilent

_WITHIN_S: Final = 2.0


class CeleryWorkers:
    """The workers of both pools; their names begin with their pool's."""

    def __init__(self, app: Celery) -> None:
        self._app = app

    def ping(self, pool: str) -> None:
        """
        Wait for the first worker of *pool* to answer; one that is busy does, too.

        Raises:
            WorkersSilent: none answers in time.
            BrokerUnavailable: nobody can be asked.
        """
        try:
            with self._app.connection_for_write() as connection:
                answers = self._app.control.ping(
                    timeout=_WITHIN_S, limit=1, pattern=f"{pool}@*", matcher="glob", connection=connection
                )
        except BROKER_ERRORS:
            raise BrokerUnavailable from None
        if not answers:
            raise WorkersSilent
