"""
Processes by evidence, never by name: who is alive, whose it is, and ending it.

A process belongs to a mesh if its environment carries the mark that `up` puts there, which it inherits from the
supervisor. NGINX and the broker write their titles over their environment: they are known by the process id that
they left in their folder together with that folder as their working directory.
"""

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

MARK: Final = "PORTCULLIS_MESH"  #: the environment variable that names the home; no setting, so that no shell has it
_PROC: Final = Path("/proc")
_POLL_S: Final = 0.05


def can_be_told() -> bool:
    """Tell whether this system shows its processes in /proc, as Linux does; without that each seems to have ended."""
    return alive(os.getpid())


def marked(home: Path) -> set[int]:
    """Return the processes that carry the mark of *home*, without this one and those that started it."""
    mark = os.fsencode(f"{MARK}={home}")
    found = {pid for pid in _all() if mark in _environment(pid)}
    return found - set(ancestors(os.getpid()))


def in_session(session: int, folder: Path) -> set[int]:
    """Return the processes of *session* that work in *folder*: a number alone may be another's by now."""
    return {pid for pid in _all() if _stat(pid).session == session and works_in(pid, folder)}


def works_in(pid: int, folder: Path) -> bool:
    """Tell whether a process has *folder* as its working directory."""
    try:
        return (_PROC / str(pid) / "cwd").readlink() == folder.resolve()
    except OSError:
        return False


def ancestors(pid: int) -> Iterator[int]:
    """Yield *pid*, its parent, and so on up to the first process."""
    while pid > 0:
        yield pid
        pid = _stat(pid).parent


def parent(pid: int) -> int:
    """Return the process that started *pid*; 0 if either has ended."""
    return _stat(pid).parent


def end(pids: Iterable[int], still_ours: Callable[[int], bool], *, grace_s: float) -> set[int]:
    """
    Ask processes to end, make those that do not within *grace_s*, and return any that are left even then.

    *still_ours* is asked about each once it can no longer be replaced by a stranger with the same number.
    """
    handles = dict(_opened(pids, still_ours))
    try:
        for number, wait_s in ((signal.SIGTERM, grace_s), (signal.SIGKILL, 5.0)):
            for handle in handles.values():
                with suppress(ProcessLookupError):
                    signal.pidfd_send_signal(handle, number)
            if _wait(handles, wait_s):
                break
        return {pid for pid in handles if alive(pid)}
    finally:
        for handle in handles.values():
            os.close(handle)


def alive(pid: int) -> bool:
    """Tell whether a process runs; one that ended and waits for its parent does not."""
    return _stat(pid).state not in {"", "Z", "X"}


def _wait(handles: Iterable[int], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while any(alive(pid) for pid in handles):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True


def _opened(pids: Iterable[int], still_ours: Callable[[int], bool]) -> Iterator[tuple[int, int]]:
    for pid in pids:
        try:
            handle = os.pidfd_open(pid)
        except OSError:
            continue
        if still_ours(pid):
            yield pid, handle
        else:
            os.close(handle)


def _all() -> Iterator[int]:
    """Yield every process; none where the system has no /proc."""
    with suppress(OSError):
        yield from (int(entry.name) for entry in _PROC.iterdir() if entry.name.isdecimal())


def _environment(pid: int) -> list[bytes]:
    try:
        return (_PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:  # ended, or another user's
        return []


class _Stat:
    """The fields of /proc/<pid>/stat that matter; empty ones if the process has ended."""

    __slots__ = ("parent", "session", "state")

    def __init__(self, text: str) -> None:
        fields = text.rpartition(")")[2].split()  # the name before it may hold anything
        self.state, self.parent, self.session = (fields[0], int(fields[1]), int(fields[3])) if fields else ("", 0, 0)


def _stat(pid: int) -> _Stat:
    try:
        return _Stat((_PROC / str(pid) / "stat").read_text(errors="replace"))
    except OSError:
        return _Stat("")
