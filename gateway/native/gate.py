"""
NGINX in the foreground: rendered, tested, started, listened to.

NGINX lives in a session of its own, so that what a killed master leaves behind can be found and ended before the
next one starts. Its error lines come through a pipe and a filter. When a log was renamed away, it opens a new one.
"""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import IO, Any, Final

from gateway.errors import GatewayError
from gateway.journal import Journal
from gateway.native import processes
from gateway.native.error_lines import MOST_BYTES, ErrorLineFilter
from gateway.native.folders import private_folder, write_private
from gateway.native.nginx_conf import Upstreams, render_nginx_conf
from gateway.native.programs import find_nginx
from gateway.serving import end_with_parent
from gateway.settings import Settings
from gateway.telemetry import logs

STOP_WITHIN_S: Final = 25  #: a little more than NGINX's own worker_shutdown_timeout
_LOOK_EVERY_S: Final = 0.5
_SHARED_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - only a 0700 folder of ours in it is used


class GateFailed(GatewayError):
    """NGINX cannot start."""

    code = "gate_failed"


def run(settings: Settings, upstreams: Upstreams, *, listen: str) -> int:
    """
    Run NGINX until it ends or this process is told to, and return its exit code.

    Args:
        settings: of the home, in whose `var/nginx` it works.
        upstreams: whom it passes requests to.
        listen: `address:port`, an IPv6 address in brackets.

    Raises:
        GateFailed: NGINX does not take the configuration; one line that says why.
    """
    folder = private_folder(settings.var / "nginx")
    private_folder(settings.logs)
    logs.configure(
        "nginx-error", logs=settings.logs, level=settings.log_level, form=settings.log_format, to=settings.log_to
    )
    program = find_nginx(settings)
    end_left_over(folder)
    with _body_folder(folder) as body_folder:
        configuration = folder / "nginx.conf"
        write_private(configuration, render_nginx_conf(settings, upstreams, listen=listen, body_folder=body_folder))
        command = [str(program), "-p", f"{folder}/", "-e", "stderr", "-c", str(configuration)]
        _test(command, folder)
        return _Gate(command, folder, settings, ErrorLineFilter(upstreams.as_named())).run()


def end_left_over(folder: Path) -> None:
    """End what an earlier NGINX, whose master was killed, left in *folder*: its workers hold the port."""
    session = recorded_session(folder)
    if session is None:
        return
    pids = processes.in_session(session, folder)
    left = processes.end(pids, lambda pid: pid in processes.in_session(session, folder), grace_s=2.0)
    if left:
        raise GateFailed(f"an earlier NGINX does not end: process {min(left)}")


def recorded_session(folder: Path) -> int | None:
    """Return the session of the NGINX that was last started in *folder* and did not end properly."""
    try:
        return int(json.loads((folder / "gate.json").read_text())["session"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _test(command: list[str], folder: Path) -> None:
    """Let NGINX read its configuration. What it says names files and directives of ours, no request."""
    try:
        result = subprocess.run(  # noqa: S603 - the program that the settings name
            [*command, "-t"], cwd=folder, env=_environment(), capture_output=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GateFailed(f"{command[0]} does not run: {type(error).__name__}") from None
    if result.returncode:
        lines = result.stderr.decode("utf-8", "replace").splitlines()
        reason = next((line.partition("] ")[2] for line in lines if "[emerg]" in line), "it does not say why")
        raise GateFailed(
            f"NGINX does not take its configuration: {reason.partition('#')[2].partition(': ')[2] or reason}"
        )


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "TZ": "UTC"}


@contextmanager
def _body_folder(folder: Path) -> Iterator[Path]:
    """Give a folder, in memory where the system has one, for bodies that do not fit their buffer."""
    if not os.access(_SHARED_MEMORY, os.W_OK | os.X_OK):
        yield private_folder(folder / "body")
        return
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    path = _SHARED_MEMORY / f"portcullis-{os.geteuid()}-{name}"
    try:
        yield private_folder(path)
    finally:
        shutil.rmtree(path, ignore_errors=True)


class _Gate:
    """One run of NGINX."""

    def __init__(self, command: list[str], folder: Path, settings: Settings, lines: ErrorLineFilter) -> None:
        self._command = command
        self._folder = folder
        self._access_log = settings.logs / "nginx-access.txt" if settings.log_to == "files" else None
        self._lines = lines
        self._journal = Journal()
        self._stop = threading.Event()

    def run(self) -> int:
        # Before the child: a signal in between must not be lost, nor end us and leave it.
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            signal.signal(number, self._on_stop)
        with self._start() as nginx:
            signal.signal(signal.SIGHUP, lambda *_: nginx.send_signal(signal.SIGHUP))
            write_private(self._folder / "gate.json", json.dumps({"session": nginx.pid}))
            readers = [threading.Thread(target=self._read_errors, args=(nginx.stderr,), daemon=True)]
            if nginx.stdout:
                readers.append(threading.Thread(target=_copy, args=(nginx.stdout,), daemon=True))
            for reader in readers:
                reader.start()
            try:
                self._watch(nginx)
            finally:
                self._end(nginx)
            for reader in readers:
                reader.join(timeout=2)
        return nginx.returncode if nginx.returncode >= 0 else 128 - nginx.returncode

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - the program that the settings name
            self._command,
            cwd=self._folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if self._access_log else subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=end_with_parent,  # noqa: PLW1509 - no thread of ours runs yet
        )

    def _on_stop(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._stop.set()

    def _watch(self, nginx: subprocess.Popen[bytes]) -> None:
        """Wait for the end, and tell NGINX to open its access log anew whenever the file is not the one it was."""
        known = _inode(self._access_log)
        while nginx.poll() is None and not self._stop.wait(_LOOK_EVERY_S):
            found = _inode(self._access_log)
            if known is not None and found != known:  # not before NGINX made it: the signal would end one that starts
                nginx.send_signal(signal.SIGUSR1)
            known = found or known

    def _end(self, nginx: subprocess.Popen[bytes]) -> None:
        """Let requests finish, for a while, and leave no worker."""
        if nginx.poll() is None:
            nginx.send_signal(signal.SIGQUIT)
            with suppress(subprocess.TimeoutExpired):
                nginx.wait(timeout=STOP_WITHIN_S)
        end_left_over(self._folder)
        nginx.wait(timeout=5)
        (self._folder / "gate.json").unlink(missing_ok=True)

    def _read_errors(self, pipe: IO[bytes]) -> None:
        whole = True
        while raw := pipe.readline(MOST_BYTES):
            line = self._lines.read(raw) if whole else None  # the rest of a long line is no line
            whole = raw.endswith(b"\n")
            if line:
                write = {"INFO": self._journal.info, "WARNING": self._journal.warning}.get(
                    line.level, self._journal.error
                )
                write(line.event, **line.fields)


def _inode(path: Path | None) -> int | None:
    try:
        return path.stat().st_ino if path else None
    except OSError:
        return None


def _copy(pipe: IO[Any]) -> None:
    """Pass NGINX's access lines on; it could not always open our own standard output itself."""
    for line in pipe:
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
