"""Forwarding over HTTP, with pooled connections."""

from typing import Any, Final

import orjson
import requests
from requests.adapters import HTTPAdapter

from gateway.delivery.breaker import Breaker
from gateway.errors import OutcomeUnknown, ServiceUnavailable
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
        self._health = requests.Request("GET", f"{base}/health").prepare()
        self._adapter = HTTPAdapter(pool_connections=1, pool_maxsize=connections, max_retries=0)
        self._timeout = (CONNECT_TIMEOUT_S, timeout_s)
        self._breaker = Breaker(failures=5, open_for_s=2.0)

    def forward(self, message: Message) -> Any:
        """Post the message; tried once more only where no connection could be made."""
        if not self._breaker.allows():
            raise ServiceUnavailable
        body = orjson.dumps(
            {"id": message.id, "kind": message.kind, "text": message.text, "metadata": message.metadata}
        )
        request = self._process.copy()
        request.prepare_body(body, files=None)
        request.headers["X-Request-ID"] = message.request_id
        try:
            response = self._send(request)
        except (ServiceUnavailable, OutcomeUnknown):
            self._breaker.failed()
            raise
        self._breaker.succeeded()
        return self._answer(response)

    def ping(self) -> None:
        """Ask for the service's health."""
        try:
            response = self._adapter.send(self._health.copy(), timeout=_PING_TIMEOUT_S)
            response.content  # noqa: B018 - read, so that the connection goes back to the pool
        except requests.RequestException:
            raise ServiceUnavailable from None
        if response.status_code != _OK:
            raise ServiceUnavailable

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

    @staticmethod
    def _answer(response: requests.Response) -> Any:
        if response.status_code == _BUSY or _REFUSED <= response.status_code < _FAILED:
            raise ServiceUnavailable  # it did nothing with the message
        if response.status_code != _OK:
            raise OutcomeUnknown
        try:
            return orjson.loads(response.content)
        except orjson.JSONDecodeError:
            raise OutcomeUnknown from None


def _never_connected(error: requests.ConnectionError) -> bool:
    """Whether urllib3 failed before it had a connection, so that the service cannot have seen the request."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return type(reason).__name__ in {"NewConnectionError", "NameResolutionError"}
