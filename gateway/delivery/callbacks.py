"""
Telling a client's own address that a task has ended: Standard Webhooks, over https, to hosts that settings name.

A client chooses the address, so it is a way into the operator's network: a host that is on no list is refused, each
address that its name leads to has to be public, and the connection goes to the very address that was looked at. No
redirect is followed and no proxy asked. The URL itself shows in no error.
Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import http.client
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from http import HTTPStatus
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Final, NamedTuple, TypeAlias

from standardwebhooks.webhooks import Webhook

from gateway.errors import InvalidRequest, PermanentFailure, TryLater

LONGEST_URL: Final = 2048
_CONNECT_S: Final = 3.0  #: to one address
_DEADLINE_S: Final = 10.0  #: for all of it: the name, the connection, the answer's head
_HTTPS: Final = 443
_LAST_PORT: Final = 65535
# One strict form, read once: what two parsers could take for two hosts is none.
_URL: Final = re.compile(
    r"https://(?P<host>[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?(?P<target>[/?][!$-~]*)?", re.IGNORECASE
)
_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
#: Of the registries of special addresses (IANA) what `is_global` of some Python that we run on takes for public.
_SPECIAL: Final = tuple(
    map(ip_network, ("192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/4", "2001::/23", "2002::/16", "3fff::/20"))
)
_NAT64: Final = IPv6Network("64:ff9b::/96")  #: how a network without IPv4 writes IPv4 addresses

Resolver: TypeAlias = Callable[..., Sequence[tuple[Any, Any, Any, Any, tuple[Any, ...]]]]  #: as `socket.getaddrinfo`


class CallbackForbidden(PermanentFailure):
    """Webhooks may not go to this address."""

    code = "callback_forbidden"


class CallbackGone(PermanentFailure):
    """The receiver wants no more webhooks at this address."""

    code = "callback_gone"


class ReceiverUnreachable(TryLater):
    """The receiver of a webhook could not be reached in time."""

    code = "receiver_unreachable"


class ReceiverRefused(TryLater):
    """The receiver of a webhook did not say that it took it."""

    code = "receiver_refused"


class _Place(NamedTuple):
    host: str  #: in lower case; an IPv6 address without its brackets
    port: int
    target: str  #: path and query
    name: str  #: as lists have it: the host, and `:port` where it is not 443


def check_callback_url(url: str, allowed_hosts: Collection[str]) -> None:
    """
    Check that webhooks may go to *url*.

    Args:
        allowed_hosts: `hooks.example.com`, `*.example.com`, `hooks.example.com:8443`.
    Raises:
        InvalidRequest: they may not; the URL is not repeated.
    """
    if not allowed_hosts:
        raise InvalidRequest("callbacks are off: GATEWAY_CALLBACK_HOSTS names no host", field="/callback_url")
    place = _place_of(url)
    if place is None:
        raise InvalidRequest("not a https address without user name and fragment", field="/callback_url")
    if not _is_listed(place, allowed_hosts):
        raise InvalidRequest("webhooks may not go to this host", field="/callback_url")


class WebhookSender:
    """Delivers webhooks; safe for threads."""

    def __init__(
        self,
        *,
        secrets: Sequence[str],
        allowed_hosts: Collection[str],
        private_hosts: Collection[str] = frozenset(),
        deadline_s: float = _DEADLINE_S,
        resolve: Resolver = socket.getaddrinfo,
    ) -> None:
        """
        Open nothing yet.

        Args:
            secrets: `whsec_…`; each signs, so that receivers may change from one to the next in their own time.
            allowed_hosts: as `check_callback_url` takes them.
            private_hosts: those of them whose addresses need not be public.
        """
        self._signers = [Webhook(secret) for secret in secrets]
        self._allowed_hosts = allowed_hosts
        self._private_hosts = private_hosts
        self._deadline_s = deadline_s
        self._resolve = resolve

    def send(self, url: str, *, delivery_id: str, body: bytes) -> int:
        """
        Post *body*, signed, and return the status of the answer, one of success.

        Args:
            delivery_id: the same whenever it is tried again, so that the receiver can tell.
        Raises:
            CallbackForbidden: its host is on no list by now, or has an address that is not public.
            CallbackGone: the answer is 410.
            ReceiverUnreachable, ReceiverRefused: no answer, or another one; try again.
        """
        place = _place_of(url)
        if place is None or not _is_listed(place, self._allowed_hosts):
            raise CallbackForbidden
        until = time.monotonic() + self._deadline_s
        addresses = self._addresses(place, until)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "portcullis",
            "Connection": "close",
            **self._signature(delivery_id, body),
        }
        try:
            with closing(self._connected(place, addresses, until)) as secured, _cut_at(until, secured):
                connection = http.client.HTTPSConnection(place.host, place.port, context=self._context)
                connection.sock = secured
                connection.request("POST", place.target, body, headers)
                answer = connection.getresponse()
                answer.close()  # what its body says is of no interest
        except (OSError, http.client.HTTPException, ValueError):
            raise ReceiverUnreachable from None  # the text of these may quote the URL
        if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            return answer.status
        if answer.status == HTTPStatus.GONE:
            raise CallbackGone
        raise ReceiverRefused(after_s=retry_after_s(answer.headers["Retry-After"]))

    def _signature(self, delivery_id: str, body: bytes) -> dict[str, str]:
        now = datetime.now(UTC).replace(microsecond=0)
        text = body.decode()
        return {
            "webhook-id": delivery_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signer.sign(delivery_id, now, text) for signer in self._signers),
        }

    def _addresses(self, place: _Place, until: float) -> list[str]:
        addresses = self._resolved(place, until)
        if not addresses:
            raise ReceiverUnreachable
        if place.name not in self._private_hosts and not all(is_public(address) for address in addresses):
            raise CallbackForbidden
        return addresses

    def _resolved(self, place: _Place, until: float) -> list[str]:
        """Ask what the name leads to, in a thread: the resolver has no time limit of ours."""
        answers: queue.SimpleQueue[list[str]] = queue.SimpleQueue()

        def ask() -> None:
            found: list[str] = []
            with suppress(OSError, UnicodeError):
                found = [str(entry[4][0]) for entry in self._resolve(place.host, place.port, type=socket.SOCK_STREAM)]
            answers.put(list(dict.fromkeys(found)))

        threading.Thread(target=ask, name="resolve", daemon=True).start()
        try:
            return answers.get(timeout=_left(until))
        except queue.Empty:
            raise ReceiverUnreachable from None

    def _connected(self, place: _Place, addresses: Sequence[str], until: float) -> ssl.SSLSocket:
        """Return a connection to the first of the addresses that answers; its certificate is the host's."""
        raw = _first_connected(addresses, place.port, until)
        try:
            raw.settimeout(_left(until))
            return self._context.wrap_socket(raw, server_hostname=place.host)
        except BaseException:
            raw.close()
            raise

    @cached_property
    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context()


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet; where it only wraps another, that one counts."""
    plain: IPv4Address | IPv6Address = ip_address(address)
    if isinstance(plain, IPv6Address):
        if plain.ipv4_mapped is not None:
            plain = plain.ipv4_mapped
        elif plain in _NAT64:
            plain = IPv4Address(plain.packed[-4:])
        elif plain not in _GLOBAL_UNICAST:
            return False
    return plain.is_global and not any(plain in network for network in _SPECIAL)


def retry_after_s(asked: str | None) -> float:
    """Return the seconds that a `Retry-After` asks for; 0 where there is none, or none that can be read."""
    if not asked:
        return 0.0
    if asked.isascii() and asked.isdigit():
        return float(asked[:9])
    try:
        return max(0.0, parsedate_to_datetime(asked).timestamp() - time.time())
    except (ValueError, OverflowError):
        return 0.0


def _place_of(url: str) -> _Place | None:
    parsed = _URL.fullmatch(url) if len(url) <= LONGEST_URL else None
    if parsed is None:
        return None
    port = int(parsed["port"] or _HTTPS)
    if not 0 < port <= _LAST_PORT:
        return None
    host, target = parsed["host"].lower(), parsed["target"] or "/"
    return _Place(
        host=host.strip("[]"),
        port=port,
        target=target if target.startswith("/") else f"/{target}",
        name=host if port == _HTTPS else f"{host}:{port}",
    )


def _is_listed(place: _Place, hosts: Collection[str]) -> bool:
    return place.name in hosts or any(
        listed.startswith("*.") and place.name.endswith(listed[1:]) and place.name != listed[1:] for listed in hosts
    )


def _first_connected(addresses: Sequence[str], port: int, until: float) -> socket.socket:
    refusal: OSError = TimeoutError()
    for address in addresses:
        try:
            return socket.create_connection((address, port), timeout=min(_CONNECT_S, _left(until)))
        except OSError as error:
            refusal = error
    raise refusal


@contextmanager
def _cut_at(until: float, connection: ssl.SSLSocket) -> Iterator[None]:
    """Cut the connection when its time is over: a time limit of the socket's own begins anew with each byte."""

    def cut() -> None:
        with suppress(OSError):
            socket.socket.shutdown(connection, socket.SHUT_RDWR)  # TLS stays on: nothing is read in the clear

    watch = threading.Timer(_left(until), cut)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


def _left(until: float) -> float:
    return max(0.01, until - time.monotonic())
