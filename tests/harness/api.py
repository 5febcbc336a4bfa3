"""A client of a running mesh: it knows a URL and a key, and nothing of the code behind them."""

import http.client
import json
import secrets
import socket
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from harness.eventually import eventually

PROBLEM = "application/problem+json"
REQUEST_TIMEOUT_S = 60
PATIENCE_S = 90
ENDED = frozenset({"completed", "failed", "canceled"})

Answer = requests.Response


class Api:
    """One caller of the mesh at *url*; without a key, nobody in particular."""

    def __init__(self, url: str, key: str | None = None, *, headers: Mapping[str, str] | None = None) -> None:
        self.url = url
        self.key = key
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy and no .netrc of the user's
        self._session.headers["User-Agent"] = "portcullis-tests"
        self._session.headers.update(headers or {})
        if key:
            self._session.headers["X-API-Key"] = key

    def request(self, method: str, path: str, **options: Any) -> Answer:
        """Send a request; redirects are answers, too."""
        options.setdefault("allow_redirects", False)
        return self._session.request(method, self.url + path, timeout=REQUEST_TIMEOUT_S, **options)

    def get(self, path: str, **options: Any) -> Answer:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> Answer:
        return self.request("POST", path, **options)

    def patch(self, path: str, **options: Any) -> Answer:
        return self.request("PATCH", path, **options)

    def message(self, text: str, **fields: Any) -> Answer:
        """Send a message."""
        return self.post("/producer/messages", json={"text": text, **fields})

    def task(self, content: str, **fields: Any) -> dict[str, Any]:
        """Make a task, and return it as it was answered."""
        answer = self.post("/producer/tasks", json={"content": content, **fields})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def job(self, name: str, **body: Any) -> str:
        """Start a ready-made job, and return its id."""
        answer = self.post(f"/producer/api/{name}", json=body)
        assert answer.status_code == 202, answer.text
        return answer.json()["job_id"]

    def job_result(self, name: str, **body: Any) -> Any:
        """Run a ready-made job to its good end, and return its result."""
        task = self.ended(self.job(name, **body))
        assert task["status"] == "completed", task
        return task["result"]

    def look(self, path: str) -> Any:
        """Return the JSON at *path*, which has to be there."""
        answer = self.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def ended(self, task_id: str) -> dict[str, Any]:
        """Wait until the task has ended, and return it."""
        return eventually(lambda: _if_in(self.look(f"/producer/tasks/{task_id}"), ENDED), within_s=PATIENCE_S)

    def processing(self, task_id: str) -> dict[str, Any]:
        """Wait until a worker has the task, and return it."""
        return eventually(lambda: _if_in(self.look(f"/producer/tasks/{task_id}"), {"processing"}), within_s=PATIENCE_S)

    def cancel(self, task_id: str) -> Answer:
        """Cancel the task."""
        return self.patch(f"/producer/tasks/{task_id}/cancel")


def _if_in(task: dict[str, Any], states: Iterable[str]) -> dict[str, Any] | None:
    return task if task["status"] in states else None


def problem_of(answer: "Answer | RawAnswer", status: int, code: str | None = None) -> dict[str, Any]:
    """Check that *answer* is an error in the one form that all have, and return its body."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == PROBLEM
    assert answer.headers["X-Request-ID"]
    body = json.loads(answer.text)
    assert body["status"] == status
    assert body["title"]
    assert body["type"]
    assert isinstance(body["code"], str)
    assert code is None or body["code"] == code, body
    return body


@dataclass(frozen=True)
class RawAnswer:
    """What came back for bytes of our own."""

    status_code: int
    headers: http.client.HTTPMessage
    text: str


def send_raw(
    url: str, method: str, target: str, *, host: str | None = None, headers: Iterable[tuple[str, str]] = ()
) -> RawAnswer:
    """Send a request without a body whose target, Host and headers nobody tidies up on the way."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host or urlsplit(url).netloc}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers]
    return send_bytes(url, ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"), method=method)


def send_bytes(url: str, request: bytes, *, method: str = "GET") -> RawAnswer:
    """Send these bytes, and read one answer."""
    place = urlsplit(url)
    with socket.create_connection((place.hostname, place.port or 80), timeout=REQUEST_TIMEOUT_S) as connection:
        connection.sendall(request)
        answer = http.client.HTTPResponse(connection, method=method)
        answer.begin()
        return RawAnswer(answer.status, answer.headers, answer.read().decode("utf-8", "replace"))


def is_uuid7(text: str) -> bool:
    """Whether *text* is an id as the gateway makes them."""
    return uuid.UUID(text).version == 7 and text == str(uuid.UUID(text))


def an_address() -> str:
    """Return the mail address of nobody, which no other test knows."""
    return f"kim.{secrets.token_hex(6)}@mail.acme-widgets.com"


def a_token() -> str:
    """Return what looks like somebody's access token, and is nobody's."""
    return "ghp_" + secrets.token_hex(18)
