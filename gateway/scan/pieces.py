"""What files are cut into, so that a file of any size is screened in little memory and by every core."""

import codecs
import csv
import io
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, TextIO, TypeAlias

PIECE_CHARACTERS: Final = 256 * 1024  #: and the rest of the last line, which may be as long again
_HEAD_BYTES: Final = 8192
_BOMS: Final = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_SKIPPED_FOLDERS: Final = frozenset({".git"})  #: compressed: nothing in it could be read


class Form(StrEnum):
    """How a file is read."""

    TEXT = "text"
    NDJSON = "ndjson"  #: one JSON value a line; a line that is none is read as text
    CSV = "csv"  #: the first row names the columns


_FORMS: Final = {".ndjson": Form.NDJSON, ".jsonl": Form.NDJSON, ".csv": Form.CSV}


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some whole lines of a file."""

    file: str  #: as the user named it; `-` is standard input
    form: Form
    line: int  #: the number of the first line, from 1
    text: str = field(repr=False)
    columns: tuple[str, ...] = field(default=(), repr=False)  #: of CSV: what the first row calls them
    size_bytes: int  #: what was read of the file for it


@dataclass(frozen=True, slots=True, kw_only=True)
class NotScreened:
    """A file, or the rest of one, that nobody looked into."""

    file: str
    reason: str
    line: int = 0  #: the first line that was not screened; 0: none was


Part: TypeAlias = Piece | NotScreened


def files_of(names: Iterable[str]) -> Iterator[Path]:
    """Yield the files that *names* stand for; a folder stands for all files below it, links left out."""
    for name in names:
        path = Path(name)
        if not path.is_dir():
            yield path
            continue
        for folder, below, files in os.walk(path):
            below[:] = sorted(set(below) - _SKIPPED_FOLDERS)
            yield from (found for file in sorted(files) if not (found := Path(folder, file)).is_symlink())


def pieces_of_file(path: Path, form: Form | None) -> Iterator[Part]:
    """
    Yield the pieces of the file at *path*; what cannot be read is one that was not screened.

    Args:
        form: None: its suffix tells it.
    """
    form = form or _FORMS.get(path.suffix.lower(), Form.TEXT)
    try:
        if not path.is_file():
            yield NotScreened(file=str(path), reason="no such file" if not path.exists() else "not a regular file")
            return
        with path.open("rb") as stream:
            yield from pieces_of_stream(stream, form, name=str(path))
    except OSError as error:
        yield NotScreened(file=str(path), reason=error.strerror or type(error).__name__)


def pieces_of_stream(stream: io.BufferedReader, form: Form, *, name: str) -> Iterator[Part]:
    """Yield the pieces of *stream*, which is called *name*."""
    head = stream.peek(_HEAD_BYTES)[:_HEAD_BYTES]
    encoding = next((name for bom, name in _BOMS.items() if head.startswith(bom)), "utf-8")
    if encoding != "utf-16" and b"\0" in head:
        yield NotScreened(file=name, reason="binary")
        return
    with _text(stream, encoding) as lines:
        yield from _cut(lines, form, name)


@contextmanager
def _text(stream: io.BufferedReader, encoding: str) -> Iterator[TextIO]:
    reader = io.TextIOWrapper(stream, encoding=encoding, newline="")
    try:
        yield reader
    finally:
        reader.detach()  # whoever opened the stream closes it


def _cut(lines: TextIO, form: Form, name: str) -> Iterator[Part]:
    line = 1
    columns: tuple[str, ...] = ()
    while True:
        try:
            text = _some_lines(lines, form)
        except UnicodeError:
            yield NotScreened(file=name, reason="not UTF-8 text", line=line)
            return
        if not text:
            return
        if form is Form.CSV and line == 1:
            columns = first_row(text)
        size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
        yield Piece(file=name, form=form, line=line, text=text, columns=columns, size_bytes=size)
        line += text.count("\n")


def _some_lines(lines: TextIO, form: Form) -> str:
    """Read about `PIECE_CHARACTERS`, up to the end of a line; of CSV up to the end of a record."""
    text = lines.read(PIECE_CHARACTERS)
    text += lines.readline(PIECE_CHARACTERS)
    rest = PIECE_CHARACTERS
    while form is Form.CSV and text.count('"') % 2 and rest > 0 and (more := lines.readline(rest)):
        text += more
        rest -= len(more)
    return text


def first_row(text: str) -> tuple[str, ...]:
    """Return the cells of the first record of CSV."""
    return tuple(next(records(text), ((), 0))[0])


def records(text: str) -> Iterator[tuple[list[str], int]]:
    """Yield the records of CSV (RFC 4180), each with the number of lines ahead of it."""
    reader = csv.reader(io.StringIO(text, newline=""))
    ahead = 0
    for cells in reader:
        yield cells, ahead
        ahead = reader.line_num
