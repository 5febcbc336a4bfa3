"""From the bytes of a body to a JSON value, within limits."""

import re
from collections.abc import Iterable, Iterator
from email.message import Message as MimeHeaders
from typing import Any, Final

import orjson

from gateway.errors import BodyTooLarge, InvalidRequest, MalformedBody, UnsupportedMediaType

MAX_BODY_BYTES: Final = 1024 * 1024  #: as NGINX has it, too
MAX_TEXT_CHARACTERS: Final = 65_536
MAX_DEPTH: Final = 16  #: of metadata and args
MAX_BATCH_BYTES: Final = 16 * 1024 * 1024  #: of a batch; each of its lines may have `MAX_BODY_BYTES`
MAX_BATCH_LINES: Final = 10_000

JSON_TYPE: Final = "application/json"
TEXT_TYPE: Final = "text/plain"
LINES_TYPE: Final = "application/x-ndjson"
_MEDIA_TYPE: Final = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+")  #: RFC 6838, section 4.2
_UTF8: Final = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})


def media_type(header: str | None) -> str:
    """
    Return the media type of a Content-Type header.

    Raises:
        UnsupportedMediaType: it is missing, or no media type.
        MalformedBody: its charset is not UTF-8.
    """
    if header == JSON_TYPE:
        return JSON_TYPE
    if not header:
        raise UnsupportedMediaType("a Content-Type is needed")
    if not _MEDIA_TYPE.fullmatch(header.partition(";")[0].strip()):
        raise UnsupportedMediaType("the Content-Type cannot be read")
    parsed = MimeHeaders()
    try:
        parsed["Content-Type"] = header
        charset = parsed.get_content_charset()
    except ValueError:
        raise UnsupportedMediaType("the Content-Type cannot be read") from None
    if charset is not None and charset not in _UTF8:
        raise MalformedBody("only UTF-8 is taken")
    return parsed.get_content_type()


def decode_json(body: bytes, *, max_bytes: int = MAX_BODY_BYTES) -> Any:
    """
    Return the value of a JSON body.

    Raises:
        BodyTooLarge: it is over *max_bytes*.
        MalformedBody: it is not JSON in UTF-8.
        InvalidRequest: it is nested beyond what any parser takes.
    """
    _check_size(body, max_bytes)
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        if "limit" in error.msg:  # of nesting, the only one that the parser has
            raise InvalidRequest(f"nested deeper than {MAX_DEPTH} levels") from None
        raise MalformedBody(f"not JSON in UTF-8 (line {error.lineno}, column {error.colno})") from None


def decode_text(body: bytes) -> str:
    """
    Return a text body.

    Raises:
        BodyTooLarge: it is over `MAX_BODY_BYTES`.
        MalformedBody: it is not UTF-8.
    """
    _check_size(body, MAX_BODY_BYTES)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedBody("not UTF-8") from None


def numbered_lines(body: bytes, *, max_lines: int = MAX_BATCH_LINES) -> Iterator[tuple[int, bytes]]:
    """
    Return the lines of a batch with their numbers, from 1; blank ones are counted and left out.

    Raises:
        BodyTooLarge: there are more than *max_lines*.
    """
    lines = body.split(b"\n")
    if len(lines) - (not lines[-1]) > max_lines:
        raise BodyTooLarge(f"at most {max_lines} lines are taken")
    return ((number, line) for number, line in enumerate(lines, 1) if line.strip())


def check_depth(value: Any, *, field: str) -> None:
    """
    Check that *value* is nested at most `MAX_DEPTH` deep; an object or list is one level.

    Raises:
        InvalidRequest: it is deeper; names *field*.
    """
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [child for container in level for child in _children(container)]
        if not level:
            return
    if any(isinstance(child, dict | list) for child in level):
        raise InvalidRequest(f"nested deeper than {MAX_DEPTH} levels", field=field)


def _children(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _check_size(body: bytes, max_bytes: int) -> None:
    if len(body) > max_bytes:
        raise BodyTooLarge(f"at most {max_bytes} bytes are taken")
