"""The runners of this process, and how new settings reach them."""

import mmap
import os
import signal
import threading
from collections.abc import Mapping
from typing import Any, Final

from gateway.journal import Journal
from gateway.kinds import Pool
from gateway.processing.limits import OwnProcess, Room, Threads
from gateway.processing.runner import Runner
from gateway.reloading import in_force, renew_with
from gateway.screening.detectors import is_users_own
from gateway.settings import Settings
from gateway.wiring import build_rules, build_runner, build_work

_SETTLE_WITHIN_S: Final = 3.0  #: what is not written by then is run again, once its lease ends


class Runners:
    """One runner a pool: made at its first task, so after any fork, and once for all threads of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: dict[str, Runner] = {}
        self._prepared: tuple[Settings, Mapping[str, Any]] | None = None  #: what the next runner is built from
        self._renewed = mmap.mmap(-1, 1)  #: how often, modulo 256; shared with the processes that are forked from here
        self._seen = 0  #: of it, by this process

    def prepare(self) -> None:
        """
        Build what takes long, so that no task waits for it: for this process, and those that are forked from it.

        Nothing of the user's own is loaded, nor a model: what they open must not be shared with a forked process.

        Raises:
            InvalidSetting: something of the settings is wrong.
        """
        settings = in_force()
        screening = settings.screening
        if not screening.model and not any(map(is_users_own, screening.detectors)):
            self._prepared = settings, build_rules(settings)

    def of(self, pool: str) -> Runner:
        """Return the runner of *pool*, which works by settings that were renewed since the last task."""
        with self._lock:
            renewed, known = self._renewed[0], self._seen
            self._seen = renewed
            if renewed != known:
                renew_with(self._renew, Journal())
            if pool not in self._made:
                settings, rules = self._prepared or (in_force(), None)
                self._made[pool] = build_runner(settings, pool=pool, room=_room(pool), rules=rules)
            return self._made[pool]

    def settle(self) -> None:
        """Wait a while for what has run in this process to be written down: it is about to end."""
        for runner in list(self._made.values()):
            runner.settle(within_s=_SETTLE_WITHIN_S)

    def renew(self) -> bool:
        """Take new settings, here and in the processes that were forked from this one, each at its next task."""
        taken = in_force.renew(Journal())
        if taken:
            self._renewed[0] = (self._renewed[0] + 1) % 256
        return taken

    def _renew(self, settings: Settings) -> None:
        rules = build_rules(settings)
        work = build_work(settings, rules=rules)
        self._prepared = settings, rules
        for runner in self._made.values():
            runner.work = work


def _room(pool: str) -> Room:
    if pool == Pool.CPU:
        return OwnProcess()
    return Threads(in_force().workers_io, replace=replace_this_process)


def replace_this_process() -> None:
    """Have this worker end in order; whoever supervises it starts another."""
    Journal().warning("worker.replaced")
    os.kill(os.getpid(), signal.SIGTERM)


runners: Final = Runners()
