"""When a task on a schedule is due: every so often, or by a line of cron. Times are in ms since the epoch, UTC."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cronsim import CronSim, CronSimError

_EVERY: Final = re.compile(r"(\d{1,9})\s*([smhd]?)")
_UNITS_MS: Final = {"": 1_000, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_LONGEST_MS: Final = 366 * 86_400_000


def every_ms(written: str) -> int:
    """
    Read `90`, `90s`, `5m`, `2h` or `1d`.

    Raises:
        ValueError: it is none of these, or not between a second and a year.
    """
    found = _EVERY.fullmatch(written.strip())
    every = int(found[1]) * _UNITS_MS[found[2]] if found else 0
    if not 0 < every <= _LONGEST_MS:
        raise ValueError("seconds, or a number with s, m, h or d, of a year at most")
    return every


def check_cron(line: str) -> str:
    """
    Return a line of cron that comes again and again.

    Raises:
        ValueError: it cannot be read, or its time never comes.
    """
    try:
        next(CronSim(line, datetime.now(UTC)))
    except CronSimError as error:
        raise ValueError(f"not a line of cron: {str(error).lower()}") from None
    except StopIteration:
        raise ValueError("its time never comes") from None
    return line


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Either of the two."""

    every_ms: int = 0
    cron: str = ""  #: in UTC; where this is given, the other is 0

    def after(self, due_at: int, now: int) -> int:
        """Return the first time after *now*; those between it and *due_at* are left out."""
        if self.cron:
            return self._next(now)
        return due_at + ((now - due_at) // self.every_ms + 1) * self.every_ms

    def planned(self, known: int | None, now: int) -> int:
        """
        Return when a task is due that starts now to be on this schedule, or goes on to be.

        Args:
            known: when it was due by the schedule that it was on; one that is past is made up for.
        """
        first = self._next(now) if self.cron else now + self.every_ms
        if known is None or (self.cron and self._next(known - 1) != known):
            return first
        return min(known, first)

    def _next(self, after: int) -> int:
        found: datetime = next(CronSim(self.cron, datetime.fromtimestamp(after / 1000, UTC)))
        return int(found.timestamp() * 1000)
