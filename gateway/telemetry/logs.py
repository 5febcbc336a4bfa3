"""
Log lines: one event a line, `TIME LEVEL program event name=value …`, or the same as JSON.

Our own events carry named fields that are safe by making. What libraries log may quote a request, so of their
records only the place and the class of an exception are written, and of the few whose templates are constants
those, without their arguments.
"""

import copy
import io
import json
import logging
import os
import sys
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal

import orjson
from pythonjsonlogger.json import JsonFormatter

_CAREFUL: Final = frozenset({"gunicorn", "celery", "kombu"})  #: whose templates are constants
OURS: Final = "portcullis"
_LEVELS: Final = {"WARNING": "WARN", "CRITICAL": "FATAL"}  #: five letters at most, so that events stand in one column
_PIPE_BYTES: Final = 4096  #: Linux' PIPE_BUF: what a pipe takes at once is never mixed with what others write to it
_VALUE_CHARACTERS: Final = 250  #: that are left of a value where its line would have more
_PLAIN: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/{}*@+")


def rfc3339(seconds: float) -> str:
    """Write seconds since the epoch as `2026-11-22T10:15:30.123Z`."""
    whole, thousandths = divmod(int(seconds * 1000), 1000)
    return f"{datetime.fromtimestamp(whole, UTC):%Y-%m-%dT%H:%M:%S}.{thousandths:03d}Z"


def as_field(value: Any) -> str:
    """Write a value so that it stays one word on one line."""
    if type(value) is int:
        return str(value)
    if isinstance(value, float):
        return f"{value:.4g}"
    text = str(value)
    return text if text and _PLAIN.issuperset(text) else json.dumps(text).replace("\x7f", "\\u007f")


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    """Return what may be written of a record: all of ours, little of a library's."""
    ours = getattr(record, "fields", None)
    if ours is not None:
        return dict(ours)
    fields: dict[str, Any] = {"logger": record.name, "at": f"{record.module}:{record.lineno}"}
    if record.args and isinstance(record.msg, str) and record.name.partition(".")[0] in _CAREFUL:
        fields["template"] = record.msg
    if record.exc_info and record.exc_info[0]:
        fields |= error_fields(record.exc_info[1])
    return fields


def _rows(record: logging.LogRecord) -> Sequence[Mapping[str, Any]] | None:
    """Return what each of the lines has of its own for which the record stands: `Journal.info_each` gives many."""
    rows: Sequence[Mapping[str, Any]] | None = getattr(record, "fields_each", None) if record.name == OURS else None
    return rows


def _words(fields: Mapping[str, Any]) -> str:
    return "".join([f" {name}={as_field(value)}" for name, value in fields.items()])


def error_fields(error: BaseException | None) -> dict[str, str]:
    """Tell an exception by its class and the line that raised it; its text may quote a message."""
    if error is None:
        return {}
    frames = traceback.extract_tb(error.__traceback__)
    where = {"raised_at": f"{Path(frames[-1].filename).name}:{frames[-1].lineno}"} if frames else {}
    return {"error": type(error).__name__, **where}


def _event(record: logging.LogRecord) -> str:
    return record.msg if hasattr(record, "fields") else "library"


class LineFormatter(logging.Formatter):
    """The text form."""

    def __init__(self, program: str) -> None:
        super().__init__()
        self._program = program

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end; of a record with rows a line for each."""
        level = _LEVELS.get(record.levelname, record.levelname)
        head = f"{rfc3339(record.created)} {level:<5} {self._program} {_event(record)}{_words(_fields(record))}"
        rows = _rows(record)
        return head if rows is None else "\n".join([head + _words(row) for row in rows])


class JsonLineFormatter(JsonFormatter):
    """The JSON form: `time`, `level`, `program`, `event`, and the event's own fields."""

    def __init__(self, program: str) -> None:
        super().__init__(json_serializer=lambda obj, **_: orjson.dumps(obj, default=str).decode())
        self._program = program

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end; of a record with rows a line for each."""
        rows = _rows(record)
        if rows is None:
            return super().format(record)
        head: dict[str, Any] = {}
        self.add_fields(head, record, {})
        return "\n".join([orjson.dumps({**head, **row}, default=str).decode() for row in rows])

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        """Fill in the line; what the base class gathered (a message with its arguments) stays out."""
        del message_dict
        log_data |= {"time": rfc3339(record.created), "level": record.levelname, "program": self._program}
        log_data |= {"event": _event(record), **_fields(record)}

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the base class's name
        """Return nothing: a traceback prints the exception's text."""
        del ei
        return ""


class _WholeWrites(logging.Handler):
    """A handler without a lock: each of its writes is whole, whoever else writes."""

    def createLock(self) -> None:  # noqa: N802 - the base class's name
        """Have none."""
        self.lock = None

    def handle(self, record: logging.LogRecord) -> bool:
        """Do as the base class, but for its lock: from Python 3.13 on it has to be there."""
        accepted = bool(self.filter(record))
        if accepted:
            self.emit(record)
        return accepted


class LineFile(_WholeWrites):
    """
    Appends each record to a file by one write, so that threads and processes may share it without a lock.

    A file that was renamed away is noticed within a tenth of a second; until then its lines go to the renamed one,
    which the rotation keeps. (The standard library's WatchedFileHandler looks at each line, under a lock.)
    """

    _LOOK_EVERY_S: Final = 0.1

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._descriptor: int | None = None
        self._look_at = 0.0
        self._opening = threading.Lock()

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; a full disk loses it, and nothing else."""
        try:
            line = f"{self.format(record)}\n".encode("utf-8", "backslashreplace")
            os.write(self._open(), line)
        except Exception:  # noqa: BLE001 - a library's record may not even fit its own template
            self.handleError(record)

    def _open(self) -> int:
        now = time.monotonic()
        if self._descriptor is None or now >= self._look_at:
            with self._opening:
                self._look_at = now + self._LOOK_EVERY_S
                self._descriptor = self._current()
        return self._descriptor

    def _current(self) -> int:
        """Return a descriptor of the file that has the name now."""
        old = self._descriptor
        if old is not None and self._still_there(old):
            return old
        new = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if old is None:
            return new
        os.dup2(new, old, inheritable=False)  # a thread that is just writing keeps a valid number
        os.close(new)
        return old

    def _still_there(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), self._path.stat())
        except FileNotFoundError:
            return False


class LinePipe(_WholeWrites):
    """
    Writes whole lines to a pipe, no more at once than it takes whole, so that processes may share it without a lock.

    A line that is longer than that has its long values cut: the names that a refused setting might have had.
    """

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record's lines; a reader that has gone loses them, and nothing else."""
        try:
            pieces = self._pieces(record)
            if max(map(len, pieces)) > _PIPE_BYTES:
                pieces = self._pieces(_cut(record))
            for piece in pieces:
                os.write(self._descriptor, piece)
        except Exception:  # noqa: BLE001 - a library's record may not even fit its own template
            self.handleError(record)

    def _pieces(self, record: logging.LogRecord) -> list[bytes]:
        lines = f"{self.format(record)}\n".encode("utf-8", "backslashreplace")
        pieces, start = [], 0
        while start < len(lines):
            end = lines.rfind(b"\n", start, start + _PIPE_BYTES) + 1 or lines.index(b"\n", start) + 1
            pieces.append(lines[start:end])
            start = end
        return pieces


def _cut(record: logging.LogRecord) -> logging.LogRecord:
    """Return *record* with no long value; a library's has none."""
    made = copy.copy(record)
    if hasattr(record, "fields"):
        made.__dict__["fields"] = _short(record.fields)
        made.__dict__["fields_each"] = None if (rows := _rows(record)) is None else [_short(row) for row in rows]
    return made


def _short(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: f"{value[:_VALUE_CHARACTERS]}…" if isinstance(value, str) and len(value) > _VALUE_CHARACTERS else value
        for name, value in fields.items()
    }


def configure(
    program: str,
    *,
    logs: Path,
    level: str = "INFO",
    form: Literal["text", "json"] = "text",
    to: Literal["files", "stdout"] = "files",
) -> None:
    """
    Send every log record of this process to `<logs>/<program>.txt`, or to standard output.

    Several processes may write one file, or one pipe: a line is one write. A file that was renamed away (by the
    monitor, which rotates) is opened anew before the next line. Uncaught exceptions become lines, too.
    """
    handler: logging.Handler
    if to == "files":
        logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        handler = LineFile(logs / f"{program}.txt")
    else:
        handler = LinePipe(os.dup(1))  # outlives forget_prints
    handler.setFormatter(JsonLineFormatter(program) if form == "json" else LineFormatter(program))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(level)
    logging.raiseExceptions = False  # a full disk must not print the line that it did not take
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda args: _log_uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def forget_prints() -> None:
    """
    Drop what is printed from now on; `configure` comes first.

    What a processor or a library prints may quote a message, and a supervisor would keep it in a file.
    """
    sys.stdout = sys.stderr = _Nowhere()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):  # what child processes and libraries in C write, too
        os.dup2(nowhere, descriptor)
    os.close(nowhere)


class _Nowhere(io.TextIOBase):
    """Takes text and forgets it."""

    def writable(self) -> bool:
        """Take it."""
        return True

    def write(self, text: str) -> int:
        """Forget it."""
        return len(text)


def _log_uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    del trace
    fields = error_fields(error) or {"error": kind.__name__}
    logging.getLogger(OURS).error("program.error", extra={"fields": fields})
