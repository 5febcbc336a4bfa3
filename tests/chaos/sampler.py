"""What is overdue while the mesh is being broken, seen from the ledger itself."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import create_engine, select
from sqlalchemy.exc import SQLAlchemyError

from gateway.ledger.schema import tasks

_EVERY_S: Final = 0.5
_MOST: Final = 2000


@dataclass
class Overdue:
    """One state of one task about which somebody should have done something."""

    status: str
    since: float
    seen: float  #: the last time
    sighted_s: float = 0.0  #: of that, how long the monitor was in a state to do it


class Sampler(threading.Thread):
    """Looks twice a second for live tasks whose time is over."""

    def __init__(self, url: str, *, now_ms: Callable[[], int], blind: Callable[[float], bool]) -> None:
        """
        Make one.

        Args:
            now_ms: the mesh's own clock.
            blind: tells whether the monitor was kept from its work at that time, or just before.
        """
        super().__init__(daemon=True, name="sampler")
        self._engine = create_engine(url)
        self._now_ms = now_ms
        self._blind = blind
        self._stop_now = threading.Event()
        self._overdue: dict[tuple[str, str, int, int], Overdue] = {}
        self.longest: dict[str, float] = {"processing": 0.0, "pending": 0.0}  #: all in all, by status
        self.longest_sighted: dict[str, float] = {"processing": 0.0, "pending": 0.0}  #: without the monitor's outages
        self.late: dict[
            tuple[str, str, int, int], Overdue
        ] = {}  #: those that were overdue for a second or more, sighted
        self.samples = 0

    def run(self) -> None:
        last = time.monotonic()
        while not self._stop_now.wait(_EVERY_S):
            now = time.monotonic()
            try:
                self._look(now, now - last)
            except SQLAlchemyError:
                self._overdue.clear()  # it is the ledger that is broken: nobody can tell
            last = now

    def stop(self) -> None:
        self._stop_now.set()
        self.join(30)
        self._engine.dispose()

    def _look(self, now: float, passed: float) -> None:
        t = tasks.c
        late = select(t.id, t.status, t.attempt, t.due_at).where(t.due_at.is_not(None), t.due_at < self._now_ms())
        with self._engine.connect() as connection:
            rows = connection.execute(late.limit(_MOST)).all()
        self.samples += 1
        found = {(row.id, row.status, row.attempt, row.due_at): row for row in rows}
        self._overdue = {key: one for key, one in self._overdue.items() if key in found}
        sighted = not self._blind(now)
        for key, row in found.items():
            one = self._overdue.setdefault(key, Overdue(row.status, since=now, seen=now))
            one.seen = now
            one.sighted_s += passed if sighted else 0.0
            if one.sighted_s >= 1:
                self.late[key] = one
            self.longest[row.status] = max(self.longest[row.status], one.seen - one.since)
            self.longest_sighted[row.status] = max(self.longest_sighted[row.status], one.sighted_s)
