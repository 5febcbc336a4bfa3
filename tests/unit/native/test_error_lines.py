"""NGINX's error lines carry what clients sent; none of it may pass the filter."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.native.error_lines import ErrorLine, ErrorLineFilter

UPSTREAMS = {"service_1": "unix:/srv/home/var/run/service_1.sock", "flower": "127.0.0.1:21000"}
CANARY = "canary-4111111111111111"
START = "2026/11/22 04:30:00 [error] 12#12: *5 "
TAIL = (
    f', client: 203.0.113.9, server: {CANARY}, request: "POST /messages?{CANARY} HTTP/1.1", '
    f'upstream: "http://127.0.0.1:21000/{CANARY}", host: "{CANARY}", referrer: "http://{CANARY}/"'
)


def read(line: str | bytes) -> ErrorLine | None:
    return ErrorLineFilter(UPSTREAMS).read(line if isinstance(line, bytes) else line.encode())


def written(line: ErrorLine | None) -> str:
    return json.dumps([line.level, line.event, dict(line.fields)]) if line else ""


def test_a_refused_connection_tells_reason_phase_and_upstream():
    line = read(f"{START}connect() failed (111: Connection refused) while connecting to upstream{TAIL}")

    assert line == ErrorLine(
        "ERROR",
        "nginx.upstream.not_connected",
        {"errno": 111, "reason": "Connection refused", "while": "connecting to upstream", "upstream": "flower"},
    )


def test_an_upstream_on_a_socket_is_named():
    line = read(f'{START}upstream timed out, upstream: "http://unix:/srv/home/var/run/service_1.sock:/{CANARY}"')

    assert line is not None
    assert line.fields == {"upstream": "service_1"}


@pytest.mark.parametrize(
    "message",
    [
        f'client sent invalid header line: "X-{CANARY}: {CANARY}" while reading client request headers',
        f'client sent invalid header line: "X: \\"{CANARY}\\" {CANARY}" while reading client request headers',
        f"client sent invalid method while reading client request line, request: {CANARY}",
        f'client sent too long header line: "{CANARY} while connecting to upstream {CANARY}"',
        f'open() "/srv/logs/{CANARY}" failed (2: {CANARY})',
        f'open() "/srv/logs/\x1b[31m{CANARY}\r" failed (36: File name too long)',
        f"{CANARY} happened, which no NGINX ever says",
        f"upstream {CANARY} timed out (110: {CANARY}) while {CANARY}",
        f'upstream sent invalid header: "{CANARY}\\x0d..." while reading response header from upstream',
        f'limiting requests, excess: {CANARY} by zone "{CANARY}"',
        f"auth request unexpected status: {CANARY}",
    ],
)
def test_nothing_that_a_client_chose_passes(message):
    line = read(START + message + TAIL)

    assert line is not None
    assert CANARY not in written(line)
    assert "4111" not in written(line)
    assert "203.0.113.9" not in written(line)


def test_what_follows_a_line_break_inside_a_path_is_no_line():
    assert read(f'{CANARY}" failed (2: No such file or directory)') is None


def test_a_forged_line_gets_no_further_than_a_real_one():
    line = read(f"2026/11/22 04:30:00 [alert] 1#1: {CANARY}")

    assert line == ErrorLine("ERROR", "nginx.other", {})


@pytest.mark.parametrize("level", ["secret", "ERROR", "err or", "", CANARY])
def test_a_level_that_nginx_does_not_have_is_no_line(level):
    assert read(f"2026/11/22 04:30:00 [{level}] 1#1: upstream timed out") is None


def test_a_very_long_line_is_read_as_far_as_it_counts():
    line = read(f"{START}upstream timed out{' ' * 100_000}while connecting to upstream, {CANARY}")

    assert line == ErrorLine("ERROR", "nginx.upstream.timed_out", {})


def test_bytes_that_are_no_text_do_no_harm():
    assert read(b"\xff\xfe\x00") is None
    assert read(START.encode() + b"client sent \xff\x00" + CANARY.encode()) == ErrorLine(
        "ERROR", "nginx.client.request_not_understood", {}
    )


def test_a_start_that_fails_says_why():
    line = read("nginx: [emerg] bind() to 127.0.0.1:80 failed (98: Address already in use)")

    assert line == ErrorLine("ERROR", "nginx.listen.failed", {"errno": 98, "reason": "Address already in use"})


def test_a_worker_that_was_killed_tells_the_signal():
    line = read("2026/11/22 04:30:00 [alert] 1#1: worker process 99 exited on signal 9")

    assert line == ErrorLine("ERROR", "nginx.worker.ended", {"signal": 9})


@given(st.binary(max_size=300), st.sampled_from(["upstream sent ", "client sent ", "", "open() "]))
def test_every_line_comes_out_as_words_of_ours_and_small_numbers(noise, beginning):
    line = read(START.encode() + beginning.encode() + noise)

    assert line is not None
    assert line.event.startswith("nginx.")
    for name, value in line.fields.items():
        assert name in {"errno", "reason", "status", "signal", "while", "upstream"}
        assert isinstance(value, str) or value < 600
