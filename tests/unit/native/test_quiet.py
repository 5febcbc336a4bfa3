"""The output of programs that may quote clients: kept only if they never served anybody."""

import socket
import subprocess
import sys

import pytest

SERVES = """
import socket, sys
print("starting", flush=True)
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
server.accept()
print("GET /canary", flush=True)
sys.exit(3)
"""


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(port, *command):
    quiet = [sys.executable, "-m", "gateway.native.quiet", "--port", str(port), "--", *command]
    return subprocess.run(quiet, capture_output=True, timeout=60, check=False)


def test_what_a_program_says_that_never_served_is_kept(port):
    done = run(port, sys.executable, "-c", "import nothing_of_that_name")

    assert b"No module named 'nothing_of_that_name'" in done.stdout
    assert done.returncode == 1


def test_what_a_program_says_that_has_served_is_dropped(port):
    done = run(port, sys.executable, "-c", SERVES, str(port))

    assert (done.stdout, done.stderr, done.returncode) == (b"", b"", 3)
