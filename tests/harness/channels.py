"""Every way by which a client's words come in, as a table; `tests/native/test_leaks.py` sends canaries by them."""

import base64
import json
import re
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

import requests
from harness.leak import Canary
from harness.mesh import Mesh

JSON: Final = "application/json"
LINES: Final = "application/x-ndjson"
_TIMEOUT_S: Final = 30
_RAW_TIMEOUT_S: Final = 3.0  #: for an answer to bytes that are no request; there may be none
_MOST_RAW: Final = 200_000
_CLEAN: Final = {"text": "The ferry leaves at noon."}
_TOO_MANY: Final = 429


@dataclass
class Answer:
    """What came back, all of it."""

    to: str
    status: int
    data: bytes


@dataclass
class Gate:
    """The mesh as its clients see it; keeps every answer."""

    mesh: Mesh
    keys: Mapping[str, str]  #: by role
    answers: list[Answer] = field(default_factory=list)
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.trust_env = False

    def ask(
        self,
        canary: Canary | None,
        method: str,
        path: str,
        *,
        role: str | None = None,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request, again where the rate was too high, and keep the answer."""
        sent: dict[str, str | bytes] = {"Authorization": f"Bearer {self.keys[role]}"} if role else {}
        sent |= {name: value.encode() for name, value in (headers or {}).items()}
        for attempt in range(10):
            request = requests.Request(method, f"{self.mesh.url}{path}", data=data, headers=sent)
            prepared = self.session.prepare_request(request)
            prepared.url = f"{self.mesh.url}{path}"  # as it was written: requests would tidy it
            told = self.session.send(prepared, timeout=_TIMEOUT_S, allow_redirects=False)
            if told.status_code != _TOO_MANY:
                break
            time.sleep(0.2 * (attempt + 1))
        head = f"{told.status_code} {told.reason}\n" + "".join(f"{n}: {v}\n" for n, v in told.headers.items())
        return self._keep(canary, told.status_code, head.encode() + told.content, f"{method} {path[:40]}")

    def raw(self, canary: Canary, data: bytes, *, half: bool = False) -> Answer:
        """Send bytes as they are, and keep whatever comes back; with *half*, hang up instead of waiting."""
        received = b""
        address = ("127.0.0.1", self.mesh.port)
        with suppress(OSError), socket.create_connection(address, timeout=_RAW_TIMEOUT_S) as connection:
            connection.sendall(data)
            if not half:
                connection.shutdown(socket.SHUT_WR)
                while len(received) < _MOST_RAW and (piece := connection.recv(65_536)):
                    received += piece
        words = received.split(b" ", 2)
        status = int(words[1]) if len(words) > 1 and words[1][:3].isdigit() else 0
        return self._keep(canary, status, received, "raw bytes")

    def _keep(self, canary: Canary | None, status: int, data: bytes, to: str) -> Answer:
        answer = Answer(f"{to}: {canary.kind} by {canary.channel}" if canary else to, status, data)
        self.answers.append(answer)
        return answer


Send = Callable[[Gate, Canary], Answer]


@dataclass(frozen=True)
class Channel:
    """One way in."""

    name: str
    send: Send
    screened: bool = False  #: what comes by it is looked through: canaries of every kind are sent by it
    statuses: frozenset[int] = frozenset()  #: what may be answered while all is well; empty: anything


def body(name: str, path: str, build: Callable[[str], Any], *statuses: int, **headers: str) -> Channel:
    """A POST with a JSON body, built around the canary's text."""

    def send(gate: Gate, canary: Canary) -> Answer:
        built = build(canary.text)
        data = built if isinstance(built, bytes) else json.dumps(built).encode()
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return gate.ask(canary, "POST", f"/producer{path}", data=data, headers={"Content-Type": JSON, **given})

    return Channel(name, send, screened=True, statuses=frozenset(statuses))


def lines(name: str, build: Callable[[str], Any]) -> Channel:
    """A batch of three lines, the second one built around the canary's text."""
    clean = json.dumps(_CLEAN).encode()

    def batch(text: str) -> bytes:
        built = build(text)
        return b"\n".join((clean, built if isinstance(built, bytes) else json.dumps(built).encode(), clean))

    return body(name, "/messages/batch", batch, 200, Content_Type=LINES)


def url(path: str, method: str = "GET", role: str | None = None) -> Channel:
    """A request whose address holds the canary at `{}`."""

    def send(gate: Gate, canary: Canary) -> Answer:
        return gate.ask(canary, method, path.replace("{}", canary.quoted), role=role)

    return Channel(f"{method} {path}{f' as {role}' if role else ''}", send)


def header(name: str, form: str = "{}", *, path: str = "/producer/messages", role: str | None = None) -> Channel:
    """A request that is fine but for one header, which holds the canary at `{}`."""

    def send(gate: Gate, canary: Canary) -> Answer:
        headers = {"Content-Type": JSON, name: form.replace("{}", canary.line)}
        if path == "/producer/messages":
            return gate.ask(canary, "POST", path, data=json.dumps(_CLEAN).encode(), headers=headers)
        return gate.ask(canary, "GET", path, role=role, headers=headers)

    return Channel(f"header {name}: {form} to {path}", send)


def form(name: str, path: str, role: str, *statuses: int, **fields: str) -> Channel:
    """A form, one of whose values, or a further name, is the canary's text: `{}`."""

    def send(gate: Gate, canary: Canary) -> Answer:
        filled = {name.replace("{}", canary.text): value.replace("{}", canary.text) for name, value in fields.items()}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return gate.ask(canary, "POST", path, role=role, data=urlencode(filled).encode(), headers=headers)

    return Channel(f"{name} to {path}", send, statuses=frozenset(statuses))


def raw(name: str, build: Callable[[Canary], str | bytes], *, half: bool = False) -> Channel:
    """Bytes that are no proper request."""

    def send(gate: Gate, canary: Canary) -> Answer:
        built = build(canary)
        return gate.raw(canary, built.encode() if isinstance(built, str) else built, half=half)

    return Channel(f"raw: {name}", send)


def _deep(text: str, levels: int) -> Any:
    value: Any = text
    for _ in range(levels):
        value = {"a": value}
    return value


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _basic_header(name: str, build: Callable[[str], str]) -> Channel:
    def send(gate: Gate, canary: Canary) -> Answer:
        return gate.ask(canary, "GET", "/producer/tasks", headers={"Authorization": build(canary.line)})

    return Channel(name, send)


_ANALYZE: Final = {"text": "x", "language": "en"}


def _ad_hoc(**fields: Any) -> dict[str, Any]:
    return {"ad_hoc_recognizers": [{"name": "own", "supported_entity": "OWN", **fields}]}


def _regex(text: str) -> dict[str, Any]:
    return {"name": text, "regex": re.escape(text) if text[:2] != "(?" else text, "score": 0.9}


def _place(text: str) -> dict[str, Any]:
    return {"start": 0, "end": len(text), "entity_type": "A", "score": 0.9}


#: What is screened. Nothing of it may be forwarded or kept.
HELD: Final = (
    body("text, sync", "/messages", lambda c: {"text": c, "delivery": "sync"}, 422),
    body("text, queued", "/messages", lambda c: {"text": c, "delivery": "queued"}, 422),
    body("text, long enough to be queued", "/messages", lambda c: {"text": "so so " * 500 + c}, 422),
    body("text/plain", "/messages", lambda c: c.encode(), 422, Content_Type="text/plain; charset=utf-8"),
    body("metadata, a value", "/messages", lambda c: {**_CLEAN, "metadata": {"a": [1, {"b": c}]}}, 422),
    body("metadata, a key", "/messages", lambda c: {**_CLEAN, "metadata": {"a": {c: 1}}}, 422),
    body("metadata, a value under another one's key", "/messages", lambda c: {**_CLEAN, "metadata": {c: {c: c}}}, 422),
    body("text to /screen", "/screen", lambda c: {"text": c}, 200),
    body("content of a task", "/tasks", lambda c: {"content": c}, 422),
    body("data of a task", "/task", lambda c: {"data": c}, 422),
    body("args of a task, a value", "/tasks", lambda c: {"content": "x", "args": {"a": c}}, 422),
    body("args of a task, a key", "/tasks", lambda c: {"content": "x", "args": {c: "a"}}, 422),
    body("value of a job", "/api/wait_and_return", lambda c: {"seconds": 0, "value": {"a": [c]}}, 422),
    body("key in a job's value", "/api/wait_and_return", lambda c: {"seconds": 0, "value": {c: 1}}, 422),
    lines("text of a line", lambda c: {"text": c, "delivery": "sync"}),
    lines("text of a line, queued", lambda c: {"text": c, "delivery": "queued"}),
    lines("a line that is a text", lambda c: c),
    lines("metadata of a line", lambda c: {**_CLEAN, "metadata": {"a": c, c: 1}}),
    body("text to /analyze", "/analyze", lambda c: {"text": c, "language": "en"}, 200),
    body("texts to /analyze", "/analyze", lambda c: {"text": ["x", c], "language": "en"}, 200),
    body("words to /analyze", "/analyze", lambda c: {**_ANALYZE, "context": [c], "allow_list": [c]}, 200, 422),
    body("regex to /analyze", "/analyze", lambda c: {**_ANALYZE, "text": c, **_ad_hoc(patterns=[_regex(c)])}, 200, 422),
    body("deny_list to /analyze", "/analyze", lambda c: {**_ANALYZE, "text": c, **_ad_hoc(deny_list=[c])}, 200, 422),
    body("correlation_id to /analyze", "/analyze", lambda c: {**_ANALYZE, "correlation_id": c, c: c}, 200),
    body("text to /anonymize", "/anonymize", lambda c: {"text": c, "analyzer_results": [_place(c)]}, 200),
    body(
        "text to /anonymize, encrypted",
        "/anonymize",
        lambda c: {
            "text": c,
            "analyzer_results": [_place(c)],
            "anonymizers": {"A": {"type": "encrypt", "key": "k" * 16}, c: {"type": "redact"}},
        },
        200,
    ),
)
#: The same for a kind of message whose findings are redacted: it goes on without them.
REDACTED: Final = (
    body("redacted text, sync", "/messages", lambda c: {"text": c, "kind": "support", "delivery": "sync"}, 200),
    body("redacted text, queued", "/messages", lambda c: {"text": c, "kind": "support", "delivery": "queued"}, 202),
    body(
        "redacted metadata, queued",
        "/messages",
        lambda c: {**_CLEAN, "kind": "support", "delivery": "queued", "metadata": {c: {"a": [c]}}},
        202,
    ),
    body("redacted content of a task", "/tasks", lambda c: {"content": c, "kind": "support"}, 201),
    body("redacted args of a task", "/tasks", lambda c: {"content": "x", "kind": "support", "args": {c: c}}, 201),
    lines("redacted text of a line", lambda c: {"text": c, "kind": "support", "delivery": "sync"}),
    lines("redacted text of a line, queued", lambda c: {"text": c, "kind": "support", "delivery": "queued"}),
)
#: What does not fit: told by its place, never by its value.
MALFORMED: Final = (
    body("broken JSON", "/messages", lambda c: json.dumps({"text": c}).encode()[:-1], 400),
    body("JSON and more", "/messages", lambda c: json.dumps(_CLEAN).encode() + c.encode(), 400),
    body("no JSON", "/messages", lambda c: c.encode(), 400),
    body("a JSON string", "/messages", lambda c: c, 422),
    body("text as a list", "/messages", lambda c: {"text": [c]}, 422),
    body("text as an object", "/messages", lambda c: {"text": {c: c}}, 422),
    body("text missing", "/messages", lambda c: {"metadata": {"a": c}}, 422),
    body("an unknown field's name", "/messages", lambda c: {**_CLEAN, c: 1}, 422),
    body("an unknown field's value", "/messages", lambda c: {**_CLEAN, "extra": c}, 422),
    body("kind", "/messages", lambda c: {**_CLEAN, "kind": c}, 422),
    body("kind as a list", "/messages", lambda c: {**_CLEAN, "kind": [c]}, 422),
    body("delivery", "/messages", lambda c: {**_CLEAN, "delivery": c}, 422),
    body("metadata as a string", "/messages", lambda c: {**_CLEAN, "metadata": c}, 422),
    body("metadata too deep", "/messages", lambda c: {**_CLEAN, "metadata": _deep(c, 20)}, 422),
    body(
        "nested beyond any parser", "/messages", lambda c: b'{"text":' + b"[" * 3000 + json.dumps(c).encode(), 422, 400
    ),
    body("text too long", "/messages", lambda c: {"text": c + " and so on" * 7000}, 422),
    body("another charset", "/messages", lambda c: json.dumps({"text": c}).encode("utf-16"), 400),
    body(
        "a charset that is not taken", "/messages", lambda c: {"text": c}, 400, Content_Type=f"{JSON}; charset=latin1"
    ),
    body("bytes that are no UTF-8", "/messages", lambda c: b'{"text": "' + c.encode() + b'\xff\xfe"}', 400),
    body("text/plain that is no UTF-8", "/messages", lambda c: c.encode() + b"\xff", 400, Content_Type="text/plain"),
    body("a lone surrogate", "/messages", lambda c: b'{"text": "\\ud800' + c.encode() + b'"}', 400, 422),
    body("XML", "/messages", lambda c: f"<text>{c}</text>".encode(), 415, Content_Type="application/xml"),
    body(
        "a form",
        "/messages",
        lambda c: f"text={c}".encode(),
        415,
        Content_Type="application/x-www-form-urlencoded",
    ),
    body("said to be zipped", "/messages", lambda c: {"text": c}, Content_Encoding="gzip"),
    lines("a line, broken", lambda c: f'{{"text": "{c}'.encode()),
    lines("a line and more", lambda c: json.dumps(_CLEAN).encode() + c.encode()),
    lines("an unknown field's name of a line", lambda c: {**_CLEAN, c: c}),
    lines("kind of a line", lambda c: {**_CLEAN, "kind": c, "delivery": c}),
    lines("a line that is no UTF-8", lambda c: b'{"text": "' + c.encode() + b'\xff"}'),
    body("a batch of another type", "/messages/batch", lambda c: {"text": c}, 415, Content_Type="application/xml"),
    body("/screen, broken", "/screen", lambda c: {"text": c, c: c}, 422),
    body("/analyze, wrong", "/analyze", lambda c: {"text": [c], "language": c, "entities": [c]}, 422),
    body("/analyze, a language", "/analyze", lambda c: {**_ANALYZE, "language": c}, 422),
    body("/analyze, no regex", "/analyze", lambda c: {**_ANALYZE, **_ad_hoc(patterns=[_regex(f"(?={c})")])}, 422),
    body("/analyze, no pattern", "/analyze", lambda c: {**_ANALYZE, **_ad_hoc(patterns=[{c: c}])}, 422),
    body("/analyze, a name", "/analyze", lambda c: {**_ANALYZE, **_ad_hoc(name=f"@{c}", deny_list=["x"])}, 422),
    body(
        "/analyze, no regex in allow_list",
        "/analyze",
        lambda c: {**_ANALYZE, "allow_list": [f"(?={c})"], "allow_list_match": "regex"},
        422,
    ),
    body("/anonymize, wrong", "/anonymize", lambda c: {"text": [c], "anonymizers": {c: {"type": c}}}, 422),
    body(
        "/anonymize, an operator",
        "/anonymize",
        lambda c: {"text": c, "analyzer_results": [], "anonymizers": {c: {"type": c}}},
        422,
    ),
    body(
        "/anonymize, a key",
        "/anonymize",
        lambda c: {"text": c, "analyzer_results": [], "anonymizers": {"A": {"type": "encrypt", "key": c + "x" * 40}}},
        422,
    ),
    body(
        "/anonymize, not in the text",
        "/anonymize",
        lambda c: {"text": c, "analyzer_results": [{**_place(c), "end": 10_000}]},
        422,
    ),
    body("/deanonymize, not allowed", "/deanonymize", lambda c: {"text": c, "anonymizer_results": []}, 401),
    body("kind of a task", "/tasks", lambda c: {"content": "x", "kind": c}, 422),
    body("not_before of a task", "/tasks", lambda c: {"content": "x", "not_before": c}, 422),
    body("priority of a task", "/tasks", lambda c: {"content": "x", "priority": c}, 422),
    body("callback_url of a task", "/tasks", lambda c: {"content": "x", "callback_url": c}, 422),
    body("content and data of a task", "/tasks", lambda c: {"content": c, "data": c}, 422),
    body("seconds of a job", "/api/wait_and_return", lambda c: {"seconds": c}, 422),
    body("n of a job", "/api/sum", lambda c: {"n": c}, 422),
    body("song of a job", "/api/recommendations", lambda c: {"song": c}),
)
#: More than NGINX takes.
TOO_LARGE: Final = (
    body("over the body limit", "/messages", lambda c: {"text": c + " " * 1_100_000 + c}, 413),
    raw("over the body limit, said and not sent", lambda c: _post(c.text, "Content-Length: 99999999\r\n")),
    raw("over the body limit, in chunks", lambda c: _chunked(c.line.encode() + b" " * 1_200_000)),
)
#: In the address.
ADDRESSES: Final = (
    *(url(f"/producer/tasks?{query}") for query in ("status={}", "kind={}", "cursor={}", "limit={}", "x={}", "{}=1")),
    *(url(f"/producer/{path}?language={{}}&{{}}={{}}") for path in ("supportedentities", "recognizers")),
    *(url(f"/producer/tasks/{{}}{tail}") for tail in ("", "/events", "?a={}")),
    *(url(f"/producer/task/{{}}{tail}", method) for tail, method in (("/cancel", "PATCH"), ("", "DELETE"))),
    *(url(f"/producer/{path}/{{}}", role="operator") for path in ("tasks", "alerts", "api/sum", "recognizers")),
    *(url(f"/producer/{path}", role="operator") for path in ("alerts?cursor={}", "events?{}={}", "stats?{}", "?{}")),
    url("/producer/tasks/{}/retry", "POST", role="operator"),
    *(
        url(path)
        for path in ("/{}", "/producer/{}", "/producer/messages/{}", "/producer/api/{}/1", "/producer/api/sum/{}")
    ),
    *(
        url(path)
        for path in ("/producer/internal/{}", "/producer/metrics/{}", "/healthz/{}", "/healthz?{}", "/_gate/{}")
    ),
    *(
        url(path)
        for path in ("/docs/{}", "/docs/swagger/{}", "/docs/own/{}", "/docs?{}", "/console/{}", "/login?next={}")
    ),
    *(
        url(path.replace("*", folder), role=role)
        for folder in ("logs", "error_reports")
        for role in (None, "client", "operator")
        for path in ("/*/{}", "/*/{}/", "/*/{}.txt?{}", "/*/.{}", "/*/%2e%2e/{}", "/*/{}%00", "/*?{}")
    ),
    *(
        url(path, role=role)
        for role in (None, "client", "admin")
        for path in ("/dashboard/{}", "/dashboard/task/{}", "/dashboard/tasks?{}={}", "/load-test/{}", "/load-test/?{}")
    ),
    *(
        url(f"/dashboard/{path}", role="operator")
        for path in (
            "api/task/info/{}",
            "api/tasks?taskname={}",
            "api/tasks?limit={}",
            "worker/{}",
            "api/workers?workername={}",
        )
    ),
    *(url(f"/dashboard/{path}", "POST", role="operator") for path in ("api/task/revoke/{}", "api/task/apply/{}")),
    *(
        url(f"/load-test/{path}", role="admin")
        for path in ("stats/{}", "stats/requests?{}", "exceptions?x={}", "logs?{}")
    ),
    url("/load-test/swarm?user_count={}", "POST", role="client"),
    *(url("/producer/messages/{}", method) for method in ("PUT", "PATCH", "OPTIONS", "DELETE", "HEAD")),
)
_SWARM: Final = {"user_count": "1", "spawn_rate": "1", "run_time": "1s"}
#: In what Locust's page sends.
FORMS: Final = tuple(
    form(name, "/load-test/swarm", "admin", 422, **{**_SWARM, name: "{}"})
    for name in (*_SWARM, "host", "profile", "{}")
)
#: In a header.
HEADERS: Final = (
    *(
        header(name)
        for name in (
            "X-Request-ID",
            "User-Agent",
            "Referer",
            "Idempotency-Key",
            "Authorization",
            "X-API-Key",
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "X-Forwarded-Proto",
            "X-Portcullis-Direct",
            "Forwarded",
            "Via",
            "Origin",
            "Cookie",
            "Content-Type",
            "Content-Encoding",
            "Accept",
            "Accept-Language",
            "If-None-Match",
            "Sec-Fetch-Site",
            "Expect",
            "Range",
            "Traceparent",
            "X-Anything",
        )
    ),
    header("Authorization", "Bearer {}"),
    header("Authorization", "Basic {}"),
    header("Authorization", "Digest username={}"),
    header("Content-Type", "application/json; charset={}"),
    header("Content-Type", 'application/json; a="{}"'),
    header("Content-Type", "multipart/form-data; boundary={}"),
    header("Cookie", "session={}; _xsrf={}"),
    header("Origin", "https://{}"),
    _basic_header("Basic, a user", lambda c: _basic(c, "x")),
    _basic_header("Basic, a password", lambda c: _basic("x", c)),
    *(
        header(name, path=path, role="admin")
        for path in ("/dashboard/", "/dashboard/api/tasks", "/load-test/", "/logs/", "/producer/tasks", "/docs")
        for name in (
            "User-Agent",
            "Referer",
            "Cookie",
            "X-Request-ID",
            "Origin",
            "Accept-Language",
            "If-None-Match",
            "Range",
        )
    ),
    *(
        header(name, path=path)
        for path in ("/dashboard/", "/load-test/", "/logs/", "/nowhere")
        for name in ("User-Agent", "Referer", "Cookie", "Authorization", "X-API-Key", "X-Forwarded-For")
    ),
)


def _get(line: str, more: str = "") -> str:
    return f"{line}\r\nHost: localhost\r\nConnection: close\r\n{more}\r\n"


def _post(text: str, more: str) -> str:
    return _get("POST /producer/messages HTTP/1.1", f"Content-Type: {JSON}\r\n{more}") + text


def _chunked(content: bytes) -> bytes:
    head = _get("POST /producer/messages HTTP/1.1", f"Content-Type: {JSON}\r\nTransfer-Encoding: chunked\r\n").encode()
    return head + b"%x\r\n%s\r\n0\r\n\r\n" % (len(content), content)


#: What no HTTP library would send.
PROTOCOL: Final = (
    raw("a method", lambda c: _get(f"{c.token} /producer/messages HTTP/1.1")),
    raw("a method in capitals", lambda c: _get(f"{c.token.upper()} /producer/tasks HTTP/1.1")),
    raw("a method in letters only", lambda c: _get(f"{''.join(filter(str.isalpha, c.token)).upper()} / HTTP/1.1")),
    raw("a path with spaces", lambda c: _get(f"GET /producer/{c.line} HTTP/1.1")),
    raw("a path with quotes", lambda c: _get(f'GET /logs/"{c.needles[0]}" HTTP/1.1', f'Referer: "{c.line}", x: "\r\n')),
    raw("a path with a line feed", lambda c: _get(f"GET /logs/%0d%0a{c.quoted}%0aERROR HTTP/1.1")),
    raw("a path with a bare line feed", lambda c: _get(f"GET /a\n{c.line}: b HTTP/1.1")),
    raw("a path that climbs", lambda c: _get(f"GET /logs/../../{c.needles[0]} HTTP/1.1")),
    raw("a path that climbs too far", lambda c: _get(f"GET /%2e%2e/%2e%2e/{c.quoted} HTTP/1.1")),
    raw("a path with bad escapes", lambda c: _get(f"GET /logs/%zz{c.needles[0]} HTTP/1.1")),
    raw("a path with a zero", lambda c: _get(f"GET /logs/%00{c.quoted} HTTP/1.1")),
    raw("a path that is too long", lambda c: _get(f"GET /producer/{c.quoted * 400}{'x' * 9000} HTTP/1.1")),
    raw("an absolute address", lambda c: _get(f"GET http://{c.needles[0]}/logs/{c.quoted} HTTP/1.1")),
    raw("an absolute address with a user", lambda c: _get(f"GET http://u:{c.needles[0]}@localhost/ HTTP/1.1")),
    raw("CONNECT", lambda c: _get(f"CONNECT {c.needles[0]}:443 HTTP/1.1")),
    raw("a version", lambda c: _get(f"GET /{c.quoted} HTTP/9.9")),
    raw("a version that is none", lambda c: _get(f"GET /producer/tasks {c.token}/1.1")),
    raw("HTTP/0.9", lambda c: f"GET /logs/{c.quoted}\r\n"),
    raw("no HTTP", lambda c: f"{c.text}\r\n\r\n"),
    raw("the beginning of TLS", lambda c: b"\x16\x03\x01\x02\x00\x01\x00" + c.text.encode() + b"\r\n\r\n"),
    raw("Host", lambda c: f"GET /producer/tasks HTTP/1.1\r\nHost: {c.line}\r\nConnection: close\r\n\r\n"),
    *(
        raw(
            f"Host, as far as one may be, for {path}",
            lambda c, path=path: f"GET {path} HTTP/1.1\r\nHost: {c.token}.org\r\nConnection: close\r\n\r\n",
        )
        for path in (
            "/producer",
            "/dashboard",
            "/dashboard/",
            "/load-test/",
            "/logs",
            "/",
            "/docs",
            "/producer/messages",
        )
    ),
    raw("two Hosts", lambda c: _get("GET / HTTP/1.1", f"Host: {c.needles[0]}\r\n")),
    raw("a header's name", lambda c: _get("GET /producer/tasks HTTP/1.1", f"{c.token}: 1\r\n")),
    raw("an invalid header's name", lambda c: _get("GET /producer/tasks HTTP/1.1", f'"{c.line}": 1\r\n')),
    raw("a header without a colon", lambda c: _get("GET /producer/tasks HTTP/1.1", f"{c.line}\r\n")),
    raw("a header with a zero", lambda c: _get("GET /producer/tasks HTTP/1.1", f"X-A: \0{c.line}\r\n")),
    raw("a folded header", lambda c: _get("GET /producer/tasks HTTP/1.1", f"X-A: b\r\n {c.line}\r\n")),
    raw(
        "a header that is too long",
        lambda c: _get("GET /logs/ HTTP/1.1", f"Cookie: {(c.line + ' ') * 900}{'x' * 9000}\r\n"),
    ),
    raw("too many headers", lambda c: _get("GET /logs/ HTTP/1.1", f"X-A: {c.line}{'y' * 900}\r\n" * 60)),
    raw("Content-Length", lambda c: _post("{}", f"Content-Length: {c.line}\r\n")),
    raw("two lengths", lambda c: _post(c.text, f"Content-Length: 5\r\nContent-Length: {len(c.text)}\r\n")),
    raw(
        "length and chunks",
        lambda c: _post(f"5\r\n{c.text}\r\n0\r\n\r\n", "Content-Length: 9\r\nTransfer-Encoding: chunked\r\n"),
    ),
    raw("Transfer-Encoding", lambda c: _post("{}", f"Transfer-Encoding: {c.line}\r\n")),
    raw("Expect", lambda c: _post("{}", f"Expect: {c.line}\r\nContent-Length: 2\r\n")),
    raw("Upgrade", lambda c: _get("GET /load-test/ HTTP/1.1", f"Connection: upgrade\r\nUpgrade: {c.line}\r\n")),
    raw("a chunk that is none", lambda c: _post(f"zz{c.text}\r\n", "Transfer-Encoding: chunked\r\n")),
    raw("a chunk's extension", lambda c: _post(f"2;{c.line}\r\n{{}}\r\n0\r\n\r\n", "Transfer-Encoding: chunked\r\n")),
    raw("a trailer", lambda c: _post(f"2\r\n{{}}\r\n0\r\nX-A: {c.line}\r\n\r\n", "Transfer-Encoding: chunked\r\n")),
    raw("half a request line", lambda c: f"GET /logs/{c.quoted}", half=True),
    raw("half a header", lambda c: f"GET /logs/{c.quoted} HTTP/1.1\r\nHost: localhost\r\nCookie: {c.line}", half=True),
    raw("half a body", lambda c: _post(c.text, "Content-Length: 5000\r\n"), half=True),
    raw("a body that stops", lambda c: _post(c.text, "Content-Length: 5000\r\n")),
    raw("half a chunk", lambda c: _post(f"fff\r\n{c.text}", "Transfer-Encoding: chunked\r\n"), half=True),
    raw(
        "gone before the answer",
        lambda c: _post(json.dumps({"text": c.text}), f"Content-Length: {len(json.dumps({'text': c.text}))}\r\n"),
        half=True,
    ),
    raw(
        "a second request behind the first",
        lambda c: (
            _get("GET /healthz HTTP/1.1").replace("close", "keep-alive")
            + _get(f"GET /{c.needles[0]} HTTP/7", f"Cookie: {c.line}\r\n")
        ),
    ),
)
SENT_WHILE_ALL_IS_WELL: Final = (*HELD, *REDACTED, *MALFORMED, *TOO_LARGE, *ADDRESSES, *FORMS, *HEADERS, *PROTOCOL)
#: Held by the policy whatever is down behind the gate, and what would need what is down.
SENT_IN_TROUBLE: Final = (*HELD, *REDACTED, *MALFORMED[:8])
#: What NGINX notes in its error lines where nobody answers behind it: it quotes addresses, hosts and referers there.
SENT_TO_NOBODY: Final = (*HELD[:3], *REDACTED[:2], *ADDRESSES, *HEADERS, *PROTOCOL)
