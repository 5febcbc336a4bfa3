"""Which addresses may be told of a task's end."""

from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from gateway.errors import InvalidRequest

_LONGEST: Final = 2048
_FIELD: Final = "/callback_url"


def check_callback_url(url: str, allowed_hosts: Collection[str]) -> None:
    """
    Refuse an address that may not be called.

    Args:
        url: what the client sent; it is not repeated.
        allowed_hosts: names in small letters, and `*.example.com` for every name below `example.com`.

    Raises:
        InvalidRequest: callbacks are off, or it is no https address of an allowed host.
    """
    if not allowed_hosts:
        raise InvalidRequest("callbacks are off: GATEWAY_CALLBACK_HOSTS names no host", field=_FIELD)
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise InvalidRequest("not an address", field=_FIELD) from None
    if len(url) > _LONGEST or not url.isascii() or not url.isprintable() or any(each in url for each in " \\#"):
        raise InvalidRequest(f"an address has at most {_LONGEST} visible ASCII characters, no fragment", field=_FIELD)
    if parts.scheme != "https":
        raise InvalidRequest("only https addresses are called", field=_FIELD)
    if "@" in parts.netloc:
        raise InvalidRequest("an address must not hold a name or a password", field=_FIELD)
    wildcards = {f"*.{host.split('.', dots)[-1]}" for dots in range(1, host.count(".") + 1)}
    if host not in allowed_hosts and wildcards.isdisjoint(allowed_hosts):
        raise InvalidRequest("its host is not among those that may be called", field=_FIELD)
