"""A running mesh seen from inside: its programs and its processes."""

import os
import signal
import xmlrpc.client
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from harness.mesh import Mesh
from supervisor.xmlrpc import SupervisorTransport

from gateway.settings import load

_PROC = Path("/proc")


def alive(pid: int) -> bool:
    """Tell whether a process runs; one that ended and waits for its parent does not."""
    return _stat(pid)[:1] not in ([], ["Z"], ["X"])


def children(pid: int) -> list[int]:
    """Return the processes that *pid* has started, the oldest first."""
    return sorted(one for one in _all() if _stat(one)[1:2] == [str(pid)] and alive(one))


def cpu_ticks(pid: int) -> int:
    """Return how long a process has computed; 0 if it has ended."""
    fields = _stat(pid)
    return int(fields[11]) + int(fields[12]) if fields else 0


def owner(pid: int) -> int:
    """Return the user that a process runs as."""
    status = (_PROC / str(pid) / "status").read_text()
    return int(next(line.split()[2] for line in status.splitlines() if line.startswith("Uid:")))


def processes_of(mesh: Mesh) -> set[int]:
    """
    Return every process that has to do with a home: by its environment, its command line or its working directory.

    It is not how the product finds them, so that it may see what the product overlooks.
    """
    own = set(_ancestors(os.getpid()))
    return {pid for pid in _all() if pid not in own and alive(pid) and _mentions(pid, mesh.home)}


def words_of(pid: int) -> bytes:
    """Return a process's command line and environment."""
    return _read(pid, "cmdline") + b"\0" + _read(pid, "environ")


def sockets_of(mesh: Mesh) -> list[Path]:
    """Return the unix sockets of a home, in it and where its path is too long for one."""
    folders = (mesh.home, load(mesh.environment).run_dir)
    return sorted({path for folder in folders for path in folder.rglob("*") if path.is_socket()})


def states(mesh: Mesh) -> dict[str, str]:
    """Return what the supervisor calls the state of each program."""
    return {one["name"]: one["statename"] for one in _asked(mesh, "getAllProcessInfo")}


def pids(mesh: Mesh) -> dict[str, int]:
    """Return the first process of each program; 0 where it has none."""
    return {one["name"]: one["pid"] for one in _asked(mesh, "getAllProcessInfo")}


@contextmanager
def without(mesh: Mesh, program: str) -> Iterator[None]:
    """Have one program of the mesh stopped for as long as the block lasts; at its end it is told to start."""
    _asked(mesh, "stopProcess", program, True)
    try:
        yield
    finally:
        _asked(mesh, "startProcess", program, False)


def restart(mesh: Mesh, program: str) -> None:
    """Stop a program in order and start it again, as `supervisorctl restart` does, and wait until it runs."""
    _asked(mesh, "stopProcess", program, True)
    _asked(mesh, "startProcess", program, True)


@contextmanager
def frozen(numbers: Iterable[int]) -> Iterator[None]:
    """Have processes that neither answer nor end for as long as the block lasts."""
    stopped = list(numbers)
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in stopped:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def whole(pid: int) -> list[int]:
    """Return a process and all that it has started, and what those have."""
    return [pid, *(below for child in children(pid) for below in whole(child))]


def _asked(mesh: Mesh, method: str, *arguments: Any) -> Any:
    socket = load(mesh.environment).run_dir / "supervisor.sock"
    transport = SupervisorTransport(None, None, f"unix://{socket}")
    with xmlrpc.client.ServerProxy("http://supervisor", transport=transport) as proxy:
        return getattr(proxy.supervisor, method)(*arguments)


def _mentions(pid: int, home: Path) -> bool:
    try:
        folder = str((_PROC / str(pid) / "cwd").readlink())
    except OSError:
        folder = ""
    return (
        folder == str(home)
        or folder.startswith(f"{home}/")
        or any(_names(word, home) for word in _split(words_of(pid)))
    )


def _split(words: bytes) -> list[str]:
    return words.decode("utf-8", "replace").replace("=", "\0").replace(":", "\0").split("\0")


def _names(word: str, home: Path) -> bool:
    return word == str(home) or word.startswith(f"{home}/")


def _ancestors(pid: int) -> Iterator[int]:
    while pid > 0:
        yield pid
        pid = int((_stat(pid) or ["", "0"])[1])


def _all() -> Iterator[int]:
    return (int(entry.name) for entry in _PROC.iterdir() if entry.name.isdecimal())


def _read(pid: int, name: str) -> bytes:
    try:
        return (_PROC / str(pid) / name).read_bytes()
    except OSError:  # it has ended
        return b""


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/<pid>/stat from its state on; none if it has ended."""
    return _read(pid, "stat").decode("utf-8", "replace").rpartition(")")[2].split()
