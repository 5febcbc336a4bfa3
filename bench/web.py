"""Requests a second through NGINX, against the peers at the same addresses behind the same NGINX configuration."""

import json
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Final

from bench.accepting import postgres
from bench.harness import House, house
from bench.load import Shot, check, p99_ms, rate
from bench.results import BenchFailed, Effort, Result, alternate
from bench.texts import CLEAN, HELD

_PROGRAMS: Final = ("broker", "service_2", "service_1", "gate")  # no workers: they would eat what is measured
_PEERS: Final = {
    "service_1": ("service_1.wsgi:app", "bench.peers:front()"),
    "service_2": ("service_2.wsgi:app", "bench.peers:back()"),
}
_WARM_UP_S: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measure:
    """One request to ours and one to the peer's, each by its path, its body and the status of its answer."""

    what: str
    against: str
    ours: tuple[str, dict[str, Any], int]
    peer: tuple[str, dict[str, Any]]
    goal: float
    is_rate: bool = True  #: answers a second; else the 99th percentile of their times


_FORWARDED: Final = {"text": CLEAN, "kind": "chat", "delivery": "sync"}
_QUEUED: Final = {"text": CLEAN, "kind": "chat", "delivery": "queued"}
_MEASURES: Final = {
    "forwarded": _Measure(
        what="a clean message is forwarded to service_2",
        against="a Flask echo that makes the same hop",
        ours=("/producer/messages", _FORWARDED, 200),
        peer=("/producer/messages", _FORWARDED),
        goal=0.6,
    ),
    "screen": _Measure(
        what="`/screen` looks at a clean message",
        against="a Flask echo",
        ours=("/producer/screen", {"text": CLEAN, "kind": "chat"}, 200),
        peer=("/producer/screen", {"text": CLEAN, "kind": "chat"}),
        goal=0.7,
    ),
    "held": _Measure(
        what="a message with an e-mail address and a card is held",
        against="a Flask echo",
        ours=("/producer/messages", {"text": HELD, "kind": "chat"}, 422),
        peer=("/producer/screen", {"text": HELD, "kind": "chat"}),
        goal=0.4,
    ),
}
_ACCEPTED: Final = _Measure(
    what="a message is queued: in the ledger (SQLite), and the broker told",
    against="a Flask view that calls `.delay()`",
    ours=("/producer/messages", _QUEUED, 202),
    peer=("/producer/tasks", _QUEUED),
    goal=0.9,
)
_IN_POSTGRES: Final = replace(_ACCEPTED, what="a message is queued: in the ledger (PostgreSQL), and the broker told")
_SLOWEST: Final = {"goal": 3, "is_rate": False}
_ON_SQLITE: Final = {**_MEASURES, "queued": _ACCEPTED, "queued-p99": replace(_ACCEPTED, **_SLOWEST)}
_ON_POSTGRES: Final = {
    "queued-postgres": replace(_IN_POSTGRES, goal=0.8),
    "queued-postgres-p99": replace(_IN_POSTGRES, **_SLOWEST),
}
BATCH: Final = "batch"
NAMES: Final = (*_ON_SQLITE, *_ON_POSTGRES, BATCH)
_LINES: Final = 1000
_BATCH_CONNECTIONS: Final = 8  #: enough to keep both processes of each service busy


def measure(names: Collection[str], effort: Effort, tell: Callable[[str], None]) -> Iterator[Result]:
    """Measure those of `NAMES` that are named, on one pair of sides for each database."""
    for measures, is_postgres in ((_ON_SQLITE, False), (_ON_POSTGRES, True)):
        chosen = {name: one for name, one in measures.items() if name in names}
        if chosen:
            with _sides(is_postgres=is_postgres) as (ours, peer):
                for name, one in chosen.items():
                    tell(name)
                    yield _measure(name, one, ours, peer, effort)
    if BATCH in names:
        tell(BATCH)
        yield _batch(effort)


@contextmanager
def _sides(*, is_postgres: bool) -> Iterator[tuple[House, House]]:
    with ExitStack() as stack:
        url = stack.enter_context(postgres()).url if is_postgres else ""
        ours = stack.enter_context(house(settings={"DATABASE_URL": url}))
        peer = stack.enter_context(house(swaps=_PEERS))
        ours.start(*_PROGRAMS)
        peer.start(*_PROGRAMS)
        yield ours, peer


def _measure(name: str, one: _Measure, ours: House, peer: House, effort: Effort) -> Result:
    figure, unit = (rate, "a second") if one.is_rate else (p99_ms, "ms")
    path, body, status = one.ours
    our_shot = Shot(url=ours.url + path, body=body, status=status)
    peer_shot = Shot(url=peer.url + one.peer[0], body=one.peer[1])
    for shot in (our_shot, peer_shot):
        rate(shot, _WARM_UP_S)
    figures = alternate(
        lambda: figure(our_shot, effort.seconds), lambda: figure(peer_shot, effort.seconds), effort.rounds
    )
    at_most = not one.is_rate
    return Result(
        name=name, ours=one.what, peer=one.against, unit=unit, goal=one.goal, at_most=at_most, figures=figures
    )


def _batch(effort: Effort) -> Result:
    """Measure batches against the same messages one by one, on one mesh."""
    line = json.dumps({"text": CLEAN, "kind": "chat"}).encode()
    with house() as side:
        side.start(*_PROGRAMS)
        batch = Shot(
            url=f"{side.url}/producer/messages/batch",
            body=b"\n".join([line] * _LINES),
            content_type="application/x-ndjson",
        )
        single = Shot(url=f"{side.url}/producer/screen", body=json.loads(line))
        statuses = [json.loads(verdict)["status"] for verdict in check(batch).splitlines()]
        if statuses != [HTTPStatus.OK] * _LINES:
            raise BenchFailed("a line of the batch was not forwarded")
        rate(batch, _WARM_UP_S, connections=_BATCH_CONNECTIONS)
        rate(single, _WARM_UP_S)
        figures = alternate(
            lambda: _LINES * rate(batch, effort.seconds, connections=_BATCH_CONNECTIONS),
            lambda: rate(single, effort.seconds),
            effort.rounds,
        )
    return Result(
        name=BATCH,
        ours=f"messages a second in batches of {_LINES:,}, all forwarded",
        peer="`/screen`, one message a request",
        unit="a second",
        goal=15,
        figures=figures,
    )
