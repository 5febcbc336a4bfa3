"""What `up` prints at its end."""

import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path

import typer

from gateway.native.trial import Verdict
from gateway.settings import CHECKOUT


def print_summary(
    url: str, verdicts: Sequence[Verdict], *, home: Path, needs_key: bool, first_admin_key: str | None
) -> None:
    """Tell what became of the samples, where everything is, how to get in, and the commands that mean this *home*."""
    meant = "" if home == CHECKOUT else f"GATEWAY_HOME={shlex.quote(str(home))}"
    sign_in, next_ = _sign_in(first_admin_key, meant), _next(url, meant, needs_key=needs_key)
    typer.echo("\n".join([*_samples(verdicts), *_addresses(url), *sign_in, *next_]))


def _samples(verdicts: Sequence[Verdict]) -> list[str]:
    if not verdicts:
        return []
    lines = [f"  {one.sample:<16} {one.status}  {one.words}" for one in verdicts]
    return ["", "Three messages went through the gate:", *lines]


def _addresses(url: str) -> list[str]:
    return [
        "",
        f"Portcullis is running at {url}",
        f"  API, to read and try   {url}/docs",
        f"  messages go to         {url}/producer/messages",
        f"  tasks (Flower)         {url}/dashboard/",
        f"  load test (Locust)     {url}/load-test/",
        f"  logs                   {url}/logs/",
        f"  alert reports          {url}/error_reports/",
    ]


def _sign_in(first_admin_key: str | None, meant: str) -> list[str]:
    lines = ["", "To sign in: any user name, and an API key as the password."]
    if first_admin_key:
        return [*lines, "  The first admin's key, shown this once:", f"  {first_admin_key}"]
    command = f"{meant} .venv/bin/portcullis keys create NAME --role operator".lstrip()
    return [*lines, f"  A new key: {command}"]


def _next(url: str, meant: str, *, needs_key: bool) -> list[str]:
    key = "-H 'Authorization: Bearer YOUR_KEY' " if needs_key else ""
    body = """-H 'Content-Type: application/json' -d '{"text": "Hello from me"}'"""
    commands = "make status, make logs, make down" + (f", each with {meant}" if meant else "")
    return ["", f"  curl {key}{body} {url}/producer/messages", "", commands]


def print_warnings(warnings: Iterable[str]) -> None:
    """Print what is probably not meant in a configuration."""
    for warning in warnings:
        typer.echo(f"portcullis: warning: {warning}", err=True)
