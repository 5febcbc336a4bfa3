"""The documentation: Swagger UI with files of our own, and the OpenAPI document."""

import re
from urllib.parse import urlsplit

import pytest
from harness.api import send_raw
from harness.pages import loaded_by_css, loaded_by_html, paths_here

TYPES = {".js": "javascript", ".css": "text/css", ".svg": "image/svg+xml"}
ROUTES = {
    "/": ["get"],
    "/messages": ["post"],
    "/screen": ["post"],
    "/tasks": ["get", "post"],
    "/tasks/{task_id}": ["delete", "get"],
    "/tasks/{task_id}/events": ["get"],
    "/tasks/{task_id}/cancel": ["patch"],
    "/tasks/{task_id}/retry": ["post"],
    "/task": ["get", "post"],
    "/task/{task_id}": ["delete", "get"],
    "/task/{task_id}/events": ["get"],
    "/task/{task_id}/cancel": ["patch"],
    "/task/{task_id}/retry": ["post"],
    "/api/sum": ["post"],
    "/api/sum/{job_id}": ["get"],
    "/api/wait_and_return": ["post"],
    "/api/wait_and_return/{job_id}": ["get"],
    "/alerts": ["get"],
    "/alerts/{alert_id}": ["get"],
    "/health": ["get"],
    "/ready": ["get"],
    "/stats": ["get"],
}


@pytest.fixture
def host(url):
    return urlsplit(url).netloc


@pytest.fixture
def document(keyless):
    return keyless.look("/producer/openapi.json")


def test_the_front_door_leads_to_the_documentation(keyless):
    answer = keyless.get("/", allow_redirects=True)

    assert [each.status_code for each in answer.history] == [302]
    assert answer.url == f"{keyless.url}/docs"
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")


def test_the_way_to_the_documentation_keeps_the_name_that_was_called(url):
    answer = send_raw(url, "GET", "/", host="somewhere.example:8443")

    assert answer.headers["Location"] in {"/docs", "http://somewhere.example:8443/docs"}


def test_the_page_loads_all_its_files_from_us(keyless, host):
    page = keyless.get("/docs").text

    paths = list(paths_here(loaded_by_html(page), page="/docs", host=host))

    assert len(paths) >= 3
    for path in paths:
        answer = keyless.get(path)
        assert answer.status_code == 200, path
        assert answer.content
        kind = next(kind for ending, kind in TYPES.items() if urlsplit(path).path.endswith(ending))
        assert kind in answer.headers["Content-Type"]
        if kind == "text/css":
            for inner in paths_here(loaded_by_css(answer.text), page=path, host=host):
                assert keyless.get(inner).status_code == 200, inner


def test_the_page_names_no_other_host(keyless):
    page = keyless.get("/docs").text

    assert "swagger-ui" in page
    assert not re.search(r"(?:https?:)?//[\w.-]+\.\w", page)


def test_the_browser_is_told_to_load_nothing_from_elsewhere(keyless):
    policy = keyless.get("/docs").headers["Content-Security-Policy"]

    sources = dict(each.strip().split(" ", 1) for each in policy.split(";"))
    assert sources["default-src"] == "'none'"
    assert sources["script-src"] == "'self'"
    assert sources["connect-src"] == "'self'"
    allowed = {"'self'", "'none'", "data:", "'unsafe-inline'"}
    assert {source for value in sources.values() for source in value.split()} <= allowed


def test_the_page_leads_to_the_document(keyless):
    page = keyless.get("/docs").text

    assert "/producer/openapi.json" in page


def test_the_document_is_openapi_3_1(document):
    assert document["openapi"].startswith("3.1.")
    assert document["info"]["title"] == "Portcullis"
    assert document["servers"] == [{"url": "/producer"}]


def test_the_document_has_every_call(document):
    methods = {
        path: sorted(set(item) & {"get", "post", "patch", "put", "delete"}) for path, item in document["paths"].items()
    }

    assert {path: methods.get(path) for path in ROUTES} == ROUTES


def test_the_document_does_not_tell_of_what_is_hidden(document):
    assert not [path for path in document["paths"] if "metrics" in path or "internal" in path]


def test_every_operation_has_a_name_of_its_own_and_a_summary(document):
    operations = [
        operation
        for item in document["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict) and "responses" in operation
    ]

    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert all(operation["summary"] for operation in operations)


def test_every_reference_of_the_document_leads_somewhere(document):
    def references(value):
        if isinstance(value, dict):
            yield from ([value["$ref"]] if "$ref" in value else [])
            value = list(value.values())
        for child in value if isinstance(value, list) else []:
            yield from references(child)

    names = set(references(document))

    assert names
    for name in names:
        place = document
        for step in name.removeprefix("#/").split("/"):
            place = place[step]


def test_nginx_gives_the_errors_that_the_document_describes(document, client):
    described = document["components"]["schemas"]["ProblemBody"]
    too_large = client.post("/producer/messages", data=b" " * 2_000_000)

    body = too_large.json()

    assert too_large.status_code == 413
    assert set(described["required"]) <= set(body)


@pytest.mark.parametrize(
    "path",
    [
        "/docs/swagger/../../routes/docs.py",
        "/docs/swagger/%2e%2e/%2e%2e/__init__.py",
        "/docs/swagger/..%2f..%2f__init__.py",
        "/docs/own/..%2fapp.py",
        "/docs/own/%2e%2e/app.py",
        "/docs/own/../../gateway.toml",
        "/docs/own//etc/passwd",
        "/docs/swagger/%2fetc%2fpasswd",
        "/docs/own/",
        "/docs/swagger/",
    ],
)
def test_only_the_documentations_own_files_can_be_read(url, path):
    assert send_raw(url, "GET", path).status_code in {400, 404}
