"""The one Celery task."""

from typing import Any

from celery import Task

from gateway.delivery.celery_queue import RUN
from workers.app import app
from workers.runners import runners


@app.task(name=RUN, bind=True, Request="workers.requests:RunRequest")
def run(self: Task, task_ids: list[str]) -> None:
    """Run the tasks of one broker message. Celery may deliver it twice; the ledger lets one claim through."""
    delivery: dict[str, Any] = self.request.delivery_info or {}
    runners.of(delivery.get("routing_key", "")).run(task_ids)
