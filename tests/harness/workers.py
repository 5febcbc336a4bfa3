"""Real workers of the test's own, as the mesh starts them."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.broker import Broker
from harness.eventually import eventually

from gateway.kinds import Pool
from gateway.ledger.migrations import migrate
from gateway.ledger.sql import SqlLedger
from gateway.settings import CHECKOUT, TOML, Settings, load


@dataclass(frozen=True, kw_only=True)
class Site:
    """A home with a ledger, and the broker that its workers listen to."""

    home: Path
    broker: Broker
    environ: Mapping[str, str]
    settings: Settings
    ledger: SqlLedger

    def log(self, pool: Pool) -> str:
        file = self.settings.logs / f"worker-{pool}.txt"
        return file.read_text() if file.exists() else ""


@contextmanager
def a_site(home: Path, broker: Broker, *, toml: str = "", **settings: str) -> Iterator[Site]:
    if toml:
        (home / TOML).write_text(toml)
    own = {"HOME": str(home), "BROKER_URL": broker.url, "WORKERS_IO": "4", "WORKERS_CPU": "2", **settings}
    given = {f"GATEWAY_{name}": value for name, value in own.items()}
    loaded = load(given)
    loaded.var.mkdir(parents=True)
    migrate(loaded.ledger_url)
    ledger = SqlLedger(loaded.ledger_url)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GATEWAY_", "PROMETHEUS_"))}
    try:
        yield Site(home=home, broker=broker, environ={**kept, **given}, settings=loaded, ledger=ledger)
    finally:
        ledger.close()


class Worker:
    """One pool, in a process group of its own."""

    def __init__(self, site: Site, pool: Pool) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "workers.pools", pool.value],
            cwd=CHECKOUT,
            env={**site.environ, "PYTHONPATH": str(CHECKOUT / "tests")},  # where jobs of the tests' own live
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self) -> None:
        """Do what the kernel does to a machine without memory."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> int:
        """Ask it to stop, and return its exit code."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout=40)
            except subprocess.TimeoutExpired:
                self.kill()
        return self._process.returncode

    @property
    def group(self) -> int:
        return self._process.pid

    @property
    def runs(self) -> bool:
        return self._process.poll() is None


@contextmanager
def a_worker(site: Site, pool: Pool) -> Iterator[Worker]:
    worker = Worker(site, pool)
    try:
        yield worker
    finally:
        worker.stop()


def listening(site: Site, pools: int) -> None:
    """Wait until so many worker processes are connected to the broker's queues."""
    with site.broker.client() as client:
        eventually(lambda: sum("cmd=brpop" in str(c) or c["cmd"] == "brpop" for c in client.client_list()) >= pools)
