"""The OpenAPI document against the running API: whatever is sent, the answer is one that the document describes."""

import json

import pytest
import schemathesis
from harness.api import REQUEST_TIMEOUT_S, an_address, problem_of
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 20  #: of each call and mode
FOR_OPERATORS = ("/alerts", "/alerts/{alert_id}", "/stats", "/tasks/{task_id}/retry", "/task/{task_id}/retry")
LONGEST_WAIT_S, LARGEST_SUM = 0.1, 1000  # the pools are not what is tested: jobs are made short

# Every call; the document has to have these and no others.
CALLS = [
    *(("GET", path) for path in ("/", "/health", "/ready", "/stats", "/alerts", "/alerts/{alert_id}")),
    *(("POST", path) for path in ("/messages", "/messages/batch", "/screen", "/api/wait_and_return", "/api/sum")),
    *(("POST", path) for path in ("/analyze", "/anonymize", "/deanonymize")),
    *(("GET", path) for path in ("/supportedentities", "/recognizers", "/anonymizers", "/deanonymizers")),
    *(("GET", path) for path in ("/api/wait_and_return/{job_id}", "/api/sum/{job_id}")),
    *((method, f"/{name}") for name in ("tasks", "task") for method in ("GET", "POST")),
    *(("GET", f"/{name}/{{task_id}}{path}") for name in ("tasks", "task") for path in ("", "/events")),
    *(("PATCH", f"/{name}/{{task_id}}/cancel") for name in ("tasks", "task")),
    *(("POST", f"/{name}/{{task_id}}/retry") for name in ("tasks", "task")),
    *(("DELETE", f"/{name}/{{task_id}}") for name in ("tasks", "task")),
    ("POST", "/api/recommendations"),
    ("GET", "/api/recommendations/{job_id}"),
]
FOR_ADMINS = ("/deanonymize", "/api/recommendations")
TAKES_NOTHING = (
    "/",
    "/health",
    "/ready",
    "/stats",
    "/anonymizers",
    "/deanonymizers",
)  # which cannot be given something wrong
TRIALS = [
    *((GenerationMode.POSITIVE, *call) for call in CALLS),
    *((GenerationMode.NEGATIVE, *call) for call in CALLS if call[1] not in TAKES_NOTHING),
]


@schemathesis.serializer("application/x-ndjson")
def as_lines(_, value):
    """Send what was made up for a batch as it is: some of it is lines of JSON."""
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else json.dumps(value).encode()


@pytest.fixture(scope="module")
def document(url):
    """The document, as anybody can load it."""
    return schemathesis.openapi.from_url(f"{url}/producer/openapi.json")


@pytest.fixture(scope="module")
def sender(other_client):
    """A client whose tasks are cleared away at the end."""
    yield other_client
    for status in ("pending", "processing"):
        while items := other_client.look(f"/producer/tasks?status={status}&limit=200")["items"]:
            for task in items:
                other_client.cancel(task["id"])


@pytest.fixture(scope="module")
def known(sender):
    """Ids that are there, by the call that takes them."""
    ended, job, count = sender.task("Hello")["id"], sender.job("wait_and_return", seconds=0), sender.job("sum", n=1)
    for task_id in (ended, job, count):
        sender.ended(task_id)
    again = sender.job("wait_and_return", seconds=30)
    sender.cancel(again)
    alert = problem_of(sender.message(an_address()), 422)["alert_id"]
    return {
        "/tasks/{task_id}": ended,
        "/tasks/{task_id}/events": ended,
        "/tasks/{task_id}/cancel": ended,
        "/tasks/{task_id}/retry": again,
        "/api/wait_and_return/{job_id}": job,
        "/api/sum/{job_id}": count,
        "/alerts/{alert_id}": alert,
    }


@pytest.fixture(scope="module")
def key_for(sender, operator, admin):
    """The key with which to call a path."""
    return lambda path: (admin if path in FOR_ADMINS else operator if path in FOR_OPERATORS else sender).key


def test_every_call_of_the_document_is_tried_here(document):
    described = {(each.ok().method.upper(), each.ok().path) for each in document.get_all_operations()}

    assert described == set(CALLS)


@pytest.mark.parametrize("trial", TRIALS, ids=" ".join)
def test_every_answer_is_as_the_document_says(document, key_for, known, trial):
    mode, method, path = trial
    operation = document[path][method]
    answers = []

    @settings(max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, suppress_health_check=HealthCheck)
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case):
        shorten(case)
        if mode is GenerationMode.POSITIVE:
            aim(case, known)
        answers.append(
            case.call_and_validate(headers={"X-API-Key": key_for(path)}, timeout=REQUEST_TIMEOUT_S, checks=CHECKS)
        )

    send()

    assert answers


def shorten(case):
    """Make a job short where it is a valid one."""
    body = case.body
    if not isinstance(body, dict):
        return
    for name, most in (("seconds", LONGEST_WAIT_S), ("n", LARGEST_SUM)):
        value = body.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and most < value <= 100_000_000:
            body[name] = most


def aim(case, known):
    """Have about half of the calls reach what is there: an id, a declared kind, one content of a task."""
    here = known.get(case.operation.path.replace("/task/", "/tasks/"))
    for name, value in (case.path_parameters or {}).items():
        if here and value[-1:] in set("01234567"):
            case.path_parameters[name] = here
    if isinstance(case.body, dict):
        if isinstance(case.body.get("content"), str):
            case.body.pop("data", None)
        if len(str(case.body.get("kind", ""))) % 2:
            case.body["kind"] = "message"
