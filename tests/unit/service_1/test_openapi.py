from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import orjson
import pytest
from harness.door import Door
from harness.samples import CLEAN, WITH_EMAIL
from openapi_pydantic import OpenAPI
from schemathesis.specs.openapi.definitions import OPENAPI_31

from gateway.access.roles import Role
from gateway.web.request_id import route_name

UNDESCRIBED = ("/openapi.json", "/docs", "/metrics", "/internal/")


@pytest.fixture
def document(door: Door) -> dict[str, Any]:
    return door.client.get("/openapi.json").json


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]):
    errors = {error.message for error in jsonschema_rs.iter_errors(OPENAPI_31, document)}

    assert errors == set()
    assert OpenAPI.model_validate(document).openapi.startswith("3.1.")


def test_the_document_names_every_route(door: Door, document: dict[str, Any]):
    routes = {
        (route_name(rule.rule), method.lower())
        for rule in door.client.application.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }

    described = {(path, method) for path, item in document["paths"].items() for method in item}
    assert [path for path, _ in routes - described if not path.startswith(UNDESCRIBED)] == []
    assert described <= routes


def test_operations_have_names_of_their_own(document: dict[str, Any]):
    names = [operation["operationId"] for item in document["paths"].values() for operation in item.values()]

    assert len(set(names)) == len(names)


def test_every_reference_leads_somewhere(document: dict[str, Any]):
    def references(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                yield value["$ref"]
            value = list(value.values())
        for child in value if isinstance(value, list) else ():
            yield from references(child)

    def leads(reference: str) -> bool:
        at: Any = document
        for step in reference.removeprefix("#/").split("/"):
            at = at.get(step) if isinstance(at, dict) else None
        return at is not None

    found = list(references(document))
    assert found
    assert [reference for reference in found if not leads(reference)] == []


def test_requests_go_to_where_the_gate_mounts_the_service(document: dict[str, Any]):
    assert document["servers"] == [{"url": "/producer"}]


def test_every_answer_is_as_the_document_says(door: Door, document: dict[str, Any], shop, operator):
    task_id = shop.task()
    canceled = shop.task()
    job_id = shop.post("/api/sum", {"n": 1}).json["job_id"]
    alert_id = shop.post("/messages", {"text": WITH_EMAIL}).json["alert_id"]
    door.run(task_id, result=[1])
    asked = [
        ("post", "/messages", shop.post("/messages", {"text": CLEAN})),
        ("post", "/messages", shop.post("/messages", {"text": CLEAN, "delivery": "queued"})),
        ("post", "/messages", shop.post("/messages", {"text": WITH_EMAIL})),
        ("post", "/messages", shop.post("/messages", {})),
        ("post", "/messages", door.client.post("/messages", json={})),
        ("post", "/screen", shop.post("/screen", {"text": WITH_EMAIL})),
        ("post", "/tasks", shop.post("/tasks", {"content": CLEAN})),
        ("post", "/tasks", shop.post("/tasks", {"content": WITH_EMAIL})),
        ("post", "/tasks", shop.post("/tasks", {"content": CLEAN, "kind": "poem"})),
        ("get", "/tasks", shop.get("/tasks")),
        ("get", "/tasks", shop.get("/tasks?limit=x")),
        ("get", "/tasks/{task_id}", shop.get(f"/tasks/{task_id}")),
        ("get", "/tasks/{task_id}", shop.get("/tasks/7")),
        ("get", "/tasks/{task_id}/events", shop.get(f"/tasks/{task_id}/events")),
        ("patch", "/tasks/{task_id}/cancel", shop.patch(f"/tasks/{canceled}/cancel")),
        ("patch", "/tasks/{task_id}/cancel", shop.patch(f"/tasks/{task_id}/cancel")),
        ("post", "/tasks/{task_id}/retry", operator.post(f"/tasks/{canceled}/retry")),
        ("post", "/tasks/{task_id}/retry", shop.post(f"/tasks/{canceled}/retry")),
        ("post", "/api/sum", shop.post("/api/sum", {"n": 1})),
        ("get", "/api/sum/{job_id}", shop.get(f"/api/sum/{job_id}")),
        ("get", "/alerts", operator.get("/alerts")),
        ("get", "/alerts/{alert_id}", operator.get(f"/alerts/{alert_id}")),
        ("get", "/stats", operator.get("/stats")),
        ("post", "/analyze", shop.post("/analyze", {"text": WITH_EMAIL, "language": "en"})),
        ("post", "/analyze", shop.post("/analyze", {"text": [WITH_EMAIL, ""], "language": "en"})),
        ("post", "/analyze", shop.post("/analyze", {})),
        ("post", "/anonymize", shop.post("/anonymize", {"text": CLEAN, "analyzer_results": []})),
        ("post", "/deanonymize", shop.post("/deanonymize", {})),
        ("get", "/supportedentities", shop.get("/supportedentities")),
        ("get", "/recognizers", shop.get("/recognizers?language=zz")),
        ("get", "/anonymizers", shop.get("/anonymizers")),
        ("get", "/deanonymizers", shop.get("/deanonymizers")),
        ("post", "/messages/batch", shop.post("/messages/batch", {})),
        ("get", "/health", shop.get("/health")),
        ("get", "/ready", shop.get("/ready")),
        ("get", "/", shop.get("/")),
    ]

    for method, path, answer in asked:
        responses = document["paths"][path][method]["responses"]
        assert str(answer.status_code) in responses, f"{method} {path}: {answer.status_code} is not described"
        ((content_type, described),) = responses[str(answer.status_code)]["content"].items()
        assert answer.content_type == content_type
        schema = {**described["schema"], "components": document["components"]}
        jsonschema_rs.validate(schema, answer.json)


def test_examples_of_requests_are_answered_well(document: dict[str, Any], act_as):
    admin = act_as("root", Role.ADMIN)
    tried = []

    for path, item in document["paths"].items():
        content = item.get("post", {}).get("requestBody", {}).get("content", {})
        for content_type, media in content.items():
            for name, example in media.get("examples", {}).items():
                value = example["value"]
                data = value.encode() if isinstance(value, str) else orjson.dumps(value)
                answer = admin.post(path, data=data, content_type=content_type)
                assert answer.status_code == 200, f"{path}, {name}: {answer.text}"
                tried.append(path)

    assert {"/analyze", "/anonymize", "/deanonymize", "/messages/batch"} <= set(tried)


def test_a_batch_is_described_as_lines(document: dict[str, Any]):
    described = document["paths"]["/messages/batch"]["post"]

    assert list(described["requestBody"]["content"]) == ["application/x-ndjson"]
    assert list(described["responses"]["200"]["content"]) == ["application/x-ndjson"]
    assert "413" in described["responses"]


def takes_a_key(operation: dict[str, Any]) -> bool:
    return any(each["in"] == "header" and each["name"] == "Idempotency-Key" for each in operation.get("parameters", ()))


def test_what_takes_something_in_takes_an_idempotency_key(document: dict[str, Any]):
    posts = {path: item["post"] for path, item in document["paths"].items() if "post" in item}
    taking = {path for path, operation in posts.items() if takes_a_key(operation)}

    assert taking == {path for path in posts if path in {"/messages", "/tasks", "/task"} or path.startswith("/api/")}
    for path in taking:
        responses = posts[path]["responses"]
        assert {"409", "410", "422"} <= set(responses)
        assert all("Idempotent-Replayed" in responses[status]["headers"] for status in responses if status < "300")


def test_every_answer_that_says_try_later_says_when(document: dict[str, Any]):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            for status in {"409", "429", "503"} & set(operation["responses"]):
                assert "Retry-After" in operation["responses"][status]["headers"], f"{method} {path}: {status}"


def test_every_header_that_matters_is_described(door: Door, document: dict[str, Any], shop):
    key = {"Idempotency-Key": "k"}
    asked = [
        ("post", "/messages", shop.post("/messages", {"text": CLEAN, "delivery": "queued"}, headers=key)),
        ("post", "/messages", shop.post("/messages", {"text": CLEAN, "delivery": "queued"}, headers=key)),
        ("post", "/messages", shop.post("/messages", {"text": CLEAN}, headers=key)),
        ("post", "/tasks", shop.post("/tasks", {"content": CLEAN})),
        ("post", "/api/sum", shop.post("/api/sum", {"n": 1})),
        ("get", "/tasks/{task_id}", shop.get(f"/tasks/{shop.task()}")),
        ("get", "/tasks", door.client.get("/tasks")),
    ]

    for method, path, answer in asked:
        described = document["paths"][path][method]["responses"][str(answer.status_code)]["headers"]
        told = set(answer.headers.keys()) - {"Content-Type", "Content-Length", "Date"}
        assert told <= set(described), f"{method} {path}"
