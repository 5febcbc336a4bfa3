"""The request id, and the time that each route takes."""

import re
import time
from functools import cache
from typing import Final

from flask import Flask, Response, g, request

from gateway.message.ids import request_id_from
from gateway.telemetry import metrics

HEADER: Final = "X-Request-ID"
_NO_ROUTE: Final = "none"
_ARGUMENT: Final = re.compile(r"<(?:[^<>]*:)?([^<>:]+)>")


def install(app: Flask, *, prefix: str = "") -> None:
    """
    Give every request its id before anything else, and tell how long it took by the name of its route.

    Args:
        app: the service.
        prefix: where NGINX mounts the service; part of the routes' names.
    """
    name_of = cache(lambda rule: f"{prefix}{route_name(rule)}")

    def begin() -> None:
        g.started = time.perf_counter()
        g.request_id = request_id_from(request.headers.get(HEADER))

    def end(response: Response) -> Response:
        response.headers[HEADER] = g.request_id
        route = name_of(request.url_rule.rule) if request.url_rule else _NO_ROUTE
        metrics.request_seconds.labels(route, response.status_code).observe(time.perf_counter() - g.started)
        return response

    app.before_request(begin)
    app.after_request(end)


def route_name(rule: str) -> str:
    """Write a Flask rule as OpenAPI does: `/tasks/<task_id>`, or `/tasks/<path:task_id>`, is `/tasks/{task_id}`."""
    return _ARGUMENT.sub(r"{\1}", rule)
