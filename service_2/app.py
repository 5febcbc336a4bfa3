"""The processing API as a Flask application."""

import hmac
import time
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

import orjson
from flask import Flask, Response, g, request

from gateway.errors import GatewayError, ProcessingFailed, TryLater, Unauthenticated
from gateway.journal import Journal
from gateway.kinds import PROCESS
from gateway.message.decoding import LINES_TYPE, MAX_BODY_BYTES, decode_json, numbered_lines
from gateway.processing.job import Job, Processor
from gateway.telemetry import metrics
from gateway.telemetry.logs import error_fields
from gateway.web import problems, request_id
from gateway.web.answers import json_answer
from gateway.web.bodies import json_body, plain_body, validated
from gateway.web.health import health, readiness
from gateway.web.problems import answer_with, problem_json, status_of
from service_2.schemas import ProcessIn

_GROWN: Final = 16  #: written anew, and redacted, a message may have become so many times as large
_MAX_BODY_BYTES: Final = _GROWN * MAX_BODY_BYTES
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
    processing = _Processing(lambda: app.extensions[PROCESSORS], journal)
    _add_processing(app, processing, token=token, journal=journal)
    _add_probes(app)
    return app


def _add_processing(app: Flask, processing: "_Processing", *, token: str, journal: Journal) -> None:
    expected = f"Bearer {token}".encode()

    def check_token() -> None:
        if not token or not hmac.compare_digest(request.headers.get("Authorization", "").encode(), expected):
            raise Unauthenticated

    @app.post("/process")
    def post_process() -> Response:
        check_token()
        body = json_body(request, ProcessIn, max_bytes=_MAX_BODY_BYTES)
        try:
            result, seconds = processing.run(body)
            answer = json_answer(result)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - in any way; and its text may quote the message
            return answer_with(processing.failure(body, error))
        journal.info("message.processed", request_id=g.request_id, **_told(body, seconds))
        return answer

    @app.post("/process/batch")
    def post_process_batch() -> Response:
        """Process a message a line; each line of the answer has `status` and, with 200, `result`."""
        check_token()
        body = plain_body(request)
        done: list[dict[str, Any]] = []
        answers = b"\n".join(processing.answers(body, done))
        journal.info_each("message.processed", done, request_id=g.request_id)
        return Response(answers, content_type=LINES_TYPE)


def _add_probes(app: Flask) -> None:
    @app.get("/health")
    def get_health() -> Response:
        return health()

    @app.get("/ready")
    def get_ready() -> Response:
        return readiness(())

    @app.get("/metrics")
    def get_metrics() -> Response:
        return Response(metrics.exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")


class _Processing:
    """Runs the processor of a message's kind."""

    def __init__(self, processors: Callable[[], Mapping[str, Processor]], journal: Journal) -> None:
        self._processors = processors  #: a call, since a reload replaces them
        self._journal = journal

    def run(self, body: ProcessIn) -> tuple[Any, float]:
        """Return the result, and the seconds that it took."""
        processors = self._processors()
        processor = processors.get(body.kind) or processors[PROCESS]
        started = time.perf_counter()
        result = processor(Job(id=body.id, kind=body.kind, attempt=1, content=body.text, metadata=body.metadata))
        return result, time.perf_counter() - started

    def answers(self, lines: bytes, done: list[dict[str, Any]]) -> Iterator[bytes]:
        """Yield the answer to each line, and add what is to be told of those that went well to *done*."""
        for _, line in numbered_lines(lines):
            try:
                body = validated(decode_json(line, max_bytes=_MAX_BODY_BYTES), ProcessIn)
            except GatewayError as error:
                yield orjson.dumps({"status": status_of(error)})
                continue
            try:
                result, seconds = self.run(body)
                answer = orjson.dumps({"status": HTTPStatus.OK, "result": result})
            except (Exception, SystemExit) as error:  # noqa: BLE001 - as for one message
                yield orjson.dumps({"status": self.failure(body, error)["status"]})
                continue
            done.append(_told(body, seconds))
            yield answer

    def failure(self, body: ProcessIn, error: BaseException) -> dict[str, Any]:
        """Tell that a processor failed, by the class and the place of its exception; return the problem that it is."""
        self._journal.warning("message.error", request_id=g.request_id, message_id=body.id, **error_fields(error))
        if isinstance(error, TryLater):
            return problem_json(HTTPStatus.SERVICE_UNAVAILABLE, error.code, "The processor cannot do its part now.")
        return problem_json(HTTPStatus.INTERNAL_SERVER_ERROR, ProcessingFailed.code, "The processor failed.")


def _told(body: ProcessIn, seconds: float) -> dict[str, Any]:
    return {"message_id": body.id, "kind": body.kind, "ms": seconds * 1000}
