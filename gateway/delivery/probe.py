"""Whether a service of the mesh answers."""

from http import HTTPStatus
from typing import Final

import requests

from gateway.errors import ServiceUnavailable

_WITHIN_S: Final = 2.0


class HealthProbe:
    """Asks one service for its `/health`."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/") + "/health"

    def __call__(self) -> None:
        """
        Ask once, on a connection of its own: a new one is what a caller would need.

        Raises:
            ServiceUnavailable: it does not answer as it should.
        """
        with requests.Session() as session:
            session.trust_env = False  # a proxy of the user's is not on the way
            try:
                answer = session.get(self._url, timeout=_WITHIN_S, allow_redirects=False)
            except requests.RequestException:
                raise ServiceUnavailable from None
        if answer.status_code != HTTPStatus.OK:
            raise ServiceUnavailable
