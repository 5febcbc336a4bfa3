"""Celery's side of one message, in the process that watches over the others."""

import threading
from typing import Any

from billiard.exceptions import WorkerLostError
from celery.worker.request import Request

from gateway.wiring import worker_name
from workers.settling import LOST, settle


class RunRequest(Request):  # type: ignore[misc]  # Celery is untyped
    """Has the tasks of a process that died put right at once; the monitor would do it when their leases end."""

    def on_failure(self, exc_info: Any, send_failed_event: bool = True, return_ok: bool = False) -> None:  # noqa: FBT001, FBT002 - Celery's signature
        """Do as Celery does, and what it leaves undone."""
        super().on_failure(exc_info, send_failed_event=send_failed_event, return_ok=return_ok)
        error = getattr(exc_info.exception, "exc", exc_info.exception)
        if isinstance(error, WorkerLostError):
            held = {owner_of(self): ids_of(self)}
            threading.Thread(target=lambda: settle(LOST, held), name="settling", daemon=True).start()


def ids_of(request: Request) -> list[str]:
    """Return the ids that the message carries."""
    (ids,) = request.args
    return list(ids)


def owner_of(request: Request) -> str:
    """Return what the ledger calls the process that runs the message's tasks."""
    return worker_name(request.delivery_info.get("routing_key", ""), request.worker_pid or 0)
