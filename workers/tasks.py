"""The one Celery task."""

import threading
from functools import cache
from typing import Any

from celery import Task

from gateway.delivery.celery_queue import RUN
from gateway.processing.runner import Runner
from gateway.wiring import build_runner
from workers.app import app, settings

_building = threading.Lock()


def runner(pool: str) -> Runner:
    """Return this process's runner: made at its first task, so after any fork, and once for all of its threads."""
    with _building:
        return _runner(pool)


@cache
def _runner(pool: str) -> Runner:
    return build_runner(settings, pool=pool)


@app.task(name=RUN, bind=True)
def run(self: Task, task_ids: list[str]) -> None:
    """Run the tasks of one broker message. Celery may deliver it twice; the ledger lets one claim through."""
    delivery: dict[str, Any] = self.request.delivery_info or {}
    runner(delivery.get("routing_key", "")).run(task_ids)
