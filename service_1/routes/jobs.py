"""The ready-made jobs."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request

from gateway.access.roles import Role
from gateway.errors import TaskNotFound
from gateway.intake import Receipt
from gateway.kinds import RECOMMENDATIONS, SUM, WAIT_AND_RETURN
from gateway.ledger.task import NewTask
from gateway.message.ids import is_id, new_id
from gateway.web.answers import json_answer
from gateway.web.bodies import json_body
from gateway.web.openapi import Described, describes
from service_1.encoding import PREFIX
from service_1.parts import allow_kind, caller, parts, request_id, under_key
from service_1.routes.messages import held_answer
from service_1.schemas import HeldOut, JobOut, JobStateOut, RecommendationsIn, SumIn, WaitIn

bp = Blueprint("jobs", __name__, url_prefix="/api")


@bp.post("/wait_and_return")
@describes(
    Described(summary="Wait, then return a value.", tag="jobs", takes=WaitIn, answers={202: JobOut, 422: HeldOut})
)
def post_wait_and_return() -> Response:
    """Start a job that waits."""
    who = caller().name
    body = json_body(request, WaitIn)
    return _start(WAIT_AND_RETURN, {"seconds": body.seconds, "value": body.value}, who)


@bp.post("/sum")
@describes(
    Described(summary="Add 1 + 2 + … + n by iteration.", tag="jobs", takes=SumIn, answers={202: JobOut, 422: HeldOut})
)
def post_sum() -> Response:
    """Start a job that computes."""
    who = caller().name
    return _start(SUM, {"n": json_body(request, SumIn).n}, who)


@bp.post("/recommendations")
@describes(
    Described(
        summary="Recommend songs like another one.",
        tag="jobs",
        details="Anybody else who asks raises a `FraudAttempt` alert.",
        role=Role.ADMIN,
        takes=RecommendationsIn,
        answers={202: JobOut, 422: HeldOut},
    )
)
def post_recommendations() -> Response:
    """Start a job that depends on an unsteady service outside."""
    who = caller()
    allow_kind(who, RECOMMENDATIONS)
    body = json_body(request, RecommendationsIn)
    return _start(RECOMMENDATIONS, {"song": body.song, "limit": body.limit}, who.name)


@bp.get("/wait_and_return/<job_id>")
@describes(Described(summary="Get a job that waits.", tag="jobs", answers={200: JobStateOut}))
def get_wait_and_return(job_id: str) -> Response:
    """Return a job that waits."""
    return _state(WAIT_AND_RETURN, job_id)


@bp.get("/sum/<job_id>")
@describes(Described(summary="Get a job that computes.", tag="jobs", answers={200: JobStateOut}))
def get_sum(job_id: str) -> Response:
    """Return a job that computes."""
    return _state(SUM, job_id)


@bp.get("/recommendations/<job_id>")
@describes(Described(summary="Get recommendations.", tag="jobs", answers={200: JobStateOut}))
def get_recommendations(job_id: str) -> Response:
    """Return a job that recommends."""
    return _state(RECOMMENDATIONS, job_id)


def _start(kind: str, args: dict[str, Any], who: str) -> Response:
    new = NewTask(id=new_id(), caller=who, kind=kind, pool="", payload={"args": args}, request_id=request_id())
    taken = parts().intake.receive_task(new, under=under_key())
    if isinstance(taken, Receipt):
        return held_answer(taken, sent_as=("/args", ""))
    headers = {"Location": f"{PREFIX}/api/{kind}/{taken.id}"}
    return json_answer({"job_id": taken.id, "status": taken.status}, HTTPStatus.ACCEPTED, headers)


def _state(kind: str, job_id: str) -> Response:
    who = caller()
    if not is_id(job_id):
        raise TaskNotFound
    task = parts().ledger.get(job_id, caller=who.sees_only)
    if task.kind != kind:
        raise TaskNotFound
    return json_answer({"job_id": task.id, "status": task.status, "result": task.result, "error": task.error})
