"""The supervisor: started, asked, stopped."""

import http.client
import os
import socket
import subprocess
import time
import xmlrpc.client
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gateway.errors import GatewayError
from gateway.native.folders import write_private
from gateway.native.plan import NAMES, Program
from gateway.native.processes import MARK
from gateway.native.programs import tool
from gateway.native.templates import render
from gateway.settings import CHECKOUT, PREFIX, Settings

TEMPLATE: Final = CHECKOUT / "deploy" / "native" / "supervisord.conf"
_CALL_TIMEOUT_S: Final = 10
_START_TIMEOUT_S: Final = 60
_PASSED_ON: Final = (
    "PATH",
    "PYTHONPATH",  #: how processors of the user's own are found
    "SSL_CERT_FILE",  #: the authorities of the receivers of webhooks
)


class SupervisorFailed(GatewayError):
    """The supervisor does not do what it is asked."""

    code = "supervisor_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramState:
    """What the supervisor says of a program."""

    name: str
    state: str  #: supervisor's word, e.g. RUNNING
    pid: int  #: 0 if there is none
    up_s: int  #: since its start, 0 if it does not run
    ended_at: int  #: seconds since the epoch when it last ended, 0 if it never did
    exit_status: int


class Supervisor:
    """The supervisor of one home."""

    def __init__(self, settings: Settings) -> None:
        self._var = settings.var
        self._home = settings.home
        self._socket = settings.run_dir / "supervisor.sock"

    @property
    def configuration(self) -> Path:
        """Where the rendered configuration lies."""
        return self._var / "supervisord.conf"

    def start(self, programs: Sequence[Program]) -> None:
        """
        Start it in the background, and with it the *programs*.

        Raises:
            SupervisorFailed: it ends at once, or does not answer.
        """
        values = {
            "as_root": os.geteuid() == 0,
            "checkout": CHECKOUT,
            "var": self._var,
            "socket": self._socket,
            "programs": programs,
        }
        write_private(self.configuration, render(TEMPLATE, values))
        try:
            result = subprocess.run(  # noqa: S603 - the environment's own supervisord
                [tool("supervisord"), "-c", str(self.configuration)],
                cwd=CHECKOUT,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=_START_TIMEOUT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SupervisorFailed(f"supervisord does not run: {type(error).__name__}") from None
        if result.returncode:
            lines = [line for line in result.stderr.decode("utf-8", "replace").splitlines() if line.startswith("Error")]
            raise SupervisorFailed(f"supervisord: {lines[0] if lines else f'exit code {result.returncode}'}")
        self._wait_until_it_answers()

    def runs(self) -> bool:
        """Tell whether it answers and is not about to stop."""
        try:
            return bool(self._call("getState")["statename"] == "RUNNING")
        except (OSError, http.client.HTTPException, xmlrpc.client.Error):
            return False

    def pid(self) -> int | None:
        """Return its process id, None if it does not answer."""
        try:
            return int(self._call("getPID"))
        except (OSError, http.client.HTTPException, xmlrpc.client.Error):
            return None

    def states(self) -> list[ProgramState]:
        """
        Return what it says of every program, in the order of their start.

        Raises:
            SupervisorFailed: it does not answer.
        """
        try:
            found = self._call("getAllProcessInfo")
        except (OSError, http.client.HTTPException, xmlrpc.client.Error):
            raise SupervisorFailed("the supervisor does not answer") from None
        return [
            ProgramState(
                name=one["name"],
                state=one["statename"],
                pid=one["pid"],
                up_s=max(0, one["now"] - one["start"]) if one["pid"] else 0,
                ended_at=one["stop"],
                exit_status=one["exitstatus"],
            )
            for one in sorted(found, key=lambda one: NAMES.index(one["name"]))
        ]

    def hang_up(self, name: str) -> None:
        """
        Send SIGHUP to the program of this *name*.

        Raises:
            SupervisorFailed: it does not run, or the supervisor does not answer.
        """
        try:
            self._call("signalProcess", name, "HUP")
        except (OSError, http.client.HTTPException, xmlrpc.client.Error):
            raise SupervisorFailed(f"{name} does not run") from None

    def shut_down(self) -> None:
        """Ask it to stop the programs in reverse order, and then itself."""
        try:
            self._call("shutdown")
        except (OSError, http.client.HTTPException, xmlrpc.client.Error):
            return  # it is stopping already; whoever waits for its end sees it

    def _environment(self) -> dict[str, str]:
        """Return what the programs inherit: our settings, and nothing else of the shell's."""
        passed_on = {name: value for name, value in os.environ.items() if name.startswith(PREFIX) or name in _PASSED_ON}
        passed_on.setdefault("PATH", os.defpath)
        own = {"TZ": "UTC", "LANG": "C.UTF-8", f"{PREFIX}HOME": str(self._home), MARK: str(self._home)}
        return {**passed_on, **own}

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + _START_TIMEOUT_S
        while not self.runs():
            if time.monotonic() > deadline:
                raise SupervisorFailed("supervisord does not answer")
            time.sleep(0.05)

    def _call(self, method: str, *arguments: str) -> Any:
        proxy = xmlrpc.client.ServerProxy("http://supervisor", transport=_SocketTransport(self._socket))
        with proxy:
            return getattr(proxy.supervisor, method)(*arguments)


class _SocketConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("supervisor", timeout=_CALL_TIMEOUT_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class _SocketTransport(xmlrpc.client.Transport):
    """XML-RPC over a unix socket, with a time limit, which supervisor's own transport lacks."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        del host
        return _SocketConnection(self._path)
