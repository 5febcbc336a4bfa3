"""A real NGINX through hard times: lines, rotation, kills, bad configuration."""

import json
import os
import re
import resource
import signal
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from harness.gate import LIMIT_S, Gate, StandIn, answers, code_of, text_of, wait_for

CANARY = "canary4111111111111111"
ACCESS_LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO  nginx request "
    r"route=[a-z_/{}*.-]+ method=[A-Z]+ status=\d+ ms=\d+ bytes=\d+ request_id=[0-9a-fA-F-]{32,36}"
)


@pytest.fixture(scope="module")
def upstream():
    standing = StandIn()
    yield standing
    standing.close()


@pytest.fixture
def gate(tmp_path, upstream):
    made = Gate(tmp_path, upstream.port)
    yield made
    made.stop()


def said(gate):
    gate.process.wait(LIMIT_S)
    return gate.process.stdout.read().decode()


def test_no_line_carries_what_a_client_sent(gate):
    gate.start("--service-1", f"127.0.0.1:{gate.dead_port}")  # so that NGINX has something to complain about
    sent = {
        "Referer": CANARY,
        "User-Agent": CANARY,
        "X-Forwarded-For": CANARY,
        "Origin": CANARY,
        "X-Request-ID": CANARY,
    }

    for path in ("/producer/messages", f"/producer/{CANARY}", f"/logs/{CANARY}%0a{CANARY}", f"/{CANARY}"):
        gate.ask("POST", f"{path}?{CANARY}", headers=sent, body=CANARY.encode(), host=f"{CANARY}.example.org")
    gate.ask("GET", "/logs/x", headers={f"Bad {CANARY}": CANARY})
    gate.ask(CANARY, "/producer/messages")
    with socket.create_connection(("127.0.0.1", gate.port), timeout=LIMIT_S) as raw:
        raw.sendall(f"GET /{CANARY} {CANARY}\r\n\r\n".encode())
        raw.recv(100)
    gate.stop()

    lines = text_of(gate.access_log, gate.error_log)
    assert "upstream.not_connected" in lines
    assert "route=/producer/messages method=POST status=503" in lines
    assert CANARY not in lines
    assert CANARY.upper() not in lines.upper()
    assert "127.0.0.1" not in lines


def test_every_access_line_has_the_products_form(gate):
    gate.start()

    for method, path in (("GET", "/"), ("POST", "/producer/tasks/1/cancel"), ("BREW", "/x"), ("GET", "/%zz")):
        gate.ask(method, path)
    gate.stop()

    lines = gate.access_log.read_text().splitlines()  # two workers write them: in almost the order of the requests
    asked = [line for line in lines if "route=/healthz" not in line]
    assert len(asked) == 4
    assert [line for line in lines if not ACCESS_LINE.fullmatch(line)] == []
    assert any("route=/producer/tasks/{id}/cancel method=POST status=" in line for line in asked)
    assert any("route=other method=OTHER status=404" in line for line in asked)


def test_nothing_was_taken_where_nobody_listens(gate):
    gate.start("--service-1", f"127.0.0.1:{gate.dead_port}")

    answer = gate.ask("POST", "/producer/messages", body=b"{}")
    signing_in = gate.ask("GET", "/logs/")

    assert code_of(answer) == (503, "service_unavailable")
    assert answer[1]["Retry-After"]
    assert code_of(signing_in) == (503, "service_unavailable")
    assert signing_in[1]["Retry-After"]


def test_too_many_requests_are_a_problem(tmp_path, upstream):
    gate = Gate(tmp_path, upstream.port, rate_limit="1")
    try:
        gate.start()

        refused = [answer for answer in (gate.ask("GET", "/producer/x") for _ in range(8)) if answer[0] != 200]
    finally:
        gate.stop()

    assert {code_of(answer) for answer in refused} == {(429, "rate_limited")}
    assert all(answer[1]["Retry-After"] for answer in refused)


def test_one_address_does_not_get_all_of_the_connections(tmp_path, upstream):
    gate = Gate(tmp_path, upstream.port, connection_limit="2")
    upstream.release.clear()
    upstream.asked.clear()
    try:
        gate.start()
        with ThreadPoolExecutor(2) as pool:
            in_hand = [pool.submit(gate.ask, "GET", "/producer/slow") for _ in range(2)]
            wait_for(lambda: len(upstream.asked) == 2, "two requests in hand")
            refused = gate.ask("GET", "/producer/x")
            upstream.release.set()
        after = gate.ask("GET", "/producer/x")
    finally:
        upstream.release.set()
        gate.stop()

    assert (code_of(refused), refused[1]["Retry-After"]) == ((429, "rate_limited"), "1")
    assert [each.result()[0] for each in in_hand] + [after[0]] == [200] * 3


def half_send(gate, path="/producer/messages"):
    """Send a request whose body is still on its way."""
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n"
    connection = socket.create_connection(("127.0.0.1", gate.port), timeout=LIMIT_S)
    connection.sendall(head.encode())
    return connection


def ask(gate, path="/producer/messages"):
    return gate.ask("POST", path, body=b"{}")


def is_full(gate, opened, path="/producer/messages"):
    """Half send one more, and tell whether the next is refused."""
    opened.enter_context(half_send(gate, path))
    answer = ask(gate, path)
    return answer[0] != 200 and code_of(answer) == (429, "rate_limited")


@pytest.fixture
def opened():
    with ExitStack() as connections:
        yield connections


@pytest.fixture
def most_files():
    """Let this process open as many files as it may at all."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    yield before[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_an_address_gets_as_many_connections_as_the_setting_says(tmp_path, upstream, most_files, opened):
    most = 2_200  # beyond what two processes have by default
    if 0 < most_files < 5 * most:
        pytest.skip("this machine opens too few files")
    gate = Gate(tmp_path, upstream.port, connection_limit=str(most), rate_limit="100000")
    try:
        gate.start()
        for _ in range(most - 1):
            opened.enter_context(half_send(gate))
        taken = ask(gate)
        wait_for(lambda: is_full(gate, opened), "the limit")
    finally:
        gate.stop()

    assert taken[0] == 200
    assert "worker.out_of_connections" not in text_of(gate.error_log)


def test_where_few_files_may_be_open_the_limit_is_lower_and_still_said(tmp_path, upstream, opened):
    gate = Gate(tmp_path, upstream.port)
    try:
        gate.start(open_files=200)
        taken = ask(gate)
        wait_for(lambda: is_full(gate, opened), "the limit")
    finally:
        gate.stop()

    assert taken[0] == 200
    assert "worker.out_of_connections" not in text_of(gate.error_log)


def test_of_batches_an_address_gets_fewer_in_hand_for_they_are_large(tmp_path, upstream, opened):
    batch = "/producer/messages/batch"
    gate = Gate(tmp_path, upstream.port, connection_limit="32")
    try:
        gate.start()
        taken = ask(gate, batch)
        wait_for(lambda: is_full(gate, opened, batch), "the limit of batches")
        other = ask(gate)
        wait_for(lambda: is_full(gate, opened), "the limit of all requests")
        opened.close()
        wait_for(lambda: ask(gate, batch)[0] == 200, "room")
        for _ in range(31):
            opened.enter_context(half_send(gate))
        wait_for(lambda: is_full(gate, opened), "the limit of all requests")
        refused = ask(gate, batch)
    finally:
        gate.stop()

    assert (taken[0], other[0]) == (200, 200)
    assert code_of(refused) == (429, "rate_limited")


def test_a_log_that_was_renamed_is_opened_anew(gate):
    gate.start()
    gate.ask("GET", "/docs")

    gate.access_log.rename(gate.access_log.with_name("nginx-access.txt.1"))
    wait_for(gate.access_log.exists, "the new log")
    gate.ask("GET", "/docs")

    wait_for(lambda: "route=/docs" in text_of(gate.access_log), "a line in the new log")
    assert "route=/docs" in text_of(gate.access_log.with_name("nginx-access.txt.1"))


def test_json_lines_on_standard_output_are_json(tmp_path, upstream):
    gate = Gate(tmp_path, upstream.port, log_to="stdout", log_format="json")
    try:
        gate.start("--flower", f"127.0.0.1:{gate.dead_port}")
        gate.ask("GET", "/dashboard/", headers={"Authorization": "x"})
        gate.process.send_signal(signal.SIGTERM)
        lines = [json.loads(line) for line in said(gate).splitlines()]
    finally:
        gate.stop()

    assert {line["event"] for line in lines} == {"request", "nginx.upstream.not_connected"}
    assert next(line for line in lines if line["event"] == "request")["route"] == "/dashboard/*"
    assert not gate.access_log.exists()


def test_a_stop_lets_a_request_finish_and_leaves_no_process(gate, upstream):
    gate.start()
    upstream.release.clear()
    with socket.create_connection(("127.0.0.1", gate.port), timeout=LIMIT_S) as waiting:
        waiting.sendall(b"GET /producer/slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
        wait_for(lambda: any(asked["path"] == "/slow" for asked in upstream.asked), "the request")

        gate.process.terminate()
        wait_for(lambda: not answers(gate.port), "the gate to close")
        upstream.release.set()

        assert waiting.recv(100).startswith(b"HTTP/1.1 200")
    assert gate.process.wait(LIMIT_S) == 0


def test_a_killed_master_ends_the_gate_and_leaves_no_worker(gate):
    gate.start()

    os.kill(gate.master, signal.SIGKILL)

    assert gate.process.wait(LIMIT_S) == 128 + signal.SIGKILL
    assert not answers(gate.port)


def test_a_killed_gate_takes_nginx_with_it(gate):
    gate.start()

    gate.process.kill()

    wait_for(lambda: not answers(gate.port), "NGINX to end")


def test_workers_that_a_kill_left_do_not_stand_in_the_way_of_the_next_start(gate):
    gate.start()
    killed = gate.master
    os.kill(gate.process.pid, signal.SIGSTOP)  # so that it cannot tidy up
    os.kill(killed, signal.SIGKILL)
    gate.process.kill()
    gate.process.wait(LIMIT_S)
    gate.process.stdout.close()

    gate.start()

    wait_for(lambda: gate.process.poll() is not None or gate.master != killed, "the new master")
    assert gate.process.poll() is None
    assert gate.ask("GET", "/healthz")[0] == 200


def test_a_stranger_that_has_the_number_of_an_old_nginx_is_left_alone(gate, tmp_path):
    (tmp_path / "var" / "nginx").mkdir(parents=True)
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as stranger:
        (tmp_path / "var" / "nginx" / "gate.json").write_text(json.dumps({"session": stranger.pid}))

        gate.start()

        assert stranger.poll() is None
        stranger.kill()


def test_a_configuration_that_nginx_does_not_take_is_one_line(gate):
    gate.start("--locust", "no-such-name.invalid:1")

    lines = said(gate).splitlines()

    assert len(lines) == 1
    assert "host not found in upstream" in lines[0]
    assert gate.process.returncode == 1
