"""`portcullis purge`: deletes for good, before its retention would, what the ledger keeps."""

import sys
import time
from typing import Annotated, Final

import typer

from gateway.alerts.files import ReportFolder
from gateway.errors import GatewayError, InvalidRequest
from gateway.ledger.clock import now_ms
from gateway.ledger.ledger import Chosen, Ledger
from gateway.message.ids import is_id
from gateway.settings import Settings, load
from gateway.wiring import build_ledger

_PORTION: Final = 500
_DAY_MS: Final = 86_400_000
_MOST_DAYS: Final = 36_500  #: a hundred years; none that is longer, and no infinite one, is meant
_TIDY_WITHIN_S: Final = 15.0
_PAUSE_S: Final = 0.2


class NotPurged(GatewayError):
    """Nothing was deleted."""

    code = "not_purged"


def purge(
    *,
    task: Annotated[list[str] | None, typer.Option(help="one task, by its id; may be given again")] = None,
    caller: Annotated[str, typer.Option(help="what came from this key")] = "",
    older_than: Annotated[float | None, typer.Option(help="days since it ended")] = None,
    alerts: Annotated[bool, typer.Option("--alerts", help="alerts and their reports instead of tasks")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
) -> None:
    """
    Delete ended tasks (or, with --alerts, alerts) that meet every condition given, with all that is known of them.

    What has not ended stays. It tells how many there are, and asks; without a terminal, and without --yes, it only
    tells.
    """
    chosen = _chosen(task or [], caller, older_than)
    settings = load()
    ledger = build_ledger(settings)
    try:
        number = ledger.purgeable_alerts(chosen) if alerts else ledger.purgeable(chosen)
        what = "alerts" if alerts else "ended tasks"
        typer.echo(f"{number} {what} meet this.")
        if number == 0:
            return
        if not yes and not _agreed():
            raise NotPurged
        done = _purge_alerts(settings, ledger, chosen) if alerts else _purge_tasks(ledger, chosen)
        typer.echo(f"{done} {what} are deleted.")
        _clean_files(ledger)
    finally:
        ledger.close()


def _chosen(ids: list[str], caller: str, older_than: float | None) -> Chosen:
    if not ids and not caller and older_than is None:
        raise InvalidRequest("say which: --task, --caller or --older-than")
    if not all(is_id(each) for each in ids):
        raise InvalidRequest("--task takes the id of a task")
    if older_than is not None and not 0 <= older_than <= _MOST_DAYS:
        raise InvalidRequest(f"--older-than takes days, from 0 to {_MOST_DAYS}")
    before = None if older_than is None else now_ms() - int(older_than * _DAY_MS)
    return Chosen(ids=tuple(ids), caller=caller or None, before=before)


def _agreed() -> bool:
    if not sys.stdin.isatty():  # what a pipe says was not said about this number
        raise NotPurged("Nothing was deleted: there is no terminal to ask at, and no --yes.")
    try:
        return typer.confirm("Delete them for good?")
    except typer.Abort:
        return False


def _purge_tasks(ledger: Ledger, chosen: Chosen) -> int:
    done = 0
    while portion := ledger.purge(chosen, limit=_PORTION):
        done += portion
    return done


def _purge_alerts(settings: Settings, ledger: Ledger, chosen: Chosen) -> int:
    """The row goes first: of a file that is left nobody makes a row, but the monitor writes the file of a row."""
    folder, done = ReportFolder(settings.reports), 0
    while portion := ledger.purge_alerts(chosen, limit=_PORTION):
        for alert in portion:
            folder.remove(alert)
        done += len(portion)
    return done


def _clean_files(ledger: Ledger) -> None:
    """See to it that the bytes are gone from the files, too; docs/what-is-kept.md tells how far that goes."""
    until = time.monotonic() + _TIDY_WITHIN_S
    while not ledger.tidy():
        if time.monotonic() > until:
            typer.echo("Another program reads the ledger: what was deleted leaves its log file within a few minutes.")
            return
        time.sleep(_PAUSE_S)
