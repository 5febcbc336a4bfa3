"""The Celery application of the workers and of Flower."""

from typing import Any

from celery.signals import setup_logging

from gateway.delivery.celery_queue import celery_app
from gateway.reloading import in_force

settings = in_force()
app = celery_app(settings.celery_broker_url, publisher=False)
app.conf.imports = ("workers.tasks",)
app.conf.worker_consumer = "workers.consumer:GatheringConsumer"


@setup_logging.connect
def _keep_our_handlers(**_: Any) -> None:
    """Have Celery leave logging alone: its own lines would print what a library puts into an error."""
