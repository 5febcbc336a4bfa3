"""
Log lines: one event a line, `TIME LEVEL program event name=value …`, or the same as JSON.

Our own events carry named fields that are safe by making. What libraries log may quote a request, so of their
records only the place, the class of an exception and a template without its arguments are written.
"""

import logging
import logging.handlers
import sys
import threading
import traceback
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal

import orjson
from pythonjsonlogger.json import JsonFormatter

OURS: Final = "portcullis"
_PLAIN: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/{}*@+")


def rfc3339(seconds: float) -> str:
    """Write seconds since the epoch as `2026-11-22T10:15:30.123Z`."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{int(seconds * 1000) % 1000:03d}Z"


def as_field(value: Any) -> str:
    """Write a value so that it stays one word on one line."""
    if isinstance(value, float):
        return f"{value:.4g}"
    text = str(value)
    return text if text and _PLAIN.issuperset(text) else orjson.dumps(text).decode()


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    """Return what may be written of a record: all of ours, little of a library's."""
    ours = getattr(record, "fields", None)
    if ours is not None:
        return dict(ours)
    fields: dict[str, Any] = {"logger": record.name, "at": f"{record.module}:{record.lineno}"}
    if record.args and isinstance(record.msg, str):
        fields["template"] = record.msg
    if record.exc_info and record.exc_info[0]:
        fields |= error_fields(record.exc_info[1])
    return fields


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
        """Return the line, without its end."""
        fields = "".join(f" {name}={as_field(value)}" for name, value in _fields(record).items())
        return f"{rfc3339(record.created)} {record.levelname:<5.5} {self._program} {_event(record)}{fields}"


class JsonLineFormatter(JsonFormatter):
    """The JSON form: `time`, `level`, `program`, `event`, and the event's own fields."""

    def __init__(self, program: str) -> None:
        super().__init__(json_serializer=lambda obj, **_: orjson.dumps(obj, default=str).decode())
        self._program = program

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        """Fill in the line; what the base class gathered (a message with its arguments) stays out."""
        del message_dict
        log_data |= {"time": rfc3339(record.created), "level": record.levelname, "program": self._program}
        log_data |= {"event": _event(record), **_fields(record)}

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the base class's name
        """Return nothing: a traceback prints the exception's text."""
        del ei
        return ""


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

    Several processes may write one file: a line is one write in append mode, and a file that was renamed away
    (by the monitor, which rotates) is opened anew before the next line. Uncaught exceptions become lines, too.
    """
    handler: logging.Handler
    if to == "files":
        logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        handler = logging.handlers.WatchedFileHandler(logs / f"{program}.txt", encoding="utf-8", delay=True)
    else:
        handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLineFormatter(program) if form == "json" else LineFormatter(program))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(level)
    logging.raiseExceptions = False  # a full disk must not print the line that it did not take
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda args: _log_uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def _log_uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    del trace
    fields = error_fields(error) or {"error": kind.__name__}
    logging.getLogger(OURS).error("program.error", extra={"fields": fields})
