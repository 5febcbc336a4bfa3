"""Messages."""

from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request

from gateway.errors import InvalidRequest, UnsupportedMediaType
from gateway.intake import Outcome, Receipt
from gateway.message.decoding import JSON_TYPE, TEXT_TYPE, decode_json, decode_text, media_type
from gateway.message.ids import new_id
from gateway.message.message import Message
from gateway.policy.rules import SECRET_TYPES
from gateway.screening.findings import Finding
from gateway.web.answers import json_answer
from gateway.web.bodies import plain_body, validated
from gateway.web.openapi import Described, describes
from gateway.web.problems import answer_with, problem_json
from service_1.encoding import PREFIX, task_json
from service_1.parts import caller, parts, request_id, under_key
from service_1.schemas import ForwardedOut, HeldOut, MessageIn, QueuedOut, ScreenedOut

bp = Blueprint("messages", __name__)

_POLL_AFTER_S = "1"  #: when it is worth asking for a task's result


@bp.post("/messages")
@describes(
    Described(
        summary="Take in one message.",
        tag="messages",
        takes=MessageIn,
        takes_text=True,
        answers={200: ForwardedOut, 202: QueuedOut, 422: HeldOut},
        also=(502, 504),
        headers={202: ("Retry-After",)},
    )
)
def post_message() -> Response:
    """Take in one message: 200 with the answer, 202 with a task, or 422 if it is held."""
    who = caller()
    try:
        message = message_of(_message_in(), caller=who.name, request_id=request_id())
        return receipt_answer(parts().intake.receive(message, under=under_key()))
    except InvalidRequest as error:
        parts().intake.refuse(error, caller=who.name, request_id=request_id())
        raise


@bp.post("/screen")
@describes(
    Described(
        summary="Say what would become of a message; nothing is forwarded, kept or alerted.",
        tag="messages",
        takes=MessageIn,
        takes_text=True,
        answers={200: ScreenedOut},
    )
)
def post_screen() -> Response:
    """Screen and decide only."""
    who = caller()
    preview = parts().intake.preview(message_of(_message_in(), caller=who.name, request_id=request_id()))
    return json_answer(
        {
            "outcome": preview.outcome,
            "findings": findings_json(preview.findings),
            "redacted_text": preview.redacted_text,
        }
    )


def receipt_answer(receipt: Receipt) -> Response:
    """Return the answer that a receipt stands for."""
    if receipt.outcome is Outcome.HELD:
        return held_answer(receipt)
    if receipt.task is None:
        return json_answer(passed_json(receipt))
    headers = {"Location": f"{PREFIX}/tasks/{receipt.id}", "Retry-After": _POLL_AFTER_S}
    return json_answer(passed_json(receipt), HTTPStatus.ACCEPTED, headers)


def held_answer(receipt: Receipt, *, sent_as: tuple[str, str] = ("", "")) -> Response:
    """
    Return the problem that tells what was found, and where.

    Args:
        receipt: of what was held.
        sent_as: the place in a task's payload that the body had elsewhere, and where: paths point into the body.
    """
    kept, sent = sent_as
    findings = [_moved(finding, kept, sent) for finding in receipt.findings] if kept else receipt.findings
    return answer_with(held_json(replace(receipt, findings=findings)))


def _moved(finding: Finding, kept: str, sent: str) -> Finding:
    is_there = finding.path == kept or finding.path.startswith(f"{kept}/")
    return finding._replace(path=sent + finding.path[len(kept) :]) if is_there else finding


def passed_json(receipt: Receipt) -> dict[str, Any]:
    """Return what is told of a message that was forwarded or queued."""
    return {
        "id": receipt.id,
        "outcome": receipt.outcome,
        "redacted": receipt.redacted,
        "findings": findings_json(receipt.findings),
        **({"result": receipt.result} if receipt.task is None else {"task": task_json(receipt.task)}),
    }


def held_json(receipt: Receipt) -> dict[str, Any]:
    """Return what is told of a message that was held: the body of a problem."""
    secret = any(finding.entity_type in SECRET_TYPES for finding in receipt.findings)
    return problem_json(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "secret" if secret else "personal_data",
        "The message was held for what was found in it. Nothing was forwarded or kept; take it out and send again.",
        id=receipt.id,
        findings=findings_json(receipt.findings),
        alert_id=receipt.alert_id,
    )


def findings_json(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Return the findings as they are shown."""
    return [finding.as_json() for finding in findings]


def message_of(body: MessageIn, *, caller: str, request_id: str) -> Message:
    """Return the message that *body* is, with an id of its own."""
    return Message(
        id=new_id(),
        request_id=request_id,
        caller=caller,
        kind=body.kind,
        delivery=body.delivery,
        text=body.text,
        metadata=body.metadata,
    )


def _message_in() -> MessageIn:
    kind = media_type(request.headers.get("Content-Type"))
    body = plain_body(request)
    if kind == JSON_TYPE:
        return validated(decode_json(body), MessageIn)
    if kind == TEXT_TYPE:
        return validated({"text": decode_text(body)}, MessageIn)
    raise UnsupportedMediaType(f"the body must be {JSON_TYPE} or {TEXT_TYPE}")
