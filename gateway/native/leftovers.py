"""What a mesh that was killed leaves behind: processes without a supervisor, and the sockets of the dead."""

from contextlib import suppress
from pathlib import Path

from gateway.errors import GatewayError
from gateway.native import gate, processes
from gateway.settings import Settings

_GRACE_S = 10.0


class ProcessLeft(GatewayError):
    """A process of this mesh does not end."""

    code = "process_left"


def found(settings: Settings) -> set[int]:
    """Return the processes of this home's mesh, other than whoever asks."""
    session = gate.recorded_session(settings.var / "nginx")
    nginx = processes.in_session(session, settings.var / "nginx") if session else set()
    return processes.marked(settings.home) | _broker(settings.var / "broker") | nginx


def end(settings: Settings) -> None:
    """
    End the processes of a mesh whose supervisor is gone, and remove their sockets.

    Raises:
        ProcessLeft: one of them does not end, even when killed.
    """
    pids = found(settings)
    supervisor = _pid_in(settings.var / "supervisord.pid")
    if supervisor in pids:  # first, so that it does not start again what ends next
        processes.end({supervisor}, lambda pid: pid in processes.marked(settings.home), grace_s=0.0)
    left = processes.end(pids, lambda pid: pid in found(settings), grace_s=_GRACE_S)
    if left:
        raise ProcessLeft(f"process {min(left)} of this mesh does not end")
    for stale in (*settings.run_dir.glob("*.sock*"), settings.var / "supervisord.pid", settings.var / "mesh.json"):
        stale.unlink(missing_ok=True)
    if not settings.run_dir.is_relative_to(settings.var):  # the one in a temporary folder; each start makes it
        with suppress(OSError):
            settings.run_dir.rmdir()


def _broker(folder: Path) -> set[int]:
    pid = _pid_in(folder / "broker.pid")
    return {pid} if pid and processes.works_in(pid, folder) else set()


def _pid_in(file: Path) -> int | None:
    with suppress(OSError, ValueError):
        return int(file.read_text())
    return None
