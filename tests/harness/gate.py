"""What the tests of the gate share: a stand-in for the services, and `portcullis gate` in a home of its own."""

import http.client
import json
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from harness.ports import free_port

CHECKOUT = Path(__file__).resolve().parents[2]
LIMIT_S = 30


class StandIn:
    """Answers with what it was asked, and remembers it."""

    def __init__(self):
        self.release = threading.Event()  # lets requests to /slow end
        self.asked = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def answer(self):
                size = len(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
                asked = {"path": self.path, "method": self.command, "headers": dict(self.headers), "size": size}
                outer.asked.append(asked)
                if self.path.startswith("/slow"):
                    outer.release.wait(LIMIT_S)
                if self.path.startswith("/vanish"):
                    self.close_connection = True
                    return
                status = 200
                if self.path.startswith("/internal/auth"):
                    status = 200 if "Authorization" in self.headers else 401
                if self.path.startswith("/teapot"):
                    status = 418
                if self.path.endswith("/posts-only"):
                    status = 405
                body = json.dumps(asked).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("X-Request-ID", "of-the-upstream")
                if status == 405:
                    self.send_header("Allow", "POST, OPTIONS")
                self.send_header("Access-Control-Allow-Origin", "*")
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_GET = do_HEAD = do_POST = answer  # noqa: N815 - http.server's names

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self.release.set()
        self._server.shutdown()
        self._server.server_close()


class Gate:
    """`portcullis gate` in a home of its own."""

    def __init__(self, home, upstream_port, **settings):
        self.home = home
        self.port = free_port()
        self.dead_port = free_port()
        own = {f"GATEWAY_{name.upper()}": value for name, value in settings.items()}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
        self._environment = {**kept, "GATEWAY_HOME": str(home), "GATEWAY_MESH_TOKEN": "the-token", **own}
        up = f"127.0.0.1:{upstream_port}"
        addresses = {"service-1": up, "flower": up, "locust": up, "listen": f"127.0.0.1:{self.port}"}
        self._options = [part for name, value in addresses.items() for part in (f"--{name}", value)]
        self.process = None

    def start(self, *more, open_files=None):
        """Start it, with *open_files* as the most that it may open."""
        limited = ["prlimit", f"--nofile={open_files}:{open_files}"] if open_files else []
        self.process = subprocess.Popen(
            [*limited, sys.executable, "-m", "gateway", "gate", *self._options, *more],
            cwd=CHECKOUT,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        wait_for(lambda: self.process.poll() is not None or answers(self.port), "the gate")
        return self

    def stop(self):
        if not self.process:
            return
        self.process.terminate()
        try:
            self.process.wait(LIMIT_S)
        finally:
            self.process.kill()
            self.process.wait(LIMIT_S)
            self.process.stdout.close()

    @property
    def master(self):
        file = self.home / "var" / "nginx" / "nginx.pid"
        wait_for(lambda: text_of(file).endswith("\n"), "NGINX's process id")  # it listens before it writes it
        return int(file.read_text())

    @property
    def access_log(self):
        return self.home / "logs" / "nginx-access.txt"

    @property
    def error_log(self):
        return self.home / "logs" / "nginx-error.txt"

    def ask(self, method, path, *, headers=None, body=None, host=None):
        """Send a request with exactly these headers and return status, headers and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LIMIT_S)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            connection.putheader("Host", host or f"127.0.0.1:{self.port}")
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            if body is not None and "Transfer-Encoding" not in (headers or {}):
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders()
            if body is not None:
                with suppress(BrokenPipeError, ConnectionResetError):  # refused before it was all sent
                    connection.send(body)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()


def answers(port):
    """Tell whether NGINX answers; while it tries its configuration it listens as well, and answers nobody."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def wait_for(condition, what):
    deadline = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)


def text_of(*files):
    return "".join(file.read_text() for file in files if file.exists())


def code_of(answer):
    status, headers, body = answer
    assert headers["Content-Type"] == "application/problem+json"
    told = json.loads(body)
    assert told["status"] == status
    assert told["request_id"] == headers["X-Request-ID"]
    return status, told["code"]
