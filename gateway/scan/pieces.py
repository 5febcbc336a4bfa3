"""What files are cut into, so that a file of any size is screened in little memory and by every core."""

import codecs
import csv
import io
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Final, TextIO, TypeAlias

PIECE_CHARACTERS: Final = 256 * 1024  #: and the rest of the last record
RECORD_CHARACTERS: Final = 4 * 1024 * 1024  #: of a line of NDJSON, and of a line or a cell of CSV, at most
OVERLAP_CHARACTERS: Final = 16 * 1024  #: of two stretches of text: what is half as long is whole in one of them
_HEAD_BYTES: Final = 8192
_BOMS: Final = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_SKIPPED_FOLDERS: Final = frozenset({".git"})  #: compressed: nothing in it could be read

csv.field_size_limit(RECORD_CHARACTERS)  # of this process, where it is 131,072 otherwise


class Form(StrEnum):
    """How a file is read."""

    TEXT = "text"
    NDJSON = "ndjson"  #: one JSON value a line; a line that is none is read as text
    CSV = "csv"  #: the first row names the columns


_FORMS: Final = {".ndjson": Form.NDJSON, ".jsonl": Form.NDJSON, ".csv": Form.CSV}


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some whole records of a file, or a stretch of its text that begins with the end of the one before."""

    file: str  #: as the user named it; `-` is standard input
    form: Form
    line: int  #: the number of the line that it begins in, from 1
    column: int = 0  #: how much of that line is ahead of it
    text: str = field(repr=False)
    begin: int = 0  #: in `text`: what is found ahead of it was found in the stretch before
    end: int | None = None  #: in `text`: what begins from here on is found in the next stretch; None: there is none
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
    cut = {Form.TEXT: _stretches, Form.NDJSON: _whole_lines, Form.CSV: _whole_records}[form]
    line, reason = 1, ""
    try:
        for part in cut(lines, name):
            yield part
            line = part.line + (part.text.count("\n") if isinstance(part, Piece) else 1)
    except UnicodeError:
        reason = "not UTF-8 text"
    except csv.Error:
        reason = "no CSV, or a cell is too long"
    if reason:
        yield NotScreened(file=name, reason=reason, line=line)


def _stretches(lines: TextIO, name: str) -> Iterator[Part]:
    """Cut text anywhere: a value across the cut is whole in the overlap."""
    piece = partial(Piece, file=name, form=Form.TEXT)
    line, column, begin, kept = 1, 0, 0, ""
    last = False
    while not last:
        try:
            more = lines.read(PIECE_CHARACTERS)
        except UnicodeError:
            yield piece(line=line, column=column, text=kept, begin=begin, size_bytes=0)
            raise
        last = len(more) < PIECE_CHARACTERS
        text = kept + more
        end = None if last else len(text) - OVERLAP_CHARACTERS // 2
        yield piece(line=line, column=column, text=text, begin=begin, end=end, size_bytes=_size(more))
        ahead, begin = len(text) - OVERLAP_CHARACTERS, OVERLAP_CHARACTERS // 2
        if not last:
            newline = text.rfind("\n", 0, ahead)
            column = ahead - newline - 1 if newline >= 0 else column + ahead
            line += text.count("\n", 0, ahead)
            kept = text[ahead:]


def _whole_lines(lines: TextIO, name: str) -> Iterator[Part]:
    line = 1
    while text := lines.read(PIECE_CHARACTERS):
        rest = lines.readline(RECORD_CHARACTERS)
        text += rest
        yield Piece(file=name, form=Form.NDJSON, line=line, text=text, size_bytes=_size(text))
        line += text.count("\n")
        if len(rest) == RECORD_CHARACTERS and not rest.endswith("\n"):
            yield NotScreened(file=name, reason="line too long", line=line)
            while rest and not rest.endswith("\n"):
                rest = lines.readline(RECORD_CHARACTERS)
            line += 1


def _whole_records(lines: TextIO, name: str) -> Iterator[Part]:
    columns: tuple[str, ...] | None = None
    line, size, waiting = 1, 0, list[str]()

    def piece() -> Piece:
        text = "".join(waiting)
        return Piece(file=name, form=Form.CSV, line=line, text=text, columns=columns or (), size_bytes=_size(text))

    try:
        for cells, text in _texts_of_records(lines):
            columns = tuple(cells) if columns is None else columns
            waiting.append(text)
            size += len(text)
            if size >= PIECE_CHARACTERS:
                yield piece()
                line += sum(each.count("\n") for each in waiting)
                size = 0
                waiting.clear()
    except (csv.Error, UnicodeError):
        yield piece()
        raise
    yield piece()


def _texts_of_records(lines: TextIO) -> Iterator[tuple[list[str], str]]:
    """Yield the records of CSV, each with the text that it was read from."""
    read: list[str] = []

    def whole_lines() -> Iterator[str]:
        while line := lines.readline(RECORD_CHARACTERS):
            if len(line) == RECORD_CHARACTERS:
                raise csv.Error("line too long")
            read.append(line)
            yield line

    for cells in csv.reader(whole_lines()):
        yield cells, "".join(read)
        read.clear()


def records(text: str) -> Iterator[tuple[list[str], int]]:
    """Yield the records of CSV (RFC 4180), each with the number of lines ahead of it."""
    ahead = 0
    reader = csv.reader(io.StringIO(text, newline=""))
    for cells in reader:
        yield cells, ahead
        ahead = reader.line_num


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
