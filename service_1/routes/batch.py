"""Many messages in one request: a line each, and a verdict for each line."""

from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus
from typing import Any, Final

import orjson
from flask import Blueprint, Response, request

from gateway.batch import BatchIntake, End
from gateway.errors import GatewayError, InvalidRequest, UnsupportedMediaType
from gateway.intake import Outcome
from gateway.journal import Journal
from gateway.message.decoding import (
    LINES_TYPE,
    MAX_BATCH_BYTES,
    MAX_BATCH_LINES,
    MAX_BODY_BYTES,
    decode_json,
    media_type,
    numbered_lines,
)
from gateway.message.message import Message
from gateway.telemetry.logs import error_fields
from gateway.web.bodies import plain_body, validated
from gateway.web.idempotency import HEADER
from gateway.web.openapi import Described, describes
from gateway.web.problems import INTERNAL_ERROR, error_json
from service_1.parts import caller, parts, request_id
from service_1.routes.messages import held_json, message_of, passed_json
from service_1.schemas import MessageIn, VerdictOut

bp = Blueprint("batch", __name__)

_LINES_A_CHUNK: Final = 500  #: whose verdicts are told together
_BYTES_A_CHUNK: Final = 1024 * 1024
_EXAMPLE: Final = """\
{"text": "The ferry leaves at noon."}
{"text": "Please write a report.", "delivery": "queued"}
"A text alone will do."
"""


@bp.post("/messages/batch")
@describes(
    Described(
        summary="Take in many messages, one a line; each line gets the verdict that its message alone would get.",
        tag="messages",
        details=(
            "A line is a message as for `/messages`, or a JSON string: its text. A bad line spoils only itself; blank "
            f"lines are left out. At most {MAX_BATCH_LINES:,} lines and {MAX_BATCH_BYTES // 2**20} MB are taken, each "
            f"line with at most {MAX_BODY_BYTES // 2**20} MB; more is refused before anything is taken. Verdicts come "
            "in the order of the lines, while later ones wait; whoever hangs up stops what has not begun. There is no "
            "Idempotency-Key here: a request with one is refused."
        ),
        examples={"three lines": _EXAMPLE},
        takes_lines=MessageIn,
        answers={200: VerdictOut},
        answers_lines=True,
    )
)
def post_batch() -> Response:
    """Take in a message a line, and answer a verdict a line."""
    who = caller().name
    if parts().idempotency.has(request):
        raise InvalidRequest(f"a batch takes no {HEADER}: its lines are taken in one by one", field=HEADER)
    if media_type(request.headers.get("Content-Type")) != LINES_TYPE:
        raise UnsupportedMediaType(f"the body must be {LINES_TYPE}")
    request.max_content_length = MAX_BATCH_BYTES
    lines = numbered_lines(plain_body(request))
    verdicts = _Verdicts(parts().intake, parts().journal, caller=who, request_id=request_id())
    return Response(verdicts.of(lines), content_type=LINES_TYPE)


class _Verdicts:
    """Takes a batch in, chunk by chunk; a client that hangs up stops what has not begun."""

    def __init__(self, intake: BatchIntake, journal: Journal, *, caller: str, request_id: str) -> None:
        self._intake = intake
        self._journal = journal
        self._caller = caller
        self._request_id = request_id
        self._alerts = True  #: until one could not be recorded: each would wait for the ledger as long

    def of(self, lines: Iterable[tuple[int, bytes]]) -> Iterator[bytes]:
        """Yield the verdicts of each chunk; whatever fails in one is told for its lines, and the next one is tried."""
        for chunk in _chunks(lines):
            try:
                told = self._judged(chunk)
            except Exception as error:  # noqa: BLE001 - the answer has begun: it cannot become a 500 any more
                self._journal.error("request.error", request_id=self._request_id, **error_fields(error))
                told = [INTERNAL_ERROR] * len(chunk)
            numbers = (number for number, _ in chunk)
            verdicts = ({"line": number, **body} for number, body in zip(numbers, told, strict=True))
            yield b"".join([orjson.dumps(verdict, option=orjson.OPT_APPEND_NEWLINE) for verdict in verdicts])

    def _judged(self, chunk: Sequence[tuple[int, bytes]]) -> list[dict[str, Any]]:
        """Return what is told of each line, in order."""
        decoded = [self._decoded(line) for _, line in chunk]
        ends = iter(self._intake.receive_all([each for each in decoded if isinstance(each, Message)]))
        return [self._told(next(ends) if isinstance(each, Message) else each) for each in decoded]

    def _decoded(self, line: bytes) -> Message | InvalidRequest:
        try:
            value = decode_json(line)
            body = validated({"text": value} if isinstance(value, str) else value, MessageIn)
        except InvalidRequest as error:
            return error
        return message_of(body, caller=self._caller, request_id=self._request_id)

    def _told(self, end: End) -> dict[str, Any]:
        if isinstance(end, InvalidRequest):
            who = {"caller": self._caller, "request_id": self._request_id}
            self._alerts = self._intake.refuse(end, **who, alert=self._alerts)
        if isinstance(end, GatewayError):
            return error_json(end)
        if end.outcome is Outcome.HELD:
            return held_json(end)
        status = HTTPStatus.OK if end.outcome is Outcome.FORWARDED else HTTPStatus.ACCEPTED
        return {"status": status, **passed_json(end)}


def _chunks(lines: Iterable[tuple[int, bytes]]) -> Iterator[list[tuple[int, bytes]]]:
    chunk: list[tuple[int, bytes]] = []
    size = 0
    for number, line in lines:
        if chunk and (len(chunk) == _LINES_A_CHUNK or size + len(line) > _BYTES_A_CHUNK):
            yield chunk
            chunk, size = [], 0
        chunk.append((number, line))
        size += len(line)
    if chunk:
        yield chunk
