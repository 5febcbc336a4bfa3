"""`/health`: it runs. `/ready`: what it needs answers."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Response

from gateway.errors import GatewayError
from gateway.telemetry import metrics
from gateway.web.answers import json_answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """Something that a service needs."""

    name: str
    check: Callable[[], object]  #: raises a GatewayError where it is down; has a time limit of its own
    needed: bool = True  #: False where the main job goes on without it


def health() -> Response:
    """Say that the service runs."""
    return json_answer({"status": "ok"})


def readiness(dependencies: Sequence[Dependency]) -> Response:
    """Ask every dependency; 503 if one that is needed is down."""
    states = {dependency.name: _state(dependency) for dependency in dependencies}
    down = any(dependency.needed and states[dependency.name]["state"] == "down" for dependency in dependencies)
    body: Mapping[str, Any] = {"status": "unready" if down else "ready", "dependencies": states}
    return json_answer(body, HTTPStatus.SERVICE_UNAVAILABLE if down else HTTPStatus.OK)


def _state(dependency: Dependency) -> dict[str, Any]:
    started = time.perf_counter()
    try:
        dependency.check()
    except GatewayError:
        state = "down"
    else:
        state = "up"
    metrics.dependency_up.labels(dependency.name).set(state == "up")
    milliseconds = round((time.perf_counter() - started) * 1000, 2)
    return {"state": state, "ms": milliseconds, "needed": dependency.needed}
