"""Whether the promise was kept: what callers saw, against what the ledger, the API and the effects tell."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from chaos.record import EITHER, FAILS, Record
from sqlalchemy import create_engine, select

from gateway.ledger.schema import task_events, tasks

_WITH_EFFECT: Final = frozenset({"once", "once_cpu", "nap", "burn", "shaky", "hang"})
_ENDED: Final = frozenset({"completed", "failed", "canceled"})
_CHUNK: Final = 1 << 20


@dataclass(frozen=True)
class Row:
    """A task, as the ledger has it at the end."""

    id: str
    kind: str
    status: str
    content: str
    result: Any
    error: str | None
    moves: tuple[tuple[str | None, str], ...]  #: from and to, in order

    @property
    def starts(self) -> int:
        return sum(to == "processing" for _, to in self.moves)


@dataclass(frozen=True)
class Verdict:
    """The figures of a run, and all that is wrong."""

    counts: Mapping[str, int]
    failures: Mapping[str, int]  #: the reasons that failed tasks tell
    faults: Sequence[str]


def rows_of(url: str) -> dict[str, Row]:
    """Read the whole ledger."""
    engine = create_engine(url)
    moves: dict[str, list[tuple[str | None, str]]] = {}
    try:
        with engine.connect() as connection:
            for event in connection.execute(select(task_events).order_by(task_events.c.seq)):
                moves.setdefault(event.task_id, []).append((event.from_status, event.to_status))
            found = connection.execute(select(tasks)).all()
    finally:
        engine.dispose()
    return {
        row.id: Row(
            id=row.id,
            kind=row.kind,
            status=row.status,
            content=json.loads(row.payload).get("content", ""),
            result=None if row.result is None else json.loads(row.result),
            error=row.error,
            moves=tuple(moves.get(row.id, ())),
        )
        for row in found
    }


def judge(
    record: Record,
    rows: Mapping[str, Row],
    shown: Mapping[str, Mapping[str, Any]],
    effects: Iterable[tuple[str, str, int]],
) -> Verdict:
    """
    Compare all that is known.

    Args:
        rows: the ledger's, by id.
        shown: the API's tasks, by id.
        effects: a word, a task's id and an attempt, as the jobs wrote them.
    """
    done = Counter(task_id for word, task_id, _ in effects if word == "done")
    lost = [id_ for id_ in record.accepted if id_ not in rows]
    unended = [row.id for row in rows.values() if row.status not in _ENDED]
    completed_twice = [row.id for row in rows.values() if [to for _, to in row.moves].count("completed") > 1]
    faults = [
        *(f"{id_}: accepted, and nowhere in the ledger" for id_ in lost),
        *(f"{id_}: it has not ended" for id_ in unended),
        *(f"{id_}: completed more than once" for id_ in completed_twice),
        *_moves(rows),
        *_ends(record, rows),
        *_views(record, rows, shown),
        *_doubles(rows, record.requests),
        *_effects(rows, done),
    ]
    known = [rows[id_] for id_ in record.accepted if id_ in rows]
    counts = Counter(row.status for row in known)
    return Verdict(
        counts={
            "accepted": len(record.accepted),
            "completed": counts["completed"],
            "failed": counts["failed"],
            "canceled": counts["canceled"],
            "lost": len(lost),
            "stuck": len(unended),
            "doubled": len(completed_twice),
            "started twice or more": sum(row.starts > 1 for row in rows.values()),
            "effects done twice or more": sum(times > 1 for times in done.values()),
            "accepted, and the answer lost": len(rows.keys() - record.accepted.keys()),
        },
        failures=Counter(f"{row.kind}: {row.error}" for row in rows.values() if row.status == "failed"),
        faults=faults,
    )


def told_in_files(folder: Path, values: Sequence[str]) -> list[str]:
    """Return the files under a folder that hold one of the values."""
    wanted = [value.encode() for value in values]
    if not wanted:
        return []
    return [str(file.relative_to(folder)) for file in sorted(folder.rglob("*")) if _holds(file, wanted)]


def _moves(rows: Mapping[str, Row]) -> Iterable[str]:
    for row in rows.values():
        states = [to for _, to in row.moves]
        if not row.moves or row.moves[0] != (None, "pending") or states[-1] != row.status:
            yield f"{row.id}: its events do not tell its state"
        elif any(before[1] != after[0] for before, after in pairwise(row.moves)):
            yield f"{row.id}: a gap in its events"
        elif any(state in _ENDED for state in states[:-1]):
            yield f"{row.id}: something happened to it after its end"


def _ends(record: Record, rows: Mapping[str, Row]) -> Iterable[str]:
    for row in rows.values():
        if row.status == "failed" and not row.error:
            yield f"{row.id}: failed without a reason"
    for id_, task in record.accepted.items():
        row = rows.get(id_)
        if row is None:
            continue
        if task.expected is FAILS and row.status == "completed":
            yield f"{id_}: a {row.kind} task completed"
        elif row.status == "completed" and task.expected is not EITHER and _plain(row.result) != task.expected:
            yield f"{id_}: another's result"
    for id_ in record.canceled:
        if id_ in rows and rows[id_].status != "canceled":
            yield f"{id_}: canceled, and {rows[id_].status} all the same"


def _views(record: Record, rows: Mapping[str, Row], shown: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    for id_ in record.accepted:
        if id_ not in shown:
            yield f"{id_}: the API does not show it"
        elif id_ in rows and (shown[id_]["status"], shown[id_]["result"]) != (rows[id_].status, rows[id_].result):
            yield f"{id_}: the API shows another state than the ledger"
    for id_, (status, result) in record.seen_ended.items():
        if id_ in rows and (rows[id_].status, rows[id_].result) != (status, result):
            yield f"{id_}: it had ended as {status}, and has changed since"


def _doubles(rows: Mapping[str, Row], marks: Iterable[str]) -> Iterable[str]:
    words = Counter(word for row in rows.values() for word in set(row.content.split()))
    for mark in marks:
        if words[mark] > 1:
            yield f"one request made {words[mark]} tasks"


def _effects(rows: Mapping[str, Row], done: Mapping[str, int]) -> Iterable[str]:
    for row in rows.values():
        if row.kind in _WITH_EFFECT and row.status == "completed" and not done.get(row.id):
            yield f"{row.id}: completed without its effect"
        if done.get(row.id) and not row.starts:
            yield f"{row.id}: an effect, and it was never started"
    for id_ in done.keys() - rows.keys():
        yield f"{id_}: an effect of a task that is not in the ledger"


def _plain(result: Any) -> Any:
    """Return the text of service_2's answers, other results as they are."""
    return result["text"] if isinstance(result, dict) and "text" in result else result


def _holds(file: Path, values: Sequence[bytes]) -> bool:
    """Look through a file in pieces that overlap by the longest value."""
    if not file.is_file():  # a socket, a pipe
        return False
    overlap = max(map(len, values))
    try:
        with file.open("rb") as handle:
            end = b""
            while piece := handle.read(_CHUNK):
                text = end + piece
                if any(value in text for value in values):
                    return True
                end = text[-overlap:]
    except FileNotFoundError:  # removed meanwhile
        return False
    return False
