"""The processing API as a Flask application."""

import hmac
import time
from collections.abc import Mapping
from typing import Final

from flask import Flask, Response, g, request

from gateway.errors import Unauthenticated
from gateway.journal import Journal
from gateway.kinds import PROCESS
from gateway.message.decoding import MAX_BODY_BYTES
from gateway.processing.job import Job, Processor
from gateway.telemetry import metrics
from gateway.telemetry.logs import error_fields
from gateway.web import problems, request_id
from gateway.web.answers import json_answer
from gateway.web.bodies import json_body
from gateway.web.health import health, readiness
from gateway.web.problems import problem
from service_2.schemas import ProcessIn

_MAX_BODY_BYTES: Final = 16 * MAX_BODY_BYTES  #: written anew, and redacted, a message may have grown
PROCESSORS: Final = "processors"  #: the extension that may be replaced while the application runs


def create_app(processors: Mapping[str, Processor], *, token: str, journal: Journal) -> Flask:
    """
    Return the application.

    Args:
        processors: by kind; the others run `process`.
        token: what service_1 shows as Bearer; nobody else may call `/process`.
    """
    app = Flask(__name__, static_folder=None)
    request_id.install(app)
    problems.install(app, journal)
    app.extensions[PROCESSORS] = processors
    expected = f"Bearer {token}".encode()

    @app.post("/process")
    def post_process() -> Response:
        if not token or not hmac.compare_digest(request.headers.get("Authorization", "").encode(), expected):
            raise Unauthenticated
        body = json_body(request, ProcessIn, max_bytes=_MAX_BODY_BYTES)
        processors: Mapping[str, Processor] = app.extensions[PROCESSORS]
        processor = processors.get(body.kind) or processors[PROCESS]
        job = Job(id=body.id, kind=body.kind, attempt=1, content=body.text, metadata=body.metadata)
        started = time.perf_counter()
        try:
            answer = json_answer(processor(job))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - in any way; and its text may quote the message
            journal.warning("message.error", request_id=g.request_id, message_id=body.id, **error_fields(error))
            return problem(500, "processing_failed", "The processor failed.")
        seconds = time.perf_counter() - started
        metrics.task_processing_duration.observe(seconds)
        journal.info(
            "message.processed", request_id=g.request_id, message_id=body.id, kind=body.kind, ms=seconds * 1000
        )
        return answer

    @app.get("/health")
    def get_health() -> Response:
        return health()

    @app.get("/ready")
    def get_ready() -> Response:
        return readiness(())

    @app.get("/metrics")
    def get_metrics() -> Response:
        return Response(metrics.exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")

    return app
