"""Which ports the mesh takes."""

import errno
import json
import random
import socket
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from gateway.errors import InvalidSetting
from gateway.native.folders import write_private
from gateway.settings import Settings

USUAL: Final = 80
UNPRIVILEGED: Final = 8080
_LOOPBACK: Final = "127.0.0.1"
_INNER_RANGE: Final = range(20_000, 32_000)  #: below what the kernel gives to outgoing connections
_TRIES: Final = 500


def choose_gate_port(settings: Settings) -> int:
    """
    Return the port that NGINX shall listen on: the one that is set, else 80 where this user may, else 8080.

    Raises:
        InvalidSetting: it is in use, may not be bound by this user, or the address is not this machine's.
    """
    candidates = (settings.port,) if settings.port else (USUAL, UNPRIVILEGED)
    for port in candidates:
        try:
            _bind(settings.bind, port).close()
        except OSError as error:
            if error.errno == errno.EACCES and port != candidates[-1]:
                continue
            raise InvalidSetting(_why_not(error, settings.bind, port)) from None
        return port
    raise AssertionError("the last candidate returns or raises")


def try_bind(settings: Settings) -> None:
    """
    Check that `GATEWAY_BIND` is an address of this machine; whether its port is free, a start tells.

    Raises:
        InvalidSetting: it is not.
    """
    try:
        _bind(settings.bind, 0).close()
    except OSError as error:
        raise InvalidSetting(_why_not(error, settings.bind, 0)) from None


def listen_address(bind: str, port: int) -> str:
    """Write an address the way NGINX and browsers do."""
    return f"[{bind}]:{port}" if ":" in bind else f"{bind}:{port}"


def inner_ports(file: Path, names: Iterable[str]) -> Mapping[str, int]:
    """
    Return a free port of 127.0.0.1 for each name: the one that *file* remembers where it can, so that a
    Prometheus that reads them keeps finding them.
    """
    remembered = _read(file)
    ports: dict[str, int] = {}
    with ExitStack() as held:
        for name in names:
            wanted = [remembered[name]] if name in remembered else []
            for port in (*wanted, *random.sample(_INNER_RANGE, _TRIES)):
                try:
                    held.enter_context(_bind(_LOOPBACK, port))
                except OSError:
                    continue
                ports[name] = port
                break
            else:
                raise InvalidSetting(f"no free port on {_LOOPBACK} for {name}")
    write_private(file, json.dumps(ports, indent=2) + "\n")
    return ports


def answers(port: int) -> bool:
    """Tell whether somebody listens on a port of 127.0.0.1."""
    try:
        with socket.create_connection((_LOOPBACK, port), timeout=1):
            return True
    except OSError:
        return False


def _bind(address: str, port: int) -> socket.socket:
    try:
        found = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except ValueError as error:  # no name server was asked: no name is like that
        raise OSError(errno.EADDRNOTAVAIL, "no address") from error
    family, kind, protocol, _, where = found[0]
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that just ended do not count
        bound.bind(where)
        bound.listen(1)
    except BaseException:
        bound.close()
        raise
    return bound


def _why_not(error: OSError, bind: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} of {bind} is in use: stop what uses it, or set GATEWAY_PORT to another"
    if error.errno == errno.EACCES:
        return f"port {port} may not be bound by this user: set GATEWAY_PORT to one above 1023"
    return "GATEWAY_BIND is not an address of this machine"


def _read(file: Path) -> dict[str, int]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return {str(name): int(port) for name, port in found.items() if int(port) in range(1024, 65_536)}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
