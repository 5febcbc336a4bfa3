"""Screening pieces of files, on every core, in the order of the files."""

import json
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import asdict, dataclass
from itertools import chain, islice
from typing import Any, Final, TypeAlias

from gateway.errors import ScreeningUnavailable
from gateway.scan.pieces import Form, NotScreened, Part, Piece, records
from gateway.screening.findings import Finding

_ALONE: Final = 4  #: so few pieces are screened before other processes would be ready
_AHEAD: Final = 4  #: pieces that wait for each process


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A finding in a file: its place and its kind, never its value."""

    file: str
    line: int
    column: int  #: of text and CSV: in code points, or the number of the cell; from 1. Of NDJSON: 0
    path: str  #: of NDJSON: a JSON pointer into the line's value. Of CSV: the column's name. Both safe to print
    start: int  #: in code points of the line, of the cell, or of the string at `path`
    end: int  #: exclusive; beyond the line's end where the finding has several lines
    entity_type: str
    score: float

    def as_json(self) -> dict[str, Any]:
        """Return the hit as `--format json` prints it: without what its form of file does not have."""
        return {name: value for name, value in asdict(self).items() if value not in {"", 0} or name == "start"}

    def __str__(self) -> str:
        """Return the hit as one line for people."""
        at = f"{self.file}:{self.line}" + (f":{self.column}" if self.column else "")
        within = f" {self.path}" if self.path else ""
        return f"{at}:{within} {self.entity_type} {self.score:.2f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """What became of one part of a file."""

    size_bytes: int
    hits: tuple[Hit, ...] = ()
    not_screened: NotScreened | None = None


#: Screens any JSON value and returns the findings that count.
Screen: TypeAlias = Callable[[Any], Iterable[Finding]]


def scan(
    parts: Iterable[Part], make_screen: Callable[[], Screen], *, processes: int | None = None
) -> Iterator[Screened]:
    """
    Yield what becomes of each of *parts*, in their order.

    Args:
        make_screen: makes what screens, once in each process; must be picklable.
        processes: how many; None: one a core. Few parts are screened in this process alone.
    """
    processes = processes or len(os.sched_getaffinity(0))
    waiting = iter(parts)
    first = list(islice(waiting, _ALONE + 1))
    if len(first) <= _ALONE or processes == 1:
        screen = make_screen()
        yield from (screened(part, screen) for part in chain(first, waiting))
        return
    pool = ProcessPoolExecutor(processes, initializer=_prepare, initargs=(make_screen,))
    try:
        yield from _in_order(pool, chain(first, waiting), processes * _AHEAD)
    finally:
        pool.shutdown(cancel_futures=True)


def _in_order(pool: ProcessPoolExecutor, parts: Iterable[Part], ahead: int) -> Iterator[Screened]:
    futures: deque[Future[Screened]] = deque()
    for part in parts:
        futures.append(pool.submit(_screened, part))
        if len(futures) >= ahead:
            yield futures.popleft().result()
    while futures:
        yield futures.popleft().result()


class _Process:
    """What a process of the pool keeps between pieces; a pool hands an initializer's work on in no other way."""

    screen: Screen


def _prepare(make_screen: Callable[[], Screen]) -> None:
    _Process.screen = staticmethod(make_screen())


def _screened(part: Part) -> Screened:
    return screened(part, _Process.screen)


def screened(part: Part, screen: Screen) -> Screened:
    """Screen one part of a file."""
    if isinstance(part, NotScreened):
        return Screened(size_bytes=0, not_screened=part)
    find = {Form.TEXT: _in_text, Form.NDJSON: _in_lines, Form.CSV: _in_records}[part.form]
    try:
        return Screened(size_bytes=part.size_bytes, hits=tuple(find(part, screen)))
    except ScreeningUnavailable as error:
        missed = NotScreened(file=part.file, reason=str(error), line=part.line)
        return Screened(size_bytes=part.size_bytes, not_screened=missed)


def _in_text(piece: Piece, screen: Screen) -> Iterator[Hit]:
    line, seen = piece.line, 0
    for finding in sorted(screen(piece.text), key=lambda each: each.start):
        if finding.start < piece.begin or (piece.end is not None and finding.start >= piece.end):
            continue  # the piece before or behind tells it
        line += piece.text.count("\n", seen, finding.start)
        seen = finding.start
        newline = piece.text.rfind("\n", 0, seen)
        begin = newline + 1 if newline >= 0 else -piece.column
        start = seen - begin
        yield _hit(piece, finding, line=line, column=start + 1, start=start, end=finding.end - begin)


def _in_lines(piece: Piece, screen: Screen) -> Iterator[Hit]:
    for number, raw in enumerate(piece.text.split("\n"), start=piece.line):
        if not raw.strip():
            continue
        for finding in screen(_decoded(raw)):
            yield _hit(piece, finding, line=number, path=finding.path, start=finding.start, end=finding.end)


def _decoded(raw: str) -> Any:
    try:
        return _DECODE(raw)
    except (ValueError, RecursionError):
        return raw


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object with every value of a repeated key, in a list: readers differ in which one they keep."""
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    values: dict[str, list[Any]] = {}
    for key, value in pairs:
        values.setdefault(key, []).append(value)
    return {key: each if len(each) > 1 else each[0] for key, each in values.items()}


_DECODE: Final = json.JSONDecoder(object_pairs_hook=_members).decode


def _in_records(piece: Piece, screen: Screen) -> Iterator[Hit]:
    """Screen each record as an object, so that the names of its columns tell what is in them."""
    for cells, ahead in records(piece.text):
        first_row = piece.line == 1 and not ahead
        names = () if first_row else piece.columns
        named = [{names[at]: cell} if at < len(names) else cell for at, cell in enumerate(cells)]
        for finding in screen(named):
            if finding.key:
                continue  # the first row was screened by itself
            column = int(finding.location[0]) + 1
            name = finding.path.rpartition("/")[2] if len(finding.location) > 1 else ""
            line = piece.line + ahead
            yield _hit(piece, finding, line=line, column=column, path=name, start=finding.start, end=finding.end)


def _hit(piece: Piece, finding: Finding, *, line: int, start: int, end: int, column: int = 0, path: str = "") -> Hit:
    return Hit(
        file=piece.file,
        line=line,
        column=column,
        path=path,
        start=start,
        end=end,
        entity_type=finding.entity_type,
        score=finding.score,
    )
