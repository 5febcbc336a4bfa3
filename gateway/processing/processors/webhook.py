"""`webhook`: telling whoever asked for it that a task has ended."""

from collections.abc import Callable
from typing import Any

import orjson

from gateway.delivery.callbacks import CallbackForbidden, WebhookSender
from gateway.processing.job import Job
from gateway.telemetry.logs import rfc3339


def deliverer(sender: WebhookSender) -> Callable[[Job], dict[str, Any]]:
    """Return the processor that delivers through *sender*."""

    def deliver(job: Job) -> dict[str, Any]:
        """
        Post `{"type": "task.completed", "timestamp", "data": {"id", "status"}}` to the job's `callback_url`.

        The body is the same at each try, and holds nothing of what the task held. Returns `{"answer": 204}`.
        """
        if job.callback_url is None:
            raise CallbackForbidden  # its address was wiped
        status = job.args["status"]
        told = {
            "type": f"task.{status}",
            "timestamp": rfc3339(job.args["ended_at"] / 1000),
            "data": {"id": job.args["task_id"], "status": status},
        }
        return {"answer": sender.send(job.callback_url, delivery_id=job.id, body=orjson.dumps(told))}

    return deliver
