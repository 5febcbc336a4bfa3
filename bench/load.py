"""Load from `wrk`, a C program: a generator in Python would take as much of the machine as what it measures."""

import json
import shutil
import subprocess
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

import requests

from bench.results import BenchFailed

CONNECTIONS: Final = 16  #: as many as a service has threads
_SCRIPT: Final = Path(__file__).with_name("load.lua")
_TIMEOUT_S: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """The request that is sent over and over, and the status of its answer."""

    url: str
    body: Any = None  #: to be sent as JSON; bytes are sent as they are; None: a GET
    content_type: str = "application/json"
    status: int = 200

    @property
    def method(self) -> str:
        """POST, where there is something to post."""
        return "GET" if self.body is None else "POST"

    @property
    def data(self) -> bytes:
        """What is sent."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


def find_wrk() -> str:
    """
    Return the load generator.

    Raises:
        BenchFailed: it is not on PATH; one line that says how to get it.
    """
    found = shutil.which("wrk")
    if found is None:
        raise BenchFailed("wrk is not on PATH; install it with: apt install wrk (on macOS: brew install wrk)")
    return found


def rate(shot: Shot, seconds: float, *, connections: int = CONNECTIONS) -> float:
    """
    Return the answers a second.

    Raises:
        BenchFailed: an answer was not the expected one, or did not come.
    """
    told = _checked(shot, seconds, connections)
    return float(told["requests"] / told["seconds"])


def p99_ms(shot: Shot, seconds: float, *, connections: int = CONNECTIONS) -> float:
    """Return how long the slowest but one in a hundred took, in milliseconds; raises as `rate`."""
    return float(_checked(shot, seconds, connections)["p99_ms"])


def _checked(shot: Shot, seconds: float, connections: int) -> dict[str, Any]:
    check(shot)
    told = _run(shot, seconds, connections)
    unexpected = told["not_2xx_3xx"]
    if shot.status >= HTTPStatus.BAD_REQUEST:
        unexpected = told["requests"] - unexpected
    if unexpected or told["broken"]:
        raise BenchFailed(f"{shot.url}: of {told['requests']} answers {unexpected} unexpected, {told['broken']} broken")
    return told


def check(shot: Shot) -> bytes:
    """
    Send it once, and return the answer's body.

    Raises:
        BenchFailed: the answer has another status.
    """
    with requests.Session() as session:
        session.trust_env = False
        data = None if shot.body is None else shot.data
        headers = {} if data is None else {"Content-Type": shot.content_type}
        answer = session.request(shot.method, shot.url, data=data, headers=headers, timeout=_TIMEOUT_S)
    if answer.status_code != shot.status:
        raise BenchFailed(f"{shot.url} answered {answer.status_code}, not {shot.status}: {answer.text[:300]}")
    return answer.content


def _run(shot: Shot, seconds: float, connections: int) -> dict[str, Any]:
    load = ["--threads", "1", "--connections", str(connections), "--duration", f"{max(1, round(seconds))}s"]
    command = [find_wrk(), *load, "--timeout", f"{_TIMEOUT_S}s", "--script", str(_SCRIPT), shot.url]
    with NamedTemporaryFile() as file:  # an argument may have 128 KB at most
        file.write(b"" if shot.body is None else shot.data)
        file.flush()
        body = [] if shot.body is None else [file.name, shot.content_type]
        done = subprocess.run(  # noqa: S603 - the program found above
            [*command, "--", shot.method, *body], capture_output=True, text=True, check=False
        )
    last = done.stdout.strip().rpartition("\n")[2]
    if done.returncode or not last.startswith("{"):
        raise BenchFailed(f"wrk failed: {(done.stderr or done.stdout).strip()[-300:]}")
    told: dict[str, Any] = json.loads(last)
    return told
