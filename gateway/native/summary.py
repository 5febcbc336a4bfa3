"""What `up` prints at its end."""

from collections.abc import Iterable, Sequence

import typer

from gateway.native.trial import Verdict


def print_summary(url: str, verdicts: Sequence[Verdict], *, needs_key: bool, first_admin_key: str | None) -> None:
    """Tell what became of the samples, where everything is, and how to get in."""
    typer.echo(
        "\n".join([*_samples(verdicts), *_addresses(url), *_sign_in(first_admin_key), *_next(url, needs_key=needs_key)])
    )


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


def _sign_in(first_admin_key: str | None) -> list[str]:
    lines = ["", "To sign in: any user name, and an API key as the password."]
    if first_admin_key:
        return [*lines, "  The first admin's key, shown this once:", f"  {first_admin_key}"]
    return [*lines, "  A new key: .venv/bin/portcullis keys create NAME --role operator"]


def _next(url: str, *, needs_key: bool) -> list[str]:
    key = "-H 'Authorization: Bearer YOUR_KEY' " if needs_key else ""
    body = """-H 'Content-Type: application/json' -d '{"text": "Hello from me"}'"""
    return ["", f"  curl {key}{body} {url}/producer/messages", "", "make status, make logs, make down"]


def print_warnings(warnings: Iterable[str]) -> None:
    """Print what is probably not meant in a configuration."""
    for warning in warnings:
        typer.echo(f"portcullis: warning: {warning}", err=True)
