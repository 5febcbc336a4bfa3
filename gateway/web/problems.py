"""Every error as `application/problem+json`, with a code that never changes. Source: RFC 9457."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import orjson
from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from gateway import errors
from gateway.journal import Journal
from gateway.telemetry.logs import error_fields

PROBLEM_TYPE: Final = "application/problem+json"
RETRY_AFTER_S: Final = 2  #: about what the programs need to come back after a restart

_STATUS: Final[Mapping[type[errors.GatewayError], HTTPStatus]] = {
    errors.BodyTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.UnsupportedMediaType: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.MalformedBody: HTTPStatus.BAD_REQUEST,
    errors.InvalidRequest: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.TaskDeleted: HTTPStatus.GONE,
    errors.IdempotencyInFlight: HTTPStatus.CONFLICT,
    errors.IdempotencyKeyReused: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.BacklogFull: HTTPStatus.TOO_MANY_REQUESTS,
    errors.TaskAlreadyFinished: HTTPStatus.BAD_REQUEST,
    errors.TaskNotFinished: HTTPStatus.BAD_REQUEST,
    errors.TaskNotRetryable: HTTPStatus.BAD_REQUEST,
    errors.ScreeningUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.LedgerUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.ServiceUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.OutcomeUnknown: HTTPStatus.GATEWAY_TIMEOUT,
    errors.ProcessingFailed: HTTPStatus.BAD_GATEWAY,
}

_CODES: Final[Mapping[int, str]] = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "body_too_large",
    415: "unsupported_media_type",
}


def problem(status: int, code: str, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> Response:
    """Return a problem; *detail* and *more* must be safe to show to anybody."""
    return answer_with(problem_json(status, code, detail, **more), headers)


def problem_json(status: int, code: str, detail: str, **more: Any) -> dict[str, Any]:
    """Return a problem's body, as `problem` does."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "code": code,
        "detail": detail,
        **more,
    }


INTERNAL_ERROR: Final = problem_json(500, "internal_error", "Something went wrong inside the gateway.")


def error_json(error: errors.GatewayError) -> dict[str, Any]:
    """Return the body of the problem that *error* is."""
    more: dict[str, Any] = {}
    if isinstance(error, errors.InvalidRequest) and error.field:
        more["field"] = error.field
    if isinstance(error, errors.BacklogFull):
        more["retry_after_s"] = error.retry_after_s  # a line of a batch has no header
    return problem_json(status_of(error), error.code, str(error), **more)


def answer_to(error: errors.GatewayError) -> Response:
    """Return the problem that *error* is, as a response."""
    headers = {}
    if error.retryable:
        known = error.retry_after_s if isinstance(error, errors.BacklogFull) else RETRY_AFTER_S
        headers["Retry-After"] = str(known)
    if isinstance(error, errors.Unauthenticated):
        headers["WWW-Authenticate"] = 'Bearer realm="Portcullis"'
    if isinstance(error, errors.UnsupportedContentEncoding):
        headers["Accept-Encoding"] = "identity"  # RFC 9110, section 15.5.16
    return answer_with(error_json(error), headers)


def answer_with(body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """Return the response whose body is the problem *body*."""
    return Response(orjson.dumps(body), body["status"], headers, content_type=PROBLEM_TYPE)


def status_of(error: errors.GatewayError) -> HTTPStatus:
    """Return the status of the nearest class that has one."""
    for kind in type(error).__mro__:
        if kind in _STATUS:
            return _STATUS[kind]
    return HTTPStatus.INTERNAL_SERVER_ERROR


def install(app: Flask, journal: Journal) -> None:
    """Answer every error of *app* with a problem; one that nobody expected is journaled by its class and place."""

    def http(error: HTTPException) -> Response:
        status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
        allow = error.get_response().headers.get("Allow")
        code = _CODES.get(status, HTTPStatus(status).phrase.lower().replace(" ", "_"))
        headers = {"Allow": allow} if allow else {}
        return problem(status, code, HTTPStatus(status).description or HTTPStatus(status).phrase, headers=headers)

    def known(error: errors.GatewayError) -> Response:
        if status_of(error) == HTTPStatus.INTERNAL_SERVER_ERROR:  # no place where it was raised foresaw it
            journal.error("request.error", **error_fields(error))
        return answer_to(error)

    def unknown(error: Exception) -> Response:
        journal.error("request.error", **error_fields(error))
        return answer_with(INTERNAL_ERROR)

    app.register_error_handler(errors.GatewayError, known)
    app.register_error_handler(HTTPException, http)
    app.register_error_handler(Exception, unknown)
