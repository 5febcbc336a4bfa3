"""From a request to its caller."""

import re
from typing import Final, Literal, Protocol, TypeAlias

from flask import Request

from gateway.access.roles import ANONYMOUS, Caller
from gateway.errors import Unauthenticated

#: Set by NGINX only where the Host is a loopback one and no header tells of another proxy before it.
DIRECT_HEADER: Final = "X-Portcullis-Direct"
_LOOPBACK_HOST: Final = re.compile(r"(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]{1,5})?", re.IGNORECASE)

Anonymous: TypeAlias = Literal["client", "client-anywhere", "none"]


class FindsCallers(Protocol):
    """What `KeyStore` does here."""

    def caller(self, plain: str) -> Caller | None:
        """Return whose key this is, or None."""


class Credentials:
    """Tells who is calling, by key or as anonymous."""

    def __init__(self, keys: FindsCallers, anonymous: Anonymous) -> None:
        self._keys = keys
        self._anonymous = anonymous

    def caller(self, request: Request) -> Caller:
        """
        Return whose key the request shows: Bearer, `X-API-Key`, or the password of Basic.

        Raises:
            Unauthenticated: a key that is not known, or none where one is needed.
        """
        plain = _shown_key(request)
        if plain is not None:
            caller = self._keys.caller(plain)
            if caller is None:
                raise Unauthenticated
            return caller
        if self._anonymous == "client-anywhere" or (self._anonymous == "client" and _comes_from_here(request)):
            return ANONYMOUS
        raise Unauthenticated


def _shown_key(request: Request) -> str | None:
    key = request.headers.get("X-API-Key")
    if key is not None:
        return key
    header = request.headers.get("Authorization")
    if header is None:
        return None
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    basic = request.authorization
    return basic.password or "" if basic is not None and basic.type == "basic" else ""


def _comes_from_here(request: Request) -> bool:
    """
    Whether a person or program of this machine asks, and not a page of another site through its browser.

    Such a page may have pointed its own name here, and send NGINX's header itself to a port that NGINX does not guard.
    """
    if request.headers.get(DIRECT_HEADER) != "1" or not _LOOPBACK_HOST.fullmatch(request.host):
        return False
    origin = request.headers.get("Origin")
    return origin is None or origin.lower() in {f"http://{request.host}".lower(), f"https://{request.host}".lower()}
