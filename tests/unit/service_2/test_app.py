from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient
from harness.journal import Lines
from harness.samples import EMAIL

from gateway.errors import PermanentFailure, TryLater
from gateway.journal import Journal
from gateway.processing.job import Job
from gateway.processing.processors import load_processors
from service_2.app import create_app

TOKEN = "mesh-token"
BODY = {"id": "m-1", "kind": "message", "text": "Two  words.\x00", "metadata": {}}
OURS = {"Authorization": f"Bearer {TOKEN}"}


def client(token: str = TOKEN, **processors: Any) -> FlaskClient:
    return create_app({**load_processors({}), **processors}, token=token, journal=Journal()).test_client()


def test_a_text_is_cleaned_and_counted():
    answer = client().post("/process", json=BODY, headers=OURS)

    assert (answer.status_code, answer.json) == (
        200,
        {"id": "m-1", "text": "Two words.", "characters": 10, "words": 2, "sentences": 1, "lines": 1},
    )


@pytest.mark.parametrize("path", ["/process", "/process/batch"])
def test_a_body_with_a_content_encoding_is_refused(path: str):
    answer = client().post(path, json=BODY, headers={**OURS, "Content-Encoding": "gzip"})

    assert (answer.status_code, answer.headers["Accept-Encoding"]) == (415, "identity")


def test_a_kind_with_a_processor_of_its_own_is_run_by_it():
    seen: list[Job] = []

    def render(job: Job) -> dict[str, Any]:
        seen.append(job)
        return {"rendered": job.metadata["n"]}

    answer = client(invoice=render).post(
        "/process", json={**BODY, "kind": "invoice", "metadata": {"n": 7}}, headers=OURS
    )

    assert answer.json == {"rendered": 7}
    assert (seen[0].id, seen[0].kind, seen[0].attempt) == ("m-1", "invoice", 1)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer another"},
        {"Authorization": TOKEN},
        {"Authorization": f"Basic {TOKEN}"},
        {"X-API-Key": TOKEN},
    ],
)
def test_nobody_but_the_mesh_may_call_it(headers: dict[str, str]):
    answer = client().post("/process", json=BODY, headers=headers)

    assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize("shown", ["Bearer ", "Bearer", ""])
def test_a_mesh_without_a_token_lets_nobody_in(shown: str):
    answer = client(token="").post("/process", json=BODY, headers={"Authorization": shown})

    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "/id"),
        ({**BODY, "text": 1}, "/text"),
        ({**BODY, "kind": ""}, "/kind"),
        ({**BODY, "metadata": EMAIL}, "/metadata"),
        ({**BODY, EMAIL: 1}, "/*"),
    ],
)
def test_a_body_that_does_not_fit_is_refused_by_field(body: dict[str, Any], field: str):
    answer = client().post("/process", json=body, headers=OURS)

    assert (answer.status_code, answer.json["field"]) == (422, field)
    assert EMAIL not in answer.text


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError(EMAIL), (500, "processing_failed")),
        (PermanentFailure(EMAIL), (500, "processing_failed")),
        (TryLater(EMAIL), (503, "try_later")),
    ],
)
def test_a_processor_that_fails_shows_nothing_of_its_exception(lines: Lines, error: Exception, told: tuple[int, str]):
    def fail(_: Job) -> None:
        raise error

    answer = client(message=fail).post("/process", json=BODY, headers=OURS)
    verdict = client(message=fail).post("/process/batch", data=lines_of(BODY), headers=OURS)

    assert (answer.status_code, answer.json["code"]) == told
    assert orjson.loads(verdict.data) == {"status": told[0]}
    assert EMAIL not in answer.text + lines.text
    assert f"error={type(error).__name__}" in lines.text


def test_the_request_id_goes_through_to_the_line(lines: Lines):
    answer = client().post("/process", json=BODY, headers={**OURS, "X-Request-ID": "a" * 32})

    (line,) = lines.of("message.processed")
    assert f"request_id={'a' * 32} message_id=m-1 kind=message" in line
    assert answer.headers["X-Request-ID"] == "a" * 32


@pytest.mark.parametrize(("path", "status"), [("/health", "ok"), ("/ready", "ready")])
def test_it_tells_how_it_is_without_a_token(path: str, status: str):
    answer = client().get(path)

    assert (answer.status_code, answer.json["status"]) == (200, status)


def test_prometheus_reads_its_metrics_by_route():
    own = client()
    own.post("/process", json=BODY, headers=OURS)

    assert 'route="/process",status="200"' in own.get("/metrics").text


def test_a_message_that_is_processed_at_once_does_not_count_as_a_task():
    own = client()
    before = told_of_tasks(own)

    own.post("/process", json=BODY, headers=OURS)
    batch(own, BODY, BODY)

    assert before
    assert told_of_tasks(own) == before


def told_of_tasks(own: FlaskClient) -> list[str]:
    return [line for line in own.get("/metrics").text.splitlines() if line.startswith("task_processing_")]


def lines_of(*bodies: Any) -> bytes:
    return b"\n".join(body if isinstance(body, bytes) else orjson.dumps(body) for body in bodies)


def batch(behind: FlaskClient, *bodies: Any, headers: dict[str, str] = OURS) -> list[dict[str, Any]]:
    answer = behind.post("/process/batch", data=lines_of(*bodies), headers=headers)
    assert (answer.status_code, answer.content_type) == (200, "application/x-ndjson")
    return [orjson.loads(line) for line in answer.data.split(b"\n")]


def test_each_line_of_a_batch_is_answered_as_it_would_be_alone():
    bodies = [{**BODY, "id": f"m-{n}", "text": f"{n}  words"} for n in range(3)]

    answers = batch(client(), *bodies)

    alone = [client().post("/process", json=body, headers=OURS).json for body in bodies]
    assert answers == [{"status": 200, "result": result} for result in alone]


def test_a_line_that_fails_spoils_only_itself(lines: Lines):
    def fail(job: Job) -> None:
        raise RuntimeError(job.content)

    answers = batch(client(bad=fail), BODY, {**BODY, "kind": "bad", "text": EMAIL}, b"{", {}, BODY)

    assert [answer["status"] for answer in answers] == [200, 500, 400, 422, 200]
    assert len(lines.of("message.processed")) == 2
    (line,) = lines.of("message.error")
    assert "error=RuntimeError" in line
    assert EMAIL not in lines.text


def test_a_result_that_is_no_json_fails_for_its_line():
    answers = batch(client(odd=lambda _: object()), {**BODY, "kind": "odd"}, BODY)

    assert [answer["status"] for answer in answers] == [500, 200]


def test_nobody_but_the_mesh_may_send_a_batch():
    answer = client().post("/process/batch", data=lines_of(BODY))

    assert answer.status_code == 401
