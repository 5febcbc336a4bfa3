"""A real NGINX before a small stand-in for the services: what passes, and what does not."""

import json
import re
import socket

import pytest
from harness.gate import Gate, StandIn, code_of, text_of

HEX_ID = re.compile(r"[0-9a-f]{32}")
KEY = {"Authorization": "Bearer pk_a"}
TOOL_LOGIN = "Basic bWVzaDp0aGUtdG9rZW4="  # mesh:the-token


@pytest.fixture(scope="module")
def upstream():
    standing = StandIn()
    yield standing
    standing.close()


@pytest.fixture(scope="module")
def gate(tmp_path_factory, upstream):
    settings = {"forward_timeout_s": "0.1", "screening_budget_ms": "10"}  # so that a 504 does not take long
    running = Gate(tmp_path_factory.mktemp("home"), upstream.port, **settings).start()
    yield running
    running.stop()


def seen(answer):
    status, _, body = answer
    assert status == 200
    return json.loads(body)


def test_the_prefix_is_stripped_and_told(gate):
    asked = seen(gate.ask("GET", "/producer/tasks/1?a=b"))

    assert asked["path"] == "/tasks/1?a=b"
    assert asked["headers"]["X-Forwarded-Prefix"] == "/producer"


def test_documentation_keeps_its_path(gate):
    assert seen(gate.ask("GET", "/docs/x.js"))["path"] == "/docs/x.js"


@pytest.mark.parametrize("given", ["0191f2a0-7c1e-7a53-b0cb-cf1b9d7c0a11", "A" * 32])
def test_a_good_request_id_is_kept_and_answered(gate, given):
    status, headers, body = gate.ask("GET", "/producer/x", headers={"X-Request-ID": given})

    assert status == 200
    assert headers.get_all("X-Request-ID") == [given]
    assert json.loads(body)["headers"]["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "jane@example.org", "A" * 31, "A" * 33, "g" * 32, "A" * 32 + " x"])
def test_any_other_request_id_is_replaced(gate, given):
    _, headers, body = gate.ask("GET", "/producer/x", headers={"X-Request-ID": given})

    assert HEX_ID.fullmatch(headers["X-Request-ID"])
    assert json.loads(body)["headers"]["X-Request-ID"] == headers["X-Request-ID"]


def test_what_a_client_says_of_itself_is_overwritten_or_dropped(gate):
    lies = {
        **{f"X-Forwarded-{name}": "lie" for name in ("For", "Proto", "Host", "Prefix", "User")},
        **dict.fromkeys(("X-Portcullis-Direct", "X-Portcullis-Role", "X-Real-IP", "Forwarded", "X-Other"), "lie"),
    }

    headers = seen(gate.ask("GET", "/producer/x", headers=lies))["headers"]

    assert "lie" not in headers.values()
    assert headers["X-Forwarded-For"] == "127.0.0.1"


def test_keys_origin_and_idempotency_get_through(gate):
    sent = {"X-API-Key": "k", "Origin": "http://o", "Sec-Fetch-Site": "cross-site", "Idempotency-Key": "i", **KEY}

    headers = seen(gate.ask("POST", "/producer/x", headers=sent, body=b"{}"))["headers"]

    assert sent.items() <= headers.items()


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:80", "127.0.0.1:8080", "127.9.9.9", "[::1]:80"])
def test_a_request_of_this_machine_is_direct(gate, host):
    assert seen(gate.ask("GET", "/producer/x", host=host))["headers"]["X-Portcullis-Direct"] == "1"


@pytest.mark.parametrize(
    "host", ["example.org", "localhost.example.org", "127.0.0.1.nip.io", "127.0.0.1@example.org", "10.0.0.1", "1"]
)
def test_another_name_is_not_direct(gate, host):
    _, _, body = gate.ask("GET", "/producer/x", host=host)

    assert b"X-Portcullis-Direct" not in body


@pytest.mark.parametrize("name", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP", "CF-Connecting-IP"])
def test_a_request_through_a_proxy_is_not_direct(gate, name):
    headers = seen(gate.ask("GET", "/producer/x", headers={name: "203.0.113.9"}))["headers"]

    assert "X-Portcullis-Direct" not in headers


def test_a_line_that_names_another_host_than_the_header_is_not_direct(gate):
    _, _, body = gate.ask("GET", "http://example.org/producer/x")

    assert b"X-Portcullis-Direct" not in body


@pytest.mark.parametrize("byte", ["\x01", "a\x1fb", "\x7f"])
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/producer/tasks", "Idempotency-Key"),
        ("/producer/messages", "Content-Type"),
        ("/docs", "Cookie"),
        ("/logs/", "X-API-Key"),
        ("/dashboard/", "Authorization"),
        ("/load-test/", "X-Requested-With"),
        ("/healthz", "Accept"),
    ],
)
def test_a_control_character_in_a_header_that_is_passed_on_is_a_problem(gate, upstream, path, name, byte):
    upstream.asked.clear()

    assert code_of(gate.ask("GET", path, headers={**KEY, name: byte})) == (400, "bad_request")
    assert upstream.asked == []


def test_a_request_with_two_faults_is_a_problem_too(gate):
    headers = {**KEY, "Accept": "\x01", "X-Long": "a" * 9000}

    assert code_of(gate.ask("GET", "/producer/x", headers=headers))[0] == 431


def test_other_headers_may_hold_what_they_like_and_tabs_and_letters_of_other_scripts_pass(gate):
    headers = {"User-Agent": "\x01", "Idempotency-Key": "a\tb", "X-API-Key": "\xff\xe4"}

    passed = seen(gate.ask("GET", "/producer/x", headers=headers))["headers"]

    assert (passed["Idempotency-Key"], passed["X-API-Key"]) == ("a\tb", "\xff\xe4")


@pytest.mark.parametrize(
    "path",
    [
        *("/producer/metrics", "/producer/%6Detrics", "/producer//metrics", "/producer/x/../metrics", "/metrics"),
        *("/producer/metrics/", "/producer/internal/auth/operator", "/producer/%69nternal/auth/admin"),
        *("/producer/x/..%2finternal%2fauth/admin", "/_gate/auth/admin", "/_gate/400", "/internal/auth/admin"),
        *("/logs/.hidden", "/nothing"),
    ],
)
def test_what_is_not_for_outside_does_not_exist(gate, upstream, path):
    upstream.asked.clear()

    assert code_of(gate.ask("GET", path, headers=KEY)) == (404, "not_found")
    assert upstream.asked == []


def test_the_gates_own_addresses_answer(gate):
    assert gate.ask("GET", "/healthz")[2] == b"ok\n"
    assert gate.ask("GET", "/")[1]["Location"] == "/docs"


def test_a_body_as_large_as_allowed_passes_and_touches_no_disk(gate):
    assert seen(gate.ask("POST", "/producer/x", body=b"x" * 1_048_576))["size"] == 1_048_576
    assert [path for path in (gate.home / "var" / "nginx").rglob("*") if path.name.isdecimal()] == []
    assert "buffered_to_file" not in text_of(gate.error_log)


def test_a_larger_body_is_a_problem(gate):
    assert code_of(gate.ask("POST", "/producer/x", body=b"x" * 1_048_577)) == (413, "body_too_large")


def test_an_upstreams_own_error_gets_through(gate):
    status, _, body = gate.ask("GET", "/producer/teapot")

    assert (status, json.loads(body)["path"]) == (418, "/teapot")


def test_a_write_without_an_answer_has_an_unknown_outcome(gate):
    answer = gate.ask("POST", "/producer/slow", body=b"{}")

    assert code_of(answer) == (504, "outcome_unknown")
    assert "Retry-After" not in answer[1]


def test_a_write_whose_answer_was_lost_has_an_unknown_outcome(gate):
    assert code_of(gate.ask("POST", "/producer/vanish", body=b"{}")) == (502, "outcome_unknown")


def test_a_request_that_cannot_be_read_is_a_problem(gate):
    assert code_of(gate.ask("GET", "/x", headers={"Host": "a", "X": "b"})) == (400, "invalid_request")
    assert code_of(gate.ask("GET", "/" + "x" * 9000)) == (414, "uri_too_long")
    assert code_of(gate.ask("GET", "/x", headers={"X": "x" * 9000})) == (431, "headers_too_large")


def test_a_version_of_http_that_nobody_speaks_is_a_problem_of_its_own_status(gate):
    with socket.create_connection(("127.0.0.1", gate.port), timeout=10) as connection:
        connection.sendall(b"GET /producer/x HTTP/9.1\r\nHost: a\r\n\r\n")
        head, _, body = connection.makefile("rb").read().partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 505 ")
    assert (json.loads(body)["status"], json.loads(body)["code"]) == (505, "http_version_not_supported")


@pytest.mark.parametrize("path", ["/dashboard/", "/load-test/", "/logs/", "/error_reports/"])
def test_tools_and_folders_ask_for_a_key(gate, path):
    answer = gate.ask("GET", path)

    assert code_of(answer) == (401, "unauthenticated")
    assert answer[1]["WWW-Authenticate"].startswith('Basic realm="Portcullis"')


def test_the_question_for_a_key_tells_who_asks_for_what(gate, upstream):
    upstream.asked.clear()

    gate.ask("POST", "/load-test/swarm", headers={**KEY, "Cookie": "c=d", "Sec-Fetch-Site": "none"}, body=b"a=b")

    question, passed_on = upstream.asked
    assert (question["path"], question["size"]) == ("/internal/auth/admin", 0)
    assert {"Cookie": "c=d", "Sec-Fetch-Site": "none", **KEY}.items() <= question["headers"].items()
    assert (passed_on["path"], passed_on["size"]) == ("/load-test/swarm", 3)
    assert passed_on["headers"]["Authorization"] == TOOL_LOGIN
    assert not {"Cookie", "X-API-Key"} & set(passed_on["headers"])


@pytest.mark.parametrize("path", ["/dashboard/task/a%2Fb?x=1", "/load-test/a%2Fb?x=1"])
def test_a_tool_gets_the_path_as_it_was_and_its_own_login(gate, path):
    asked = seen(gate.ask("GET", path, headers=KEY))

    assert asked["path"] == path
    assert asked["headers"]["Authorization"] == TOOL_LOGIN
    assert asked["headers"]["Host"] == f"127.0.0.1:{gate.port}"


def test_flower_takes_no_orders(gate):
    assert code_of(gate.ask("POST", "/dashboard/api/task/revoke/1", headers=KEY, body=b"")) == (403, "forbidden")


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://other"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Origin": "http://example.org"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "http://mesh.test:8080"}, True),
        ({"Origin": "http://mesh.test:8081"}, False),
        ({}, True),
    ],
)
def test_a_write_to_locust_from_another_site_is_refused(gate, headers, passes):
    answer = gate.ask("POST", "/load-test/swarm", headers={**KEY, **headers}, body=b"", host="mesh.test:8080")

    assert answer[0] == (200 if passes else 403)
    assert "Access-Control-Allow-Origin" not in answer[1]


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/producer/tasks/1", "/producer/messages/batch", "/producer/tasks"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_another_sites_page_cannot_write_with_the_password_that_the_browser_knows(
    gate, upstream, method, path, headers
):
    upstream.asked.clear()

    for scheme in ("Basic", "basic "):
        asked = gate.ask(method, path, headers={**headers, "Authorization": f"{scheme} OnBrX2E="}, body=b"{}")
        assert code_of(asked) == (403, "forbidden")
    assert upstream.asked == []


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("POST", {"Authorization": "Bearer pk_a", "Sec-Fetch-Site": "cross-site"}),
        ("POST", {"X-API-Key": "pk_a", "Origin": "https://app.example"}),
        ("POST", {"Authorization": "Basic OnBrX2E="}),
        ("POST", {"Authorization": "Basic OnBrX2E=", "Sec-Fetch-Site": "same-origin", "Origin": "https://a"}),
        ("GET", {"Authorization": "Basic OnBrX2E=", "Sec-Fetch-Site": "cross-site"}),
    ],
)
def test_keys_in_headers_programs_and_our_own_pages_may_write(gate, method, headers):
    assert gate.ask(method, "/producer/tasks", headers=headers)[0] == 200


def test_an_error_of_locusts_own_is_a_problem_and_tells_what_it_takes(gate):
    answer = gate.ask("GET", "/load-test/posts-only", headers=KEY)

    assert code_of(answer) == (405, "method_not_allowed")
    assert answer[1].get_all("Allow") == ["POST, OPTIONS"]
    assert gate.ask("DELETE", "/logs/", headers=KEY)[1].get_all("Allow") == ["GET, HEAD"]


def test_folders_can_be_browsed_as_text(gate):
    (gate.home / "logs" / "a.txt").write_text("<script>")
    (gate.home / "logs" / ".hidden").write_text("x")

    _, headers, body = gate.ask("GET", "/logs/a.txt", headers=KEY)
    _, _, listing = gate.ask("GET", "/logs/", headers=KEY)

    assert (headers["Content-Type"], body) == ("text/plain; charset=utf-8", b"<script>")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert b"a.txt" in listing
    assert b".hidden" not in listing
    assert code_of(gate.ask("POST", "/logs/a.txt", headers=KEY, body=b"")) == (405, "method_not_allowed")
