"""
What may pass of NGINX's error lines.

They carry request lines, paths, hosts, referrers and header values in a fixed format, and a client can put line
breaks into some of them. So nothing is copied from a line: it is compared with fixed words, and the names of those
that match are written, with a number or two that cannot be anything else.
"""

import errno
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

MOST_BYTES: Final = 4096  #: of a line that is looked at; NGINX cuts its own at 2048

_LINE: Final = re.compile(
    r"(?:\d{4}/\d\d/\d\d \d\d:\d\d:\d\d|nginx:) \[(?P<level>[a-z]+)\] (?:\d+#\d+: )?(?:\*\d+ )?(?P<message>.*)",
    re.DOTALL,
)
_LEVELS: Final = {
    **dict.fromkeys(("debug", "info", "notice"), "INFO"),
    "warn": "WARNING",
    **dict.fromkeys(("error", "crit", "alert", "emerg"), "ERROR"),
}
#: How messages begin in NGINX's source, and what we call them. The first that fits counts.
_EVENTS: Final = (
    ("connect() ", "upstream.not_connected"),
    ("no live upstreams", "upstream.none_alive"),
    ("upstream timed out", "upstream.timed_out"),
    ("upstream prematurely closed", "upstream.closed_early"),
    ("upstream sent ", "upstream.answer_not_understood"),
    ("upstream server temporarily disabled", "upstream.disabled"),
    ("upstream", "upstream.failed"),
    ("host not found in upstream", "upstream.name_unknown"),
    ("auth request unexpected status", "sign_in.failed"),
    ("client intended to send too large", "client.body_too_large"),
    ("client sent ", "client.request_not_understood"),
    ("client timed out", "client.timed_out"),
    ("client prematurely closed", "client.closed_early"),
    ("client ", "client.failed"),
    ("a client request body is buffered", "body.buffered_to_file"),
    ("an upstream response is buffered", "answer.buffered_to_file"),
    ("limiting requests", "client.rate_limited"),
    ("delaying request", "client.rate_limited"),
    ("access forbidden by rule", "access.forbidden"),
    ("directory index of", "access.forbidden"),
    ("worker process ", "worker.ended"),
    ("worker_connections are not enough", "worker.out_of_connections"),
    ("could not bind", "listen.failed"),
    ("still could not bind", "listen.failed"),
    ("bind() ", "listen.failed"),
    ("listen() ", "listen.failed"),
    ("accept() ", "connection.failed"),
    ("accept4() ", "connection.failed"),
    ("recv() ", "connection.failed"),
    ("send() ", "connection.failed"),
    ("readv() ", "connection.failed"),
    ("writev() ", "connection.failed"),
    ("sendfile() ", "connection.failed"),
    ("open socket ", "connection.left_open"),
    ("open() ", "file.not_opened"),
    ("opendir() ", "file.not_opened"),
    ("mkdir() ", "file.not_made"),
    ("write() ", "file.not_written"),
    ("malloc(", "memory.exhausted"),
    ("mmap(", "memory.exhausted"),
    ("could not allocate", "memory.exhausted"),
    ("rewrite or internal redirection cycle", "redirect.cycle"),
    ("signal ", "master.signalled"),
    ("reopening logs", "master.reopened_logs"),
    ("gracefully shutting down", "master.stopping"),
    ("start worker process", "master.started_worker"),
)
#: What NGINX says that it was doing. The longer of two that begin alike comes first.
_PHASES: Final = (
    "connecting to upstream",
    "sending request to upstream",
    "reading response header from upstream",
    "reading upstream",
    "sending to client",
    "sending response to client",
    "reading client request line",
    "reading client request headers",
    "reading client request body",
    "reading client pipelined request line",
    "waiting for request",
    "processing HTTP/2 connection",
    "proxying upgraded connection",
    "logging request",
    "closing request",
    "keepalive",
)
_ERRNO: Final = re.compile(r"\((\d{1,3}): ")
_STATUS: Final = re.compile(r"auth request unexpected status: ([1-5]\d\d)\b")
_SIGNAL: Final = re.compile(r"worker process \d+ exited on signal (\d{1,2})\b")


@dataclass(frozen=True, slots=True)
class ErrorLine:
    """One line, as far as it may be known."""

    level: str  #: a level of `logging`
    event: str
    fields: Mapping[str, Any] = field(default_factory=dict)


class ErrorLineFilter:
    """Reads NGINX's error lines."""

    def __init__(self, upstreams: Mapping[str, str]) -> None:
        """Know the *upstreams*: a name to `host:port` or `unix:/path`, as the configuration has them."""
        self._upstreams = {f'upstream: "http://{address}': name for name, address in upstreams.items()}

    def read(self, raw: bytes) -> ErrorLine | None:
        """Return what may be known of a line; None if it is not the beginning of one of NGINX's."""
        found = _LINE.match(raw[:MOST_BYTES].decode("utf-8", "replace"))
        if not found or found["level"] not in _LEVELS:
            return None
        message = found["message"]
        event = next((name for words, name in _EVENTS if message.startswith(words)), "other")
        return ErrorLine(_LEVELS[found["level"]], f"nginx.{event}", self._fields(message))

    def _fields(self, message: str) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        if (found := _ERRNO.search(message)) and int(found[1]) in errno.errorcode:
            fields |= {"errno": int(found[1]), "reason": os.strerror(int(found[1]))}
        if found := _STATUS.match(message):
            fields["status"] = int(found[1])
        if found := _SIGNAL.match(message):
            fields["signal"] = int(found[1])
        if phase := next((phase for phase in _PHASES if f"while {phase}" in message), None):
            fields["while"] = phase
        if upstream := next((name for start, name in self._upstreams.items() if start in message), None):
            fields["upstream"] = upstream
        return fields
