"""Forwarding over HTTP, with pooled connections."""

from collections.abc import Sequence
from typing import Any, Final

import orjson
import requests
from requests.adapters import HTTPAdapter

from gateway.delivery.breaker import Breaker
from gateway.errors import GatewayError, OutcomeUnknown, ProcessingFailed, ServiceUnavailable
from gateway.message.decoding import LINES_TYPE
from gateway.message.message import Message

CONNECT_TIMEOUT_S: Final = 1.0
_PING_TIMEOUT_S: Final = 1.0
_OK: Final = 200
_BUSY: Final = 503
_REFUSED: Final = 400
_FAILED: Final = 500


class HttpForwarder:
    """Calls service_2; keeps one pool of connections for all threads of the process."""

    def __init__(self, url: str, *, token: str, timeout_s: float, connections: int) -> None:
        base = url.rstrip("/")
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        # A session would merge cookies, hooks and the environment's proxies into each request, for a third of its
        # price: between two services of one mesh there are none.
        self._process = requests.Request("POST", f"{base}/process", headers=headers).prepare()
        lines = {**headers, "Content-Type": LINES_TYPE}
        self._process_batch = requests.Request("POST", f"{base}/process/batch", headers=lines).prepare()
        self._health = requests.Request("GET", f"{base}/health").prepare()
        self._adapter = HTTPAdapter(pool_connections=1, pool_maxsize=connections, max_retries=0)
        self._timeout = (CONNECT_TIMEOUT_S, timeout_s)
        self._breaker = Breaker(failures=5, open_for_s=2.0)

    def forward(self, message: Message) -> Any:
        """Post the message; tried once more only where no connection could be made."""
        response = self._post(self._process, _as_json(message), message.request_id)
        return _answer(response.status_code, response.content)

    def forward_all(self, messages: Sequence[Message]) -> list[Any | GatewayError]:
        """
        Post the messages as lines.

        The answer has a line for each, with its `status` and `result`. Where the request fails, so does each message.
        """
        if not messages:
            return []
        body = b"\n".join(_as_json(message) for message in messages)
        try:
            response = self._post(self._process_batch, body, messages[0].request_id)
            return _answers(_checked(response.status_code, response.content), len(messages))
        except (ServiceUnavailable, OutcomeUnknown) as error:
            return [error] * len(messages)

    def ping(self) -> None:
        """Ask for the service's health."""
        try:
            response = self._adapter.send(self._health.copy(), timeout=_PING_TIMEOUT_S)
            response.content  # noqa: B018 - read, so that the connection goes back to the pool
        except requests.RequestException:
            raise ServiceUnavailable from None
        if response.status_code != _OK:
            raise ServiceUnavailable

    def _post(self, prepared: requests.PreparedRequest, body: bytes, request_id: str) -> requests.Response:
        if not self._breaker.allows():
            raise ServiceUnavailable
        request = prepared.copy()
        request.prepare_body(body, files=None)
        request.headers["X-Request-ID"] = request_id
        try:
            response = self._send(request)
        except (ServiceUnavailable, OutcomeUnknown):
            self._breaker.failed()
            raise
        self._breaker.succeeded()
        return response

    def _send(self, request: requests.PreparedRequest) -> requests.Response:
        for attempt in (1, 2):
            try:
                response = self._adapter.send(request, timeout=self._timeout)
                response.content  # noqa: B018 - read here, where a connection lost on the way has its meaning
                return response
            except requests.ConnectTimeout:
                raise ServiceUnavailable from None
            except requests.ConnectionError as error:
                if not _never_connected(error):
                    raise OutcomeUnknown from None
                if attempt == 2:  # noqa: PLR2004 - the last of the two above
                    raise ServiceUnavailable from None
            except requests.RequestException:
                raise OutcomeUnknown from None
        raise ServiceUnavailable


def _as_json(message: Message) -> bytes:
    return orjson.dumps({"id": message.id, "kind": message.kind, "text": message.text, "metadata": message.metadata})


def _checked(status: int, answer: Any) -> Any:
    if status == _BUSY or _REFUSED <= status < _FAILED:
        raise ServiceUnavailable  # it did nothing with the message
    if status == _FAILED:
        raise ProcessingFailed
    if status != _OK:
        raise OutcomeUnknown
    return answer


def _answer(status: int, content: bytes) -> Any:
    try:
        return orjson.loads(_checked(status, content))
    except orjson.JSONDecodeError:
        raise OutcomeUnknown from None


def _answers(content: bytes, number: int) -> list[Any | GatewayError]:
    try:
        lines = [orjson.loads(line) for line in content.split(b"\n")]
        answers = [_result_or_error(line["status"], line.get("result")) for line in lines]
    except (orjson.JSONDecodeError, TypeError, KeyError, AttributeError):
        raise OutcomeUnknown from None
    if len(answers) != number:
        raise OutcomeUnknown  # which of them is missing cannot be told
    return answers


def _result_or_error(status: int, result: Any) -> Any | GatewayError:
    try:
        return _checked(status, result)
    except (ServiceUnavailable, OutcomeUnknown) as error:
        return error


def _never_connected(error: requests.ConnectionError) -> bool:
    """Whether urllib3 failed before it had a connection, so that the service cannot have seen the request."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return type(reason).__name__ in {"NewConnectionError", "NameResolutionError"}
