"""A real RabbitMQ of the tests' own, where the system has one: on free ports of loopback, in a temporary folder."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from harness.eventually import eventually
from harness.inside import alive, whole
from harness.ports import free_port

#: Debian's own script, not the one on PATH, which becomes the system's `rabbitmq`.
_SERVERS: Final = ("/usr/lib/rabbitmq/bin/rabbitmq-server", "/usr/local/sbin/rabbitmq-server")
_UP_WITHIN_S: Final = 90
_STOP_WITHIN_S: Final = 30
_GREETING: Final = b"AMQP\x00\x00\x09\x01"


def missing() -> str:
    """Say why there can be none here; nothing where there can."""
    if not any(map(os.path.exists, _SERVERS)):
        return "there is no RabbitMQ here (apt install rabbitmq-server)"
    return "" if shutil.which("epmd") else "there is no epmd, which RabbitMQ needs (apt install erlang-base)"


class RabbitServer:
    """One node with a name server (epmd) of its own, so that it does not meet the system's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        port, inner, names = free_port(), free_port(), free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{port}//"
        self._port = port
        (folder / "plugins").write_text("[].\n")
        (folder / "rabbitmq.conf").write_text(f"listeners.tcp.local = 127.0.0.1:{port}\n")
        self._environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(folder),  # its cookie lies there
            "LANG": "C.UTF-8",
            "ERL_EPMD_PORT": str(names),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"tests{port}@localhost",
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_DIST_PORT": str(inner),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "none"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        }
        self._names = self._run("epmd", "-port", str(names), "-address", "127.0.0.1")
        self._server = self._names
        try:
            self.start_again()
        except BaseException:
            self.stop()
            raise

    def start_again(self) -> None:
        """Start it over what it has kept, and wait until it answers."""
        self._server = self._run(next(filter(os.path.exists, _SERVERS)))
        eventually(lambda: self._server.poll() is not None or self._answers(), within_s=_UP_WITHIN_S)
        assert self._server.poll() is None, self._said()

    def kill(self) -> None:
        """Do what the kernel does to a machine without memory."""
        self._end(self._server)

    def freeze(self) -> None:
        """Let it neither answer nor end."""
        self._send_all(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._send_all(signal.SIGCONT)

    def stop(self) -> None:
        """End it and its name server; nothing of it is to be kept."""
        for process in (self._server, self._names):
            self._end(process)

    def _run(self, *command: str) -> "subprocess.Popen[bytes]":
        with (self._folder / "output.txt").open("ab") as output:
            return subprocess.Popen(
                command,
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=2) as connection:
                connection.sendall(_GREETING)
                return bool(connection.recv(1))
        except OSError:
            return False

    def _said(self) -> str:
        return (self._folder / "output.txt").read_text(errors="replace")[-2000:]

    def _send_all(self, number: signal.Signals) -> None:
        for pid in whole(self._server.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def _end(self, process: "subprocess.Popen[bytes]") -> None:
        pids = whole(process.pid)
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait(_STOP_WITHIN_S)
        eventually(lambda: not any(map(alive, pids)), within_s=_STOP_WITHIN_S)


@contextmanager
def rabbit_server() -> Iterator[RabbitServer]:
    """Have a server for as long as the block lasts; nothing is left of it."""
    folder = Path(tempfile.mkdtemp(prefix="pc-rabbit-"))
    server = None
    try:
        server = RabbitServer(folder)
        yield server
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
