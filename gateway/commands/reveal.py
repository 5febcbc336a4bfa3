"""`portcullis reveal`: reads tokens again. Neither they nor the key are arguments, which others could see."""

import getpass
import logging
import os
import sys
from pathlib import Path
from typing import Final

import typer

from gateway.access.keys import KeyStore
from gateway.errors import GatewayError, InvalidRequest, Unauthenticated
from gateway.journal import Journal
from gateway.reveal import reveal as reveal_tokens
from gateway.screening.tokens import TokenKeys
from gateway.settings import Settings, load
from gateway.telemetry import logs

_KEY: Final = "PORTCULLIS_KEY"
_TERMINAL: Final = Path("/dev/tty")


class NotWrittenDown(GatewayError):
    """The use cannot be written to the journal, so nothing is revealed."""

    code = "not_written_down"


def reveal() -> None:
    """
    Print a text from standard input with the values of its tokens; for admins.

    The API key is taken from PORTCULLIS_KEY, or asked for. Each use is written to logs/reveal.txt.
    """
    settings = load()
    _configure_journal(settings)
    text = reveal_tokens(
        _text(),
        key=_key(),
        keys=KeyStore(settings.ledger_url),
        tokens=TokenKeys.from_setting(settings.token_key.get_secret_value()),
        journal=Journal(),
    )
    sys.stdout.buffer.write(text.encode("utf-8", "surrogatepass"))
    sys.stdout.buffer.write(b"" if text.endswith("\n") else b"\n")


def _configure_journal(settings: Settings) -> None:
    """Write to a file whatever the settings say: standard output is for the values, and no level hides a use."""
    logs.configure("reveal", logs=settings.logs, form=settings.log_format)
    for handler in logging.getLogger().handlers:
        handler.handleError = _refuse  # type: ignore[method-assign]


def _refuse(record: logging.LogRecord) -> None:
    del record
    raise NotWrittenDown


def _text() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Token", err=True))
    try:
        return sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidRequest("standard input is not UTF-8 text") from None


def _key() -> str:
    given = os.environ.get(_KEY)
    if given:
        return given
    try:
        os.close(os.open(_TERMINAL, os.O_RDWR | os.O_NOCTTY))  # without one getpass would read the text as the key
    except OSError:
        raise Unauthenticated(f"{_KEY} is not set, and there is no terminal to ask at") from None
    return getpass.getpass("API key of an admin: ")
