"""A mesh of the tests' own, started by the command that `make up` calls, in a home of its own on a free port."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from harness.ports import free_port

CHECKOUT = Path(__file__).resolve().parents[2]
PORTCULLIS = Path(sys.executable).with_name("portcullis")
UP_TIMEOUT_S = 240
COMMAND_TIMEOUT_S = 90


class Mesh:
    """One mesh, by its home and its URL."""

    def __init__(self, home: Path, *, port: int, settings: Mapping[str, str] | None = None) -> None:
        self.home = home
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
        own = {"GATEWAY_HOME": str(home), "GATEWAY_PORT": str(port)}
        self.environment = {**kept, **own, **(settings or {})}

    def run(
        self, *arguments: str, timeout: float = COMMAND_TIMEOUT_S, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run `portcullis` for this mesh, away from any terminal."""
        return subprocess.run(
            [PORTCULLIS, *arguments],
            env=self.environment,
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            input=stdin,
            start_new_session=True,
        )

    def up(self) -> str:
        """Start it, and return what the command said."""
        done = self.run("up", timeout=UP_TIMEOUT_S)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def down(self) -> None:
        """Stop it."""
        done = self.run("down")
        assert done.returncode == 0, done.stdout + done.stderr

    def key(self, role: str) -> str:
        """Make a key of this role."""
        done = self.run("keys", "create", f"test-{role}-{secrets.token_hex(4)}", "--role", role)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@contextmanager
def running_mesh(home: Path, **settings: str) -> Iterator[Mesh]:
    """Have a mesh for as long as the block lasts."""
    mesh = Mesh(home, port=free_port(), settings=settings)
    try:
        mesh.up()
        yield mesh
    finally:
        mesh.down()
