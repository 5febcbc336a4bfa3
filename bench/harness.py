"""
A home of its own for each side, and exactly those of the mesh's programs that a measurement needs.

The commands are the mesh's, from `gateway.native.plan`; nothing supervises them here, so that nothing else takes CPU.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from bench.results import BenchFailed
from gateway.ledger.migrations import migrate
from gateway.native.folders import private_folder, write_private
from gateway.native.home import fresh_secrets, make_folders
from gateway.native.plan import INNER_PORTS, Program, gate_url, metrics_folder, programs
from gateway.native.ports import answers, inner_ports
from gateway.native.programs import find_redis_server, tool
from gateway.native.templates import render
from gateway.serving import end_with_parent
from gateway.settings import CHECKOUT, PREFIX, TOML, load

RESULTS: Final = Path(__file__).with_name("results")
_UP_WITHIN_S: Final = 60
_POLL_S: Final = 0.1
_BROKER_TEMPLATE: Final = CHECKOUT / "deploy" / "native" / "broker.conf"

#: What a side has in place of the mesh's own: a program's name, a word of its command, and the word in its place.
Swaps = Mapping[str, tuple[str, str]]


class House:
    """One side of a measurement: a home, and the programs that run in it."""

    def __init__(
        self, home: Path, *, swaps: Swaps | None = None, settings: Mapping[str, str] | None = None, rules: str = ""
    ) -> None:
        """Make the home; nothing runs yet. *settings* are named without their prefix, *rules* its `gateway.toml`."""
        own = {"HOME": str(home), "ANONYMOUS": "client", "RATE_LIMIT": "1000000", **(settings or {})}
        kept = {name: value for name, value in os.environ.items() if not name.startswith((PREFIX, "PROMETHEUS_"))}
        self.environment = kept | fresh_secrets() | {f"{PREFIX}{name}": value for name, value in own.items()}
        if rules:
            (home / TOML).write_text(rules, encoding="utf-8")
        self.settings = load(self.environment)
        make_folders(self.settings)
        migrate(self.settings.ledger_url)
        broker = {"socket": self.settings.run_dir / "broker.sock", "folder": self.settings.var / "broker"}
        write_private(self.settings.var / "broker.conf", render(_BROKER_TEMPLATE, broker))
        port = free_port()
        self.url = gate_url(self.settings.bind, port)
        planned = programs(
            self.settings,
            gate_port=port,
            inner=inner_ports(self.settings.var / "ports.json", INNER_PORTS),
            redis_server=find_redis_server(self.settings),
        )
        self._planned = {program.name: _swapped(program, (swaps or {}).get(program.name)) for program in planned}
        self._running: dict[str, tuple[Program, subprocess.Popen[bytes]]] = {}

    def start(self, *names: str) -> None:
        """Start these of the mesh's programs, and wait until they are up."""
        for name in names:
            self.run(self._planned[name])

    def run(self, program: Program) -> None:
        """
        Start one program, and wait until it is up.

        Raises:
            BenchFailed: it ended, or did not come up in time; with the last lines that it wrote.
        """
        if "PROMETHEUS_MULTIPROC_DIR" in program.environment:
            private_folder(metrics_folder(self.settings, program.name))
        output = self.settings.var / "output" / f"{program.name}.txt"
        with output.open("ab") as file:
            process = subprocess.Popen(  # noqa: S603 - the mesh's own commands
                program.command,
                cwd=CHECKOUT,
                env={**self.environment, **program.environment},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                start_new_session=True,  # an interrupt at the keyboard is ours alone, and stops them in order
                preexec_fn=end_with_parent,  # noqa: PLW1509 - no thread of ours runs yet
            )
        self._running[program.name] = program, process
        came_up = _within(_UP_WITHIN_S, lambda: process.poll() is not None or program.is_up())
        if not came_up or process.poll() is not None:
            raise BenchFailed(f"{program.name} did not come up:\n{output.read_text(errors='replace')[-1500:]}")

    def stop(self, name: str) -> None:
        """Ask the program to stop, and end it with all that it started if it does not."""
        program, process = self._running.pop(name)
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(program.stop_within_s)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def close(self) -> None:
        """Stop everything, the last started first, and remove the home."""
        for name in reversed(list(self._running)):
            self.stop(name)
        shutil.rmtree(self.settings.run_dir, ignore_errors=True)  # lies elsewhere where the home's path is long
        shutil.rmtree(self.settings.home, ignore_errors=True)


@contextmanager
def house(*, swaps: Swaps | None = None, settings: Mapping[str, str] | None = None, rules: str = "") -> Iterator[House]:
    """
    Have a side for as long as the block lasts.

    Its home lies on the checkout's disk, as the product's does: in memory a commit would cost nothing.
    """
    RESULTS.mkdir(exist_ok=True)
    home = Path(tempfile.mkdtemp(prefix="home-", dir=RESULTS))
    try:
        side = House(home, swaps=swaps, settings=settings, rules=rules)
    except BaseException:
        shutil.rmtree(home, ignore_errors=True)
        raise
    try:
        yield side
    finally:
        side.close()


def one_sync_worker(app: str, port: int) -> Program:
    """Return gunicorn as small as it gets: one sync worker."""
    options = ("--worker-class", "sync", "--workers", "1", "--no-control-socket", "--bind", f"127.0.0.1:{port}")
    return Program(
        name="one_sync_worker",
        command=(tool("gunicorn"), *options, app),
        priority=0,
        is_up=lambda: answers(port),
    )


def free_port() -> int:
    """Return a port that nobody listens on, below those that the kernel gives to outgoing connections."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _swapped(program: Program, swap: tuple[str, str] | None) -> Program:
    if swap is None:
        return program
    old, new = swap
    if old not in program.command:
        raise BenchFailed(f"the mesh starts {program.name} without {old!r}: bench has to follow")
    return replace(program, command=tuple(new if word == old else word for word in program.command))


def _within(seconds: float, done: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True
