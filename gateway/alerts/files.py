"""The folder of reports: written whole or not at all, sharded by date, dropped when old."""

import secrets
import shutil
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from gateway.alerts.report import path_of, text_of
from gateway.ledger.alert import Alert

_DRAFT_S: Final = 3600  #: a draft that is older has lost its writer


class ReportFolder:
    """Writes the reports of alerts."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def write(self, alert: Alert) -> Path:
        """
        Write the alert's report, in place of one with an older count.

        Raises:
            OSError: the folder is full or cannot be written; the ledger has the alert, and the monitor tries again.
        """
        file = self._root / path_of(alert)
        file.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")  # no reader lists a dot file
        try:
            draft.write_text(text_of(alert), encoding="utf-8")
            draft.replace(file)
        finally:
            draft.unlink(missing_ok=True)
        return file

    def has(self, alert: Alert) -> bool:
        """Whether the alert's report is there."""
        return (self._root / path_of(alert)).is_file()

    def remove(self, alert: Alert) -> None:
        """Remove the alert's report, if it is there."""
        (self._root / path_of(alert)).unlink(missing_ok=True)

    def drop_drafts(self, *, now: float | None = None) -> int:
        """Remove what a program left behind that ended while it wrote a report, and return how many."""
        before = (time.time() if now is None else now) - _DRAFT_S
        left = [draft for draft in self._root.glob("[0-9]*/[0-9]*/[0-9]*/.*.txt.*") if _changed_at(draft) < before]
        for draft in left:
            draft.unlink(missing_ok=True)
        return len(left)

    def drop_older_than(self, days: int, *, now: datetime | None = None) -> int:
        """Remove the folders of days that lie more than *days* back, and return how many."""
        oldest = (now or datetime.now(UTC)).date() - timedelta(days=days)
        dropped = 0
        for folder in sorted(self._root.glob("[0-9]*/[0-9]*/[0-9]*")):
            day = _day_of(folder.relative_to(self._root))
            if day is not None and day < oldest and folder.is_dir():
                shutil.rmtree(folder)
                dropped += 1
        for folder in sorted(self._root.glob("[0-9]*/[0-9]*")) + sorted(self._root.glob("[0-9]*")):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
        return dropped


def _changed_at(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:  # its writer was there first
        return float("inf")


def _day_of(folder: Path) -> date | None:
    """Return the day that a folder is named after; None for one that somebody else put there."""
    try:
        return date.fromisoformat("-".join(folder.parts))
    except ValueError:
        return None
