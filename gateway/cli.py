"""The `portcullis` command: each subcommand decodes its options and calls one thing."""

import signal
import sys
import threading
from functools import partial
from typing import Annotated

import typer

from gateway.access.keys import KeyStore
from gateway.access.roles import Role
from gateway.checks import try_anonymous, try_out
from gateway.commands.check import check
from gateway.commands.purge import purge
from gateway.commands.reload import reload
from gateway.commands.reveal import reveal
from gateway.errors import GatewayError, LedgerUnavailable
from gateway.journal import Journal
from gateway.kinds_page import kinds_page
from gateway.ledger.migrations import migrate as run_migrations
from gateway.metrics_page import metrics_page
from gateway.native import gate as native_gate
from gateway.native import mesh
from gateway.native.folders import private_folder
from gateway.native.home import prepare_home
from gateway.native.nginx_conf import Upstreams
from gateway.native.summary import print_warnings
from gateway.processing.monitor import Monitor
from gateway.reloading import at_hangup, in_force, renew_with
from gateway.scan import command as scan
from gateway.serving import configure_logs
from gateway.settings import Settings, load, of_home
from gateway.settings_page import settings_page
from gateway.telemetry import metrics
from gateway.telemetry.logs import rfc3339
from gateway.wiring import build_duties, build_monitor, build_schedules

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
keys = typer.Typer(no_args_is_help=True, help="API keys.")
app.add_typer(keys, name="keys")
app.command("screen")(scan.screen)
app.command()(check)
app.command()(purge)
app.command()(reload)
app.command()(reveal)


@app.command()
def up() -> None:
    """Start the mesh on this machine, wait until it answers, and try it."""
    mesh.up(load())


@app.command()
def down() -> None:
    """Stop the mesh in order."""
    mesh.down(of_home())


@app.command()
def status() -> None:
    """Tell what runs; exit 0 only if everything does."""
    raise typer.Exit(mesh.status(of_home()))


@app.command("logs")
def follow_logs() -> None:
    """Follow the logs until interrupted."""
    mesh.follow_logs(of_home())


@app.command()
def migrate() -> None:
    """Bring the ledger's schema up to date; make the ledger in a fresh home."""
    settings = load()
    if not settings.database_url:
        private_folder(settings.var)
    run_migrations(settings.ledger_url)


@app.command()
def init() -> None:
    """Prepare the home for programs that something else starts: folders, `.env`, ledger. No key is printed."""
    print_warnings(try_out(load()))
    prepare_home(load(), first_admin=False)


@app.command("settings")
def print_settings() -> None:
    """Print docs/settings.md."""
    sys.stdout.write(settings_page())


@app.command("kinds")
def print_kinds() -> None:
    """Print docs/kinds.md."""
    sys.stdout.write(kinds_page())


@app.command("metrics")
def print_metrics() -> None:
    """Print docs/metrics.md."""
    sys.stdout.write(metrics_page())


@app.command()
def monitor(
    *,
    metrics_port: Annotated[int, typer.Option(help="serve /metrics here")] = 0,
    metrics_address: Annotated[str, typer.Option()] = "127.0.0.1",
) -> None:
    """Run the monitor until it is told to stop."""
    settings = in_force()
    monitor = build_monitor(settings)
    configure_logs(settings, "monitor")
    if metrics_port:
        metrics.serve(metrics_port, address=metrics_address)
    at_hangup(lambda: renew_with(partial(_renew, monitor), Journal()))
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    monitor.run(until=stop.is_set, wait=stop.wait)


def _renew(monitor: Monitor, settings: Settings) -> None:
    timetable = build_schedules(settings)  # first: what is wrong with it leaves all as it was
    monitor.duties = build_duties(settings)
    monitor.schedules.replace(timetable)


@keys.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="who will use it; shown in logs")],
    role: Annotated[Role, typer.Option(help="client < operator < admin")] = Role.CLIENT,
) -> None:
    """Make a key and print it, this once."""
    sys.stdout.write(f"{_key_store().create(name, role)}\n")


@keys.command("list")
def list_keys() -> None:
    """List the keys, without their secrets."""
    for key in _key_store().list():
        times = [rfc3339(at / 1000) if at else "-" for at in (key.created_at, key.last_used_at, key.revoked_at)]
        sys.stdout.write(f"{key.name:<24} {key.role:<9} created {times[0]}  used {times[1]}  revoked {times[2]}\n")


@keys.command("revoke")
def revoke_key(name: Annotated[str, typer.Argument()]) -> None:
    """End a key; running services learn of it within two seconds."""
    _key_store().revoke(name)


def _key_store() -> KeyStore:
    return KeyStore(load().ledger_url)


@app.command()
def gate(
    *,
    service_1: Annotated[str, typer.Option(help="host:port, or unix:/path")],
    flower: Annotated[str, typer.Option(help="host:port")],
    locust: Annotated[str, typer.Option(help="host:port")],
    listen: Annotated[str, typer.Option(help="address:port")],
    resolver: Annotated[str, typer.Option(help="a name server, where upstreams may change their address")] = "",
) -> None:
    """Run NGINX in the foreground."""
    upstreams = Upstreams(service_1=service_1, flower=flower, locust=locust, resolver=resolver)
    settings = load()
    try_anonymous(settings, listen.rpartition(":")[0])
    raise typer.Exit(native_gate.run(settings, upstreams, listen=listen))


def main() -> None:
    """Run the command; what goes wrong by name is one line."""
    try:
        app()
    except GatewayError as error:
        print(f"portcullis: {_told(error)}", file=sys.__stderr__)
        sys.exit(1)


def _told(error: GatewayError) -> str:
    """Say it to whoever sits at this machine: a client is not told where the ledger is."""
    if type(error) is LedgerUnavailable and str(error) == str(LedgerUnavailable()):  # others say more
        return (
            "GATEWAY_DATABASE_URL: the ledger, which it names (not set: the home's var/ledger.db, made by the first "
            "`make up`), cannot be used now"
        )
    return str(error)
