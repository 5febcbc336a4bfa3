"""Tasks, under `/tasks` and under the older `/task`."""

from http import HTTPStatus

from flask import Blueprint, Response, request

from gateway.access.roles import Role
from gateway.errors import GatewayError, TaskNotFound
from gateway.intake import Receipt
from gateway.ledger.task import NewTask
from gateway.message.ids import is_id, new_id
from gateway.telemetry import metrics
from gateway.web.answers import json_answer
from gateway.web.bodies import json_body, validated
from gateway.web.openapi import Described, describes
from service_1.encoding import PREFIX, before_id, etag_of, event_json, page, task_detail_json, task_json
from service_1.parts import allow_kind, caller, parts, request_id, under_key
from service_1.routes.messages import held_answer
from service_1.schemas import HeldOut, TaskDetailOut, TaskEventsOut, TaskIn, TaskOut, TaskPageOut, TaskQuery

bp = Blueprint("tasks", __name__)


@bp.post("/tasks")
@bp.post("/task")
@describes(Described(summary="Make a task.", tag="tasks", takes=TaskIn, answers={201: TaskOut, 422: HeldOut}))
def post_task() -> Response:
    """Take in one task."""
    metrics.task_create_requests.inc()
    with metrics.task_create_failures.count_exceptions(GatewayError):
        who = caller()
        body = json_body(request, TaskIn)
        allow_kind(who, body.kind)
        taken = parts().intake.receive_task(
            NewTask(
                id=new_id(),
                caller=who.name,
                kind=body.kind,
                pool="",
                payload={"content": body.text, **({"args": body.args} if body.args else {})},
                request_id=request_id(),
                priority=body.urgency,
                not_before=body.not_before_ms,
                callback_url=body.callback_url,
            ),
            under=under_key(),
        )
    if isinstance(taken, Receipt):
        metrics.task_create_failures.inc()
        return held_answer(taken, sent_as=("/content", "/content" if body.data is None else "/data"))
    metrics.task_create_successes.inc()
    return json_answer(task_json(taken), HTTPStatus.CREATED, {"Location": f"{PREFIX}/tasks/{taken.id}"})


@bp.get("/tasks")
@bp.get("/task")
@describes(Described(summary="List tasks, the newest first.", tag="tasks", query=TaskQuery, answers={200: TaskPageOut}))
def get_tasks() -> Response:
    """List the caller's tasks; an operator sees all."""
    who = caller()
    query = validated(request.args.to_dict(), TaskQuery)
    tasks = parts().ledger.tasks(
        caller=who.sees_only,
        status=query.status,
        kind=query.kind,
        limit=query.limit,
        before_id=before_id(query.cursor),
    )
    return json_answer(page(tasks, [task_detail_json(task) for task in tasks], query.limit))


@bp.get("/tasks/<task_id>")
@bp.get("/task/<task_id>")
@describes(
    Described(summary="Get a task.", tag="tasks", answers={200: TaskDetailOut, 304: None}, headers={200: ("ETag",)})
)
def get_task(task_id: str) -> Response:
    """Return one task with its remarks, and an ETag."""
    metrics.task_get_requests.inc()
    who = caller()
    task = parts().ledger.get(_known(task_id), caller=who.sees_only)
    answer = json_answer(task_detail_json(task, parts().ledger.events(task.id)))
    answer.set_etag(etag_of(task))
    answer.make_conditional(request)
    return answer


@bp.get("/tasks/<task_id>/events")
@bp.get("/task/<task_id>/events")
@describes(Described(summary="List a task's changes of state.", tag="tasks", answers={200: TaskEventsOut}))
def get_task_events(task_id: str) -> Response:
    """Return every change of state."""
    task = parts().ledger.get(_known(task_id), caller=caller().sees_only)
    return json_answer({"items": [event_json(event) for event in parts().ledger.events(task.id)]})


@bp.patch("/tasks/<task_id>/cancel")
@bp.patch("/task/<task_id>/cancel")
@describes(
    Described(summary="Cancel a task that has not ended.", tag="tasks", answers={200: TaskDetailOut}, also=(400,))
)
def cancel_task(task_id: str) -> Response:
    """Cancel one task; twice is once."""
    metrics.task_cancel_requests.inc()
    with metrics.task_cancel_failures.count_exceptions(GatewayError):
        who = caller()
        task = parts().ledger.cancel(_known(task_id), by=who.name, caller=who.sees_only)
    metrics.task_cancel_successes.inc()
    return json_answer(task_detail_json(task))


@bp.post("/tasks/<task_id>/retry")
@bp.post("/task/<task_id>/retry")
@describes(
    Described(
        summary="Start a failed or canceled task again.",
        tag="tasks",
        details="It runs as soon as a worker is free, whatever its `not_before` was. One that was emptied cannot.",
        role=Role.OPERATOR,
        answers={200: TaskDetailOut},
        also=(400,),
    )
)
def retry_task(task_id: str) -> Response:
    """Start one task again."""
    who = caller(Role.OPERATOR)
    return json_answer(task_detail_json(parts().intake.retry(_known(task_id), by=who.name)))


@bp.delete("/tasks/<task_id>")
@bp.delete("/task/<task_id>")
@describes(
    Described(
        summary="Wipe what an ended task holds.",
        tag="tasks",
        details="Content, args, result, callback and remarks go at once; that it was there stays until its retention.",
        answers={204: None},
        also=(400,),
    )
)
def delete_task(task_id: str) -> Response:
    """Empty one task; twice is once."""
    who = caller()
    task = parts().ledger.erase(_known(task_id), by=who.name, caller=who.sees_only)
    parts().journal.info("task.erased", request_id=request_id(), task_id=task.id, caller=who.name)
    return Response(status=HTTPStatus.NO_CONTENT)


def _known(task_id: str) -> str:
    """Return the id if it has the form of one, so that nothing else reaches the ledger."""
    if not is_id(task_id):
        raise TaskNotFound
    return task_id
