"""Requests a second through NGINX, against the peers at the same addresses behind the same NGINX configuration."""

import json
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from bench.harness import House, house
from bench.load import Shot, check, rate
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
    "queued": _Measure(
        what="a message is queued: in the ledger, and the broker told",
        against="a Flask view that calls `.delay()`",
        ours=("/producer/messages", _QUEUED, 202),
        peer=("/producer/tasks", _QUEUED),
        goal=0.5,
    ),
}
BATCH: Final = "batch"
NAMES: Final = (*_MEASURES, BATCH)
_LINES: Final = 1000
_BATCH_CONNECTIONS: Final = 8  #: enough to keep both processes of each service busy


def measure(names: Collection[str], effort: Effort, tell: Callable[[str], None]) -> Iterator[Result]:
    """Measure those of `NAMES` that are named, on one pair of sides."""
    chosen = [name for name in _MEASURES if name in names]
    if chosen:
        with _sides() as (ours, peer):
            for name in chosen:
                tell(name)
                yield _measure(name, ours, peer, effort)
    if BATCH in names:
        tell(BATCH)
        yield _batch(effort)


@contextmanager
def _sides() -> Iterator[tuple[House, House]]:
    with house() as ours, house(swaps=_PEERS) as peer:
        ours.start(*_PROGRAMS)
        peer.start(*_PROGRAMS)
        yield ours, peer


def _measure(name: str, ours: House, peer: House, effort: Effort) -> Result:
    one = _MEASURES[name]
    path, body, status = one.ours
    our_shot = Shot(url=ours.url + path, body=body, status=status)
    peer_shot = Shot(url=peer.url + one.peer[0], body=one.peer[1])
    for shot in (our_shot, peer_shot):
        rate(shot, _WARM_UP_S)
    figures = alternate(lambda: rate(our_shot, effort.seconds), lambda: rate(peer_shot, effort.seconds), effort.rounds)
    return Result(name=name, ours=one.what, peer=one.against, unit="a second", goal=one.goal, figures=figures)


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
