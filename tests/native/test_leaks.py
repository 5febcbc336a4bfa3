"""
Personal data and secrets that come in by any way are found nowhere afterwards.

Canaries of every kind that is detected are sent by every channel of `harness.channels`, while all is well and while one
part after the other is down. Then everything that the mesh has written, keeps, shows and answered is searched for each
of them, in every form of `harness.leak`. Two things may hold canaries and are not searched, for they are no part of
the mesh: the memory of this test, and the module of the processors below with its list, which lie outside the home.
"""

import base64
import binascii
import json
import os
import pkgutil
import re
import shutil
import socket
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path

import pytest
import redis
import requests
from harness.channels import (
    ADDRESSES,
    HELD,
    JSON,
    REDACTED,
    SENT_IN_TROUBLE,
    SENT_TO_NOBODY,
    SENT_WHILE_ALL_IS_WELL,
    Answer,
    Channel,
    Gate,
)
from harness.eventually import eventually
from harness.inside import frozen, pids, processes_of, states, whole, without, words_of
from harness.leak import Canary, Leak, Mint, Search, forms
from harness.mesh import Mesh, running_mesh

from gateway.screening import detectors
from gateway.screening.detectors import shipped
from gateway.screening.screener import build_screener
from gateway.settings import load

POLICY = """
kinds = [
  "support", "returns", "returns_deep", "returns_no_json", "raises", "raises_for_good", "raises_from", "logs", "warns",
  "prints", "exits",
]

[[policy.rules]]
when = { kinds = ["support"], min_score = 0.5 }
then = "redact"
[[policy.rules]]
when = { min_score = 0.5 }
then = "hold"
[[policy.rules]]
when = {}
then = "allow"

[policy.operators]
EMAIL_ADDRESS = "hash"
CREDIT_CARD = "mask"
PHONE_NUMBER = "remove"

[processing.processors]
returns = "leaky:returns"
returns_deep = "leaky:returns_deep"
returns_no_json = "leaky:returns_no_json"
raises = "leaky:raises"
raises_for_good = "leaky:raises_for_good"
raises_from = "leaky:raises_from"
logs = "leaky:logs"
warns = "leaky:warns"
prints = "leaky:prints"
exits = "leaky:exits"
"""
#: Processors of a user who has access to personal data elsewhere, and is careless with it.
LEAKY = """
import json, logging, sys, traceback, warnings
from pathlib import Path
from gateway.errors import PermanentFailure

FOUND = json.loads(Path(__file__).with_name("found.json").read_text())

def word(job):
    return FOUND[job.args["number"] if "number" in job.args else job.metadata["number"]]

def returns(job):
    return f"It belongs to this person: {word(job)}"

def returns_deep(job):
    return {"rows": [{"note": word(job), word(job): [1, {"a": word(job)}]}]}

def returns_no_json(job):
    return {word(job)}

def raises(job):
    raise ValueError(word(job), {"row": word(job)})

def raises_for_good(job):
    raise PermanentFailure(word(job))

def raises_from(job):
    try:
        {}[word(job)]
    except KeyError as error:
        error.add_note(word(job))
        raise RuntimeError(f"no {word(job)}") from error

def logs(job):
    log = logging.getLogger("acme")
    log.error("found %s", word(job))
    log.error("found " + word(job))
    log.warning("found", extra={"who": word(job)})
    try:
        raises(job)
    except ValueError:
        log.exception("could not find %s", word(job))
    return "done"

def warns(job):
    warnings.warn(word(job))
    return "done"

def prints(job):
    print(word(job))
    print(word(job), file=sys.stderr, flush=True)
    try:
        raises(job)
    except ValueError:
        traceback.print_exc()
    return "done"

def exits(job):
    raise SystemExit(word(job))
"""
PROCESSOR_KINDS = (
    *("returns", "returns_deep", "returns_no_json", "raises", "raises_for_good", "raises_from"),
    *("logs", "warns", "prints", "exits"),
)
RATE = 200  #: requests a second; enough for one sender that waits for each answer
KINDS_A_PROCESSOR = 7
BASE64_RUN = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
OTHER_KINDS_A_CHANNEL = 2  #: for channels where it makes no difference what a canary is


@dataclass
class Evidence:
    """What is left of it all."""

    mint: Mint
    gate: Gate
    tasks: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)  #: answers with another status than the channel's
    statuses: dict[str, list[int]] = field(default_factory=dict)  #: of each trouble
    places: dict[str, dict[str, bytes]] = field(default_factory=dict)  #: what was searched, by the sort of place


@pytest.fixture(scope="module")
def evidence(home, tmp_path_factory):
    """Send everything, then gather everything."""
    library = tmp_path_factory.mktemp("library")
    mint = Mint()
    kinds = cycle(mint.kinds)
    returned = [
        (name, mint.canary(next(kinds), f"processor {name}"))
        for name in PROCESSOR_KINDS
        for _ in range(KINDS_A_PROCESSOR)
    ]
    (library / "found.json").write_text(json.dumps([canary.text for _, canary in returned]))
    (library / "leaky.py").write_text(LEAKY)
    home.mkdir()
    (home / "gateway.toml").write_text(POLICY)
    settings = {
        "GATEWAY_RATE_LIMIT": str(RATE),
        "GATEWAY_MAX_ATTEMPTS": "1",
        "GATEWAY_FORWARD_TIMEOUT_S": "1",
        "GATEWAY_LOG_LEVEL": "DEBUG",
        "PYTHONPATH": os.pathsep.join(filter(None, (str(library), os.environ.get("PYTHONPATH")))),
    }
    with running_mesh(home, **settings) as mesh:
        gate = Gate(mesh, {role: mesh.key(role) for role in ("client", "operator", "admin")})
        evidence = Evidence(mint, gate)
        send_while_all_is_well(evidence)
        send_to_processors(evidence, returned)
        send_in_trouble(evidence)
        send_too_fast(evidence)
        waiting = broker_while_tasks_wait(evidence)
        wait_for_tasks(evidence)
        look_at_what_is_shown(evidence)
        evidence.places = {
            "answers": {f"answer {at} to {a.to}": a.data for at, a in enumerate(gate.answers)},
            "the broker": {**waiting, **broker(mesh)},
            "metrics": metrics(mesh),
            "command lines and environments": {f"process {pid}": words_of(pid) for pid in processes_of(mesh)},
            "files": files(home),
        }
        yield evidence
    shutil.rmtree(library, ignore_errors=True)


# --- sending ---


def pairs(
    mint: Mint, channels: Iterable[Channel], *, each: int = OTHER_KINDS_A_CHANNEL
) -> Iterator[tuple[Channel, Canary]]:
    """Every kind by every channel that is screened; *each* kinds in turn by the others."""
    kinds = cycle(mint.kinds)
    for channel in channels:
        for kind in mint.kinds if channel in (*HELD, *REDACTED) else islice(kinds, each):
            yield channel, mint.canary(kind, channel.name)


def send(evidence: Evidence, channel: Channel, canary: Canary) -> int:
    answer = channel.send(evidence.gate, canary)
    note_task(evidence, answer.data)
    return answer.status


def note_task(evidence: Evidence, data: bytes) -> None:
    found = re.search(rb"Location: /producer/(?:tasks|api/\w+)/([0-9a-f-]{36})", data)
    if found:
        evidence.tasks.append(found[1].decode())


def send_while_all_is_well(evidence: Evidence) -> None:
    for channel, canary in pairs(evidence.mint, SENT_WHILE_ALL_IS_WELL):
        status = send(evidence, channel, canary)
        if channel.statuses and status not in channel.statuses:
            evidence.unexpected.append(f"{status} for {canary.kind} by {channel.name}")


def send_to_processors(evidence: Evidence, returned: list[tuple[str, Canary]]) -> None:
    """Have each processor come upon each canary, for a message that waits, for one that is queued, and for a task."""
    gate = evidence.gate
    for number, (kind, canary) in enumerate(returned):
        message = {"text": "Whose is it?", "kind": kind, "metadata": {"number": number}}
        task = {"content": "Whose is it?", "kind": kind, "args": {"number": number}}
        for path, body in (
            ("messages", {**message, "delivery": "sync"}),
            ("messages", {**message, "delivery": "queued"}),
            ("tasks", task),
        ):
            answer = gate.ask(
                canary, "POST", f"/producer/{path}", data=json.dumps(body).encode(), headers={"Content-Type": JSON}
            )
            note_task(evidence, answer.data)


def send_in_trouble(evidence: Evidence) -> None:
    mesh = evidence.gate.mesh
    some = [(channel, kind) for channel, kind in zip(SENT_IN_TROUBLE, cycle(evidence.mint.kinds), strict=False)]
    all_is_well_again(mesh)
    for name in ("service_2", "broker"):
        with frozen(whole(pids(mesh)[name])):
            evidence.statuses[f"frozen {name}"] = [
                send(evidence, channel, evidence.mint.canary("e-mail", f"{channel.name}, {name} frozen"))
                for channel in (REDACTED[0], REDACTED[0], REDACTED[1], HELD[0], HELD[1])
            ]
        with without(mesh, name):
            evidence.statuses[f"without {name}"] = [
                send(evidence, channel, evidence.mint.canary(kind, f"{channel.name}, without {name}"))
                for channel, kind in some
            ]
    with without(mesh, "flower"), without(mesh, "locust"):
        with without(mesh, "service_1"):
            evidence.statuses["without service_1"] = [
                send(evidence, channel, canary) for channel, canary in pairs(evidence.mint, SENT_TO_NOBODY, each=1)
            ]
        eventually(lambda: requests.get(f"{mesh.url}/producer/ready", timeout=30).status_code == 200)
        evidence.statuses["without flower and locust"] = [
            send(evidence, channel, canary)
            for channel, canary in pairs(evidence.mint, ADDRESSES, each=1)
            if "/dashboard" in channel.name or "/load-test" in channel.name
        ]
    eventually(lambda: set(states(mesh).values()) == {"RUNNING"})


def all_is_well_again(mesh: Mesh) -> None:
    """Wait until every process of service_1 has noticed that service_2 answers."""
    message = {"text": "Is all well?", "delivery": "sync"}

    def is_well() -> bool:
        asked = (requests.post(f"{mesh.url}/producer/messages", json=message, timeout=30) for _ in range(12))
        return all(answer.status_code == 200 for answer in asked)

    eventually(is_well, within_s=120, every_s=0.5)


def send_too_fast(evidence: Evidence) -> None:
    """Send more at once than the rate allows, by one connection: NGINX counts each request of it."""
    canaries = [evidence.mint.canary(kind, "over the rate") for kind in evidence.mint.kinds for _ in range(30)]
    head = "Host: localhost\r\nReferer: {0}\r\nX-API-Key: {0}\r\n\r\n"
    burst = "".join(f"GET /logs/{c.quoted}?{c.quoted} HTTP/1.1\r\n{head.format(c.line)}" for c in canaries)
    received = b""
    with socket.create_connection(("127.0.0.1", evidence.gate.mesh.port), timeout=20) as connection:
        connection.sendall(burst.encode() + b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        with suppress(OSError):
            while piece := connection.recv(65_536):
                received += piece
    evidence.statuses["over the rate"] = [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", received)]
    evidence.gate.answers.append(Answer("requests over the rate", 429, received))


def broker_while_tasks_wait(evidence: Evidence) -> dict[str, bytes]:
    """Look into the broker while nobody takes anything out of it."""
    mesh = evidence.gate.mesh
    workers = [pid for name in ("worker-io", "worker-cpu") for pid in whole(pids(mesh)[name])]
    with frozen(workers):
        for channel in REDACTED:
            send(evidence, channel, evidence.mint.canary("e-mail", f"{channel.name}, waiting in the broker"))
        return {f"{name}, while tasks wait": value for name, value in broker(mesh).items()}


# --- gathering ---


def wait_for_tasks(evidence: Evidence) -> None:
    """Let everything end, and keep what is said of each task."""
    gate = evidence.gate
    eventually(
        lambda: (
            not any(
                gate.ask(None, "GET", f"/producer/tasks?status={status}&limit=1", role="operator").data.count(b'"id"')
                for status in ("pending", "processing")
            )
        ),
        within_s=120,
        every_s=0.5,
    )


def look_at_what_is_shown(evidence: Evidence) -> None:
    """Ask for every list and page that there is."""
    gate = evidence.gate
    for task in evidence.tasks[:: max(1, len(evidence.tasks) // 60)]:
        for path in (f"/producer/tasks/{task}", f"/producer/tasks/{task}/events", f"/dashboard/task/{task}"):
            gate.ask(None, "GET", path, role="operator")
    for name in ("tasks", "alerts"):
        cursor = ""
        while cursor is not None:
            page = gate.ask(None, "GET", f"/producer/{name}?limit=200{cursor}", role="operator")
            found = json.loads(page.data.partition(b"\n{")[2].join((b"{", b"")) or b"{}").get("next_cursor")
            cursor = f"&cursor={found}" if found else None
    for path in (
        *(f"/producer/{name}" for name in ("", "stats", "ready", "openapi.json", "health", "supportedentities")),
        *(f"/dashboard/{name}" for name in ("", "tasks", "broker", "api/tasks?limit=5000", "api/workers?refresh=1")),
        *(f"/dashboard/{name}" for name in ("api/queues/length", "api/task/types", "about")),
        *(f"/load-test/{name}" for name in ("", "stats/requests", "exceptions", "tasks", "logs", "stats/report")),
        *("/logs/", "/error_reports/", "/logs/nginx-error.txt", "/logs/nginx-access.txt", "/logs/service_1.txt"),
    ):
        gate.ask(None, "GET", path, role="admin")


def broker(mesh: Mesh) -> dict[str, bytes]:
    """Return every key's value, with what its base64 hides; and have all of it written to its files, in the clear."""
    client = redis.Redis(unix_socket_path=str(load(mesh.environment).run_dir / "broker.sock"), socket_timeout=10)
    readers = {
        b"string": client.get,
        b"list": lambda key: client.lrange(key, 0, -1),
        b"set": client.smembers,
        b"zset": lambda key: client.zrange(key, 0, -1, withscores=True),
        b"hash": client.hgetall,
        b"stream": client.xrange,
    }
    found = {}
    for key in client.scan_iter():
        value = repr(readers.get(client.type(key), lambda _: b"")(key)).encode()
        found[f"broker key {key!r}"] = key + b"\0" + value + b"\0" + b"\0".join(decoded(value))
    client.config_set("rdbcompression", "no")
    client.save()
    client.close()
    return found


def decoded(data: bytes) -> Iterator[bytes]:
    """What every run of base64 in *data* stands for, twice deep."""
    for run in BASE64_RUN.findall(data):
        with suppress(binascii.Error, ValueError):
            inner = base64.b64decode(run.rstrip(b"=") + b"==", altchars=b"-_" if b"-" in run or b"_" in run else None)
            yield inner
            yield from decoded(inner)


def metrics(mesh: Mesh) -> dict[str, bytes]:
    ports: Mapping[str, int] = json.loads((mesh.home / "var" / "ports.json").read_text())
    programs = ("service_1", "service_2", "worker-io", "worker-cpu", "monitor")
    found = {name: requests.get(f"http://127.0.0.1:{ports[name]}/metrics", timeout=30).content for name in programs}
    flower = requests.get(f"http://127.0.0.1:{ports['flower']}/dashboard/metrics", timeout=30)
    return {**found, "flower": flower.content}


def files(home: Path) -> dict[str, bytes]:
    """Return every file of the home, and what NGINX may put into shared memory, with its name: it may tell as well."""
    folders = (home, *Path("/dev/shm").glob("portcullis-*"))
    found = {}
    for path in (path for folder in folders for path in folder.rglob("*")):
        with suppress(OSError):
            found[str(path)] = str(path).encode() + b"\0" + (path.read_bytes() if path.is_file() else b"")
    return found


# --- the sending was worth something ---


def test_there_is_a_canary_of_every_family_of_detectors():
    """Of the national ids and of the providers' keys, some stand for all: they take the same ways."""
    screener, mint = build_screener(), Mint()
    found = {f.entity_type for kind in mint.kinds for f in screener.screen(mint.canary(kind, "none").text)}

    families = [each.name for each in pkgutil.iter_modules(detectors.__path__) if not each.name.startswith("_")]
    known = {name: set(shipped()[name].examples) for name in families if name in shipped()}

    assert len(known) > 12
    assert {name for name, types in known.items() if not types & found} == set(), "give harness.leak a canary of it"


@pytest.mark.parametrize("kind", Mint().kinds)
def test_the_search_finds_a_canary_in_each_of_its_forms(kind):
    canary, other = Mint().canary(kind, "here"), Mint().canary(kind, "there")
    search = Search([canary, other])

    missed = [
        (needle, name)
        for needle in canary.needles
        for name, (form, _) in forms(needle).items()
        if canary
        not in {
            Canary(leak.kind, leak.channel, canary.text, canary.needles)
            for leak in search.leaks("x", b"ab" + form + b"cd")
        }
    ]

    assert missed == []


def test_the_search_finds_a_canary_in_base64_at_any_distance_from_its_beginning():
    canary = Mint().canary("e-mail", "here")

    found = [
        bool(Search([canary]).leaks("x", encode(b"x" * before + canary.text.encode() + b"y" * 3)))
        for encode in (base64.b64encode, base64.urlsafe_b64encode)
        for before in range(4)
    ]

    assert found == [True] * 8


def test_every_canary_is_held_redacted_or_refused_as_its_channel_says(evidence):
    assert evidence.unexpected == []


def test_every_trouble_was_one(evidence):
    seen = {trouble: set(statuses) for trouble, statuses in evidence.statuses.items()}

    assert 503 in seen["without service_2"]
    assert 504 in seen["frozen service_2"]
    assert {202, 422} <= seen["without broker"]
    assert {202, 422} <= seen["frozen broker"]
    assert 503 in seen["without service_1"]
    assert 503 in seen["without flower and locust"]
    assert 429 in seen["over the rate"]


def test_what_was_searched_has_something_in_it(evidence):
    task = evidence.tasks[0].encode()

    somewhere = {sort: b"\0".join(found.values()) for sort, found in evidence.places.items()}

    assert task in somewhere["answers"]
    assert b"portcullis.run" in somewhere["the broker"], "the bodies of waiting tasks, out of their base64"
    assert b"gateway_findings_total" in somewhere["metrics"]
    assert b"GATEWAY_HOME=" in somewhere["command lines and environments"]
    assert task in somewhere["files"]
    assert {"logs/nginx-error.txt", "var/ledger.db", "var/broker/dump.rdb", "logs/service_1.txt"} <= {
        str(Path(name).relative_to(evidence.gate.mesh.home))
        for name in evidence.places["files"]
        if Path(name).is_relative_to(evidence.gate.mesh.home)
    }


# --- and it is nowhere ---


@pytest.mark.parametrize("sort", ["answers", "files", "the broker", "metrics", "command lines and environments"])
def test_no_canary_is_found_in(evidence, sort):
    search = Search(evidence.mint.made)

    leaks = [leak for place, data in evidence.places[sort].items() for leak in search.leaks(place, data)]

    assert leaks == [], told(leaks)


def told(leaks: list[Leak]) -> str:
    """Return a few words on each sort of leak."""
    first = {(leak.place.split(": ")[0], leak.channel): leak for leak in reversed(leaks)}
    lines = [f"{leak.place}: {leak.kind} by {leak.channel}, {leak.form}: {leak.around}" for leak in first.values()]
    return "\n".join([f"{len(leaks)} leaks, of {len(lines)} sorts:", *lines[:80]])
