"""A request without a key, where the mesh takes its own machine's user for a client."""

from urllib.parse import urlsplit

import pytest
from harness.api import problem_of, send_raw

TASKS = "/producer/tasks?limit=1"


@pytest.fixture
def place(anonymous):
    """The mesh's host and port."""
    return urlsplit(anonymous.url).netloc


@pytest.fixture
def port(anonymous):
    return urlsplit(anonymous.url).port or 80


def test_this_machines_user_is_a_client_without_a_key(anonymous):
    assert anonymous.message("Hello").status_code == 200
    assert anonymous.get(TASKS).status_code == 200


@pytest.mark.parametrize("path", ["/producer/alerts", "/producer/stats"])
def test_this_machines_user_is_asked_for_a_key_where_a_client_may_not_go(anonymous, path):
    problem_of(anonymous.get(path), 401, "unauthenticated")


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST", "127.0.0.1", "127.0.0.2", "[::1]"])
def test_every_loopback_name_will_do(anonymous, port, name):
    assert send_raw(anonymous.url, "GET", TASKS, host=f"{name}:{port}").status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "example.com",
        "example.com:80",
        "localhost.example.com",
        "127.0.0.1.example.com",
        "127.0.0.1.example.com:8080",
        "localhost.",
        "xlocalhost",
        "192.0.2.7",
        "[2001:db8::1]",
        "0.0.0.0",
        "2130706433",
    ],
)
def test_a_page_that_points_its_own_name_here_is_nobody(anonymous, host):
    problem_of(send_raw(anonymous.url, "GET", TASKS, host=host), 401, "unauthenticated")


@pytest.mark.parametrize(
    ("line", "host"),
    [("http://example.com/producer/tasks", "localhost"), ("http://localhost/producer/tasks", "example.com")],
)
def test_a_foreign_name_in_the_request_line_counts_too(anonymous, line, host):
    problem_of(send_raw(anonymous.url, "GET", line, host=host), 401, "unauthenticated")


@pytest.mark.parametrize(
    "header",
    [
        ("X-Forwarded-For", "127.0.0.1"),
        ("X-Forwarded-Host", "localhost"),
        ("X-Forwarded-Proto", "http"),
        ("x-forwarded-for", "192.0.2.7"),
        ("Forwarded", "for=127.0.0.1"),
        ("Via", "1.1 somewhere"),
        ("X-Real-IP", "127.0.0.1"),
        ("True-Client-IP", "127.0.0.1"),
        ("CF-Connecting-IP", "127.0.0.1"),
    ],
    ids=": ".join,
)
def test_what_came_through_a_proxy_is_nobody(anonymous, header):
    problem_of(send_raw(anonymous.url, "GET", TASKS, headers=[header]), 401, "unauthenticated")


@pytest.mark.parametrize(
    "origin", ["http://example.com", "https://localhost.example.com", "null", "http://127.0.0.1:1", "file://"]
)
def test_a_page_of_another_site_is_nobody(anonymous, origin):
    problem_of(send_raw(anonymous.url, "GET", TASKS, headers=[("Origin", origin)]), 401, "unauthenticated")


def test_a_page_of_the_mesh_itself_is_its_user(anonymous, place):
    answer = send_raw(anonymous.url, "GET", TASKS, headers=[("Origin", f"http://{place}")])

    assert answer.status_code == 200


def test_a_message_from_a_page_of_another_site_is_not_taken(anonymous):
    """Such a page may send a plain text body without asking first."""
    headers = {"Content-Type": "text/plain", "Origin": "http://example.com"}

    answer = anonymous.post("/producer/messages", data="Hello", headers=headers)

    problem_of(answer, 401, "unauthenticated")


@pytest.mark.parametrize("name", ["X-Portcullis-Direct", "x-portcullis-direct", "X_Portcullis_Direct"])
def test_nobody_can_claim_to_sit_at_the_machine(anonymous, name):
    headers = [(name, "1"), ("X-Forwarded-For", "192.0.2.7")]

    problem_of(send_raw(anonymous.url, "GET", TASKS, headers=headers), 401, "unauthenticated")


def test_a_key_counts_wherever_the_request_came_from(anonymous, client):
    headers = [("X-API-Key", client.key), ("Via", "1.1 somewhere"), ("Origin", "http://example.com")]

    assert send_raw(anonymous.url, "GET", TASKS, host="example.com", headers=headers).status_code == 200


def test_a_mesh_without_anonymous_callers_takes_nobody_in(target, keyless):
    if target.anonymous != "none":
        pytest.skip("this mesh takes its own machine's user for a client")

    problem_of(keyless.get(TASKS), 401, "unauthenticated")
