"""
Idempotency-Key: what a client sends again under one key is done once, and answered as it was.

Every operation that answers 201 or 202 takes something in, and so takes the header: `install` wraps them all.
docs/retrying.md tells clients which answers are kept, and what a repeat gets.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import partial, wraps
from http import HTTPStatus
from typing import Any, cast

from flask import Flask, Response, g, request

from gateway.errors import (
    GatewayError,
    IdempotencyInFlight,
    IdempotencyKeyReused,
    LedgerOutcomeUnknown,
    LedgerUnavailable,
    OutcomeUnknown,
    TaskDeleted,
    TaskNotFound,
)
from gateway.intake import UnderKey
from gateway.ledger.idempotency import WIPED, KeyLease, UsedKey
from gateway.ledger.task import Task
from gateway.web.idempotency import REPLAYED, AskedUnderKey
from gateway.web.openapi import Described
from gateway.web.problems import answer_to, status_of
from service_1.parts import caller, parts, request_id

View = Callable[..., Response]


def install(app: Flask) -> None:
    """Wrap every view of *app* that takes something in."""
    for endpoint, view in app.view_functions.items():
        described = getattr(view, "described", None)
        if isinstance(described, Described) and described.takes_in:
            app.view_functions[endpoint] = _once(cast("View", view))


def _once(view: View) -> View:
    @wraps(view)
    def answer(**arguments: Any) -> Response:
        keys = parts().idempotency
        if not keys.has(request):
            return view(**arguments)
        asked = keys.read(request, caller=caller().name)
        found = parts().ledger.take_key(asked.key_hash, asked.body_hash, for_ms=keys.lease_ms)
        work = partial(view, **arguments)
        return _first(asked, found, work) if isinstance(found, KeyLease) else _again(asked, found, work)

    return answer


def _first(asked: AskedUnderKey, lease: KeyLease, work: View) -> Response:
    """Do the work under the key, and keep the answer if it is one for good."""
    g.under_key = UnderKey(lease=lease)
    try:
        response = work()
    except LedgerOutcomeUnknown:
        raise  # in flight for a while: then a repeat finds whether the task was written down
    except OutcomeUnknown as error:
        response = answer_to(error)  # kept: a repeat must not send the message on a second time
    except GatewayError as error:
        if status_of(error) != HTTPStatus.INTERNAL_SERVER_ERROR:  # nothing was done; of that one nobody knows
            with suppress(LedgerUnavailable):
                parts().ledger.free_key(lease)
        raise
    try:
        parts().ledger.answer_key(lease, asked.seal(response))
    except LedgerUnavailable as error:
        parts().journal.warning("answer.unkept", request_id=request_id(), code=error.code)
    return response


def _again(asked: AskedUnderKey, found: UsedKey, work: View) -> Response:
    """
    Answer a repeat.

    Raises:
        IdempotencyKeyReused: it is no repeat.
        IdempotencyInFlight: there is no answer yet.
        OutcomeUnknown: the message was sent on, and the request that did it is gone.
        TaskDeleted: a task was accepted, and is deleted by now.
    """
    if found.body_hash != asked.body_hash:
        raise IdempotencyKeyReused
    if found.answer:
        return asked.open(found.answer)
    if (task := _accepted(found)) is not None:  # what was answered is lost, wiped or not kept yet
        g.under_key = UnderKey(task=task)
        response = work()
        response.headers[REPLAYED] = "true"
        return response
    if found.answer == WIPED:
        raise TaskDeleted
    if found.taken_id is not None and not found.in_flight:
        raise OutcomeUnknown
    raise IdempotencyInFlight


def _accepted(found: UsedKey) -> Task | None:
    if found.taken_id is None:
        return None
    with suppress(TaskNotFound):
        return parts().ledger.get(found.taken_id)
    return None
