"""The command `portcullis screen`."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum, StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

from gateway.errors import GatewayError
from gateway.kinds import DEFAULT_MESSAGE_KIND
from gateway.scan.pieces import Form, Part, files_of, pieces_of_file, pieces_of_stream
from gateway.scan.scan import Screened, scan
from gateway.settings import load
from gateway.wiring import build_screen

_STANDARD_INPUT: Final = "-"


class Format(StrEnum):
    """How findings are printed."""

    TEXT = "text"
    JSON = "json"


class Exit(IntEnum):
    """What the command's exit code says."""

    CLEAN = 0
    FINDINGS = 1
    NOT_SCREENED = 2  #: nothing was found, but not everything could be looked into; or nobody was told of it


class FindingsLost(GatewayError):
    """What was found cannot be written."""

    code = "findings_lost"


def screen(
    names: Annotated[list[str], typer.Argument(metavar="FILE...", help="files and folders; - is standard input")],
    *,
    form: Annotated[
        Form | None, typer.Option("--input", help="what the files are; else their suffix tells: .csv, .ndjson, .jsonl")
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="json: one object a line")] = Format.TEXT,
    kind: Annotated[str, typer.Option(help="the kind of message that the policy takes them for")] = (
        DEFAULT_MESSAGE_KIND
    ),
) -> None:
    """Screen files, pipes and folders. Exit 1 if something is found, 2 if something could not be screened or told."""
    try:
        code = _screen(names, form, output, kind)
    except GatewayError as error:  # 1 would say that something was found
        typer.echo(f"portcullis: {error}", err=True)
        code = Exit.NOT_SCREENED
    raise typer.Exit(code)


def _screen(names: list[str], form: Form | None, output: Format, kind: str) -> Exit:
    settings = load()
    if kind not in settings.declared_kinds.messages:
        raise typer.BadParameter("not one of the kinds that gateway.toml declares", param_hint="--kind")
    found, missed = 0, 0
    with _progress(names) as advance:
        for done in scan(_parts(names, form), partial(build_screen, settings, kind)):
            found += len(done.hits)
            missed += done.not_screened is not None
            _show(done, output)
            advance(done.size_bytes)
    with _told():
        sys.stdout.flush()
    if found:
        return Exit.FINDINGS
    return Exit.NOT_SCREENED if missed else Exit.CLEAN


def _parts(names: Iterable[str], form: Form | None) -> Iterator[Part]:
    for name in names:
        if name == _STANDARD_INPUT:
            with open(sys.stdin.fileno(), "rb", closefd=False) as stream:
                yield from pieces_of_stream(stream, form or Form.TEXT, name=name)
        else:
            for path in files_of([name]):
                yield from pieces_of_file(path, form)


def _show(done: Screened, output: Format) -> None:
    with _told():
        for hit in done.hits:
            sys.stdout.write(f"{orjson.dumps(hit.as_json()).decode() if output is Format.JSON else hit}\n")
    if missed := done.not_screened:
        since = f":{missed.line}" if missed.line else ""
        with suppress(OSError):  # the exit status tells it, too
            sys.stderr.write(f"{missed.file}{since}: not screened: {missed.reason}\n")


@contextmanager
def _told() -> Iterator[None]:
    """
    Give up, once what was found cannot be written.

    Raises:
        FindingsLost: the disk is full, say; that nobody reads on is no error.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())  # else Python tries it once more at the end, and has words of its own
        os.close(nowhere)
        raise FindingsLost(f"what was found cannot be written: {error.strerror}") from None


@contextmanager
def _progress(names: Iterable[str]) -> Iterator["_Advance"]:
    """Draw a bar on a terminal's standard error, where the whole size is known."""
    console = Console(stderr=True)
    if not console.is_terminal or _STANDARD_INPUT in names:
        yield _Advance()
        return
    total = sum(_size(path) for path in files_of(names))
    with Progress(BarColumn(), DownloadColumn(), TimeRemainingColumn(), console=console, transient=True) as progress:
        yield _Advance(progress, total)


class _Advance:
    """Moves the bar on; without one it does nothing."""

    def __init__(self, progress: Progress | None = None, total: int = 0) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=total) if progress else None

    def __call__(self, size_bytes: int) -> None:
        if self._progress and self._task is not None:
            self._progress.advance(self._task, size_bytes)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
