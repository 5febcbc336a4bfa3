"""The Celery task that does nothing: what bare Celery is measured with."""

from typing import Any, Final

from celery import Celery, Task

from gateway.delivery.celery_queue import celery_app

_NAME: Final = "bench.nothing"


def bare(app: Celery) -> Celery:
    """
    Give *app*, of ours and not yet used, Celery's own connections and consumer in the place of ours.

    Its messages are acknowledged in Redis: without a ledger, nothing else knows what a worker holds.
    """
    app.amqp_cls = Celery.amqp_cls
    app.conf.broker_transport_options = app.conf.broker_transport_options | {"ack_emulation": True}
    app.conf.worker_consumer = "celery.worker.consumer:Consumer"
    return app


def bare_publisher(broker_url: str) -> Celery:
    """Return bare Celery with the settings of our services."""
    return bare(celery_app(broker_url, publisher=True))


def define(app: Celery) -> Task:
    """Return the task, as *app* knows it."""

    @app.task(name=_NAME, acks_late=True, ignore_result=True)
    def nothing(*_: Any) -> None:
        """Do nothing."""

    return nothing
