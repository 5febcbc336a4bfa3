"""The home before the first program starts: folders, `.env`, ledger, keys."""

import base64
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

from gateway.errors import InvalidSetting
from gateway.native.folders import close_to_others, private_folder
from gateway.native.templates import check_path
from gateway.settings import CHECKOUT, Settings, load

EXAMPLE: Final = CHECKOUT / ".env.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedHome:
    """A home that programs can start in."""

    settings: Settings  #: read again, with what `.env` says now
    first_admin_key: str | None = field(repr=False)  #: in the clear, if it was made just now: nobody can show it again


def prepare_home(settings: Settings, *, first_admin: bool = True) -> PreparedHome:
    """
    Make what a start needs and what is not there yet; keep what is.

    Args:
        first_admin: make an admin's key where there is none; not where nobody would see it.
    Raises:
        InvalidSetting: a folder or `.env` cannot be made, or is another user's.
        LedgerUnavailable: the ledger cannot be reached.
    """
    make_folders(settings)
    complete_env_file(settings.home / ".env")
    settings = load({**os.environ, "GATEWAY_HOME": str(settings.home)})
    from gateway.ledger.migrations import migrate  # noqa: PLC0415 - alembic costs a second that `status` need not pay

    migrate(settings.ledger_url)
    return PreparedHome(settings=settings, first_admin_key=_register_keys(settings, first_admin=first_admin))


def make_folders(settings: Settings) -> None:
    """Make the folders of the home, for this user only."""
    check_path(settings.home)
    for folder in (settings.logs, settings.reports):
        if folder.is_dir():  # a checkout comes with them, and with whatever mode its user's umask left
            close_to_others(folder)
        else:
            private_folder(folder)
    for folder in (settings.var, settings.run_dir, settings.var / "output", settings.var / "broker"):
        private_folder(folder)


def complete_env_file(file: Path) -> None:
    """
    Make `.env` with fresh secrets, or add those that it lacks; a value that is there stays.

    Raises:
        InvalidSetting: it cannot be written.
    """
    try:
        with suppress(FileExistsError):
            _append(file, EXAMPLE.read_text(encoding="utf-8"), os.O_CREAT | os.O_EXCL)
        file.chmod(0o600)
        values = dotenv_values(file)
        missing = {name: value for name, value in fresh_secrets().items() if not values.get(name)}
        if missing:
            lines = "".join(f"{name}={value}\n" for name, value in missing.items())
            _append(file, ("" if file.read_bytes().endswith(b"\n") else "\n") + lines, 0)
    except OSError as error:
        raise InvalidSetting(f"{file} cannot be written: {error.strerror}") from None


def fresh_secrets() -> dict[str, str]:
    """Return new secrets of 256 random bits each."""
    return {
        "GATEWAY_MESH_TOKEN": secrets.token_urlsafe(32),
        "GATEWAY_SECRET_KEY": secrets.token_urlsafe(32),
        "GATEWAY_TOKEN_KEY": secrets.token_urlsafe(32),
        "GATEWAY_WEBHOOK_SECRET": f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "GATEWAY_LOADTEST_KEY": f"pk_{secrets.token_urlsafe(32)}",
    }


def _append(file: Path, text: str, flags: int) -> None:
    with os.fdopen(
        os.open(file, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | flags, 0o600), "w", encoding="utf-8"
    ) as out:
        out.write(text)


def _register_keys(settings: Settings, *, first_admin: bool) -> str | None:
    """Let Locust's key in, and make the first admin's key if there never was one."""
    from gateway.access.keys import KeyNameTaken, KeyStore  # noqa: PLC0415 - as above
    from gateway.access.roles import Role  # noqa: PLC0415

    keys = KeyStore(settings.ledger_url)
    try:
        loadtest = settings.loadtest_key.get_secret_value()
        if keys.caller(loadtest) is None:
            names = {key.name for key in keys.list()}
            with suppress(KeyNameTaken):  # the very key was revoked: so it stays
                name = f"loadtest-{secrets.token_hex(4)}" if "loadtest" in names else "loadtest"
                keys.create(name, Role.CLIENT, plain=loadtest)
        if not first_admin or any(key.role is Role.ADMIN for key in keys.list()):
            return None
        return keys.create("admin", Role.ADMIN)
    finally:
        keys.close()
