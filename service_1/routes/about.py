"""What the service says about itself."""

import time

from flask import Blueprint, Response

from gateway.access.roles import Role
from gateway.kinds import Pool
from gateway.telemetry import metrics
from gateway.telemetry.logs import rfc3339
from gateway.web.answers import json_answer
from gateway.web.health import health, readiness
from gateway.web.openapi import Described, describes
from service_1.encoding import PREFIX
from service_1.parts import caller, parts
from service_1.schemas import AboutOut, HealthOut, ReadyOut, StatsOut

bp = Blueprint("about", __name__)


@bp.get("/")
@describes(Described(summary="Say what this is.", tag="about", answers={200: AboutOut}))
def get_about() -> Response:
    """Return name, version and links."""
    caller()
    links = {
        "documentation": "/docs",
        "openapi": f"{PREFIX}/openapi.json",
        "messages": f"{PREFIX}/messages",
        "tasks": f"{PREFIX}/tasks",
        "health": f"{PREFIX}/health",
        "ready": f"{PREFIX}/ready",
    }
    return json_answer({"service": "portcullis service_1", "version": parts().version, "links": links})


@bp.get("/health")
@describes(Described(summary="Say that it runs.", tag="about", role=None, answers={200: HealthOut}))
def get_health() -> Response:
    """Answer at once."""
    return health()


@bp.get("/ready")
@describes(Described(summary="Say how what it needs is.", tag="about", role=None, answers={200: ReadyOut, 503: None}))
def get_ready() -> Response:
    """Ask every dependency."""
    return readiness(parts().dependencies)


@bp.get("/stats")
@describes(Described(summary="Count tasks.", tag="about", role=Role.OPERATOR, answers={200: StatsOut}))
def get_stats() -> Response:
    """Count tasks by status, and what waits in each pool, or tell what was just counted."""
    caller(Role.OPERATOR)
    counted = parts().figures.counted()
    idle = {pool.value: {"pending": 0, "processing": 0, "oldest_pending_seconds": None} for pool in Pool}
    pools = idle | {
        str(depth.pool): {
            "pending": depth.pending,
            "processing": depth.processing,
            "oldest_pending_seconds": (
                max(0.0, time.time() - depth.oldest_pending_at / 1000) if depth.oldest_pending_at else None
            ),
        }
        for depth in counted.pools
    }
    tasks = {status.value: count for status, count in counted.tasks.items()}
    told = {"version": parts().version, "counted_at": rfc3339(counted.at), "tasks": tasks, "pools": pools}
    return json_answer(told)


@bp.get("/metrics")
def get_metrics() -> Response:
    """Answer Prometheus; NGINX does not let this address through."""
    return Response(metrics.exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")


@bp.get("/internal/auth/<any(operator, admin):role>")
def get_auth(role: str) -> Response:
    """Tell NGINX whether a request to one of the mounted programs may pass."""
    caller(Role(role))
    return Response(status=204)
