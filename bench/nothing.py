"""The Celery task that does nothing: what bare Celery is measured with."""

from typing import Any, Final

from celery import Celery, Task

_NAME: Final = "bench.nothing"


def define(app: Celery) -> Task:
    """Return the task, as *app* knows it."""

    @app.task(name=_NAME, acks_late=True, ignore_result=True)
    def nothing(*_: Any) -> None:
        """Do nothing."""

    return nothing
