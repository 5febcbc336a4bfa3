"""A mesh to be broken: its home, its kinds of tasks, and what stands beside it."""

import os
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from chaos.proxy import Proxy
from harness.inside import processes_of
from harness.mesh import CHECKOUT, Mesh
from harness.ports import free_port
from sqlalchemy import make_url

from gateway.settings import Settings, load

INSIDE: Final = Path(__file__).with_name("inside")
HANG_LIMIT_S: Final = 2.0

_TOML: Final = f"""
kinds = ["message", "support"]
[[policy.rules]]
when = {{ entity_types = ["EMAIL_ADDRESS"], kinds = ["support"] }}
then = "redact"
[[policy.rules]]
when = {{ min_score = 0.5 }}
then = "hold"
[[policy.rules]]
when = {{}}
then = "allow"
[processing.processors]
once = "chaos_jobs:once"
once_cpu = "chaos_jobs:once"
nap = "chaos_jobs:nap"
burn = "chaos_jobs:burn"
shaky = "chaos_jobs:shaky"
poison = "chaos_jobs:poison"
hang = "chaos_jobs:hang"
[processing.pools]
once = "io"
nap = "io"
hang = "io"
[processing.limits.hang]
seconds = {HANG_LIMIT_S}
attempts = 2
"""


class Server(Protocol):
    """A database or a broker that runs beside the mesh, for its restart is the program's own business."""

    url: str

    def kill(self) -> None:
        """End it with all its processes, as the kernel does to a machine without memory."""

    def start_again(self) -> None:
        """Start it over what it has kept, and wait until it answers."""

    def freeze(self) -> None:
        """Let it neither answer nor end."""

    def thaw(self) -> None:
        """Let it go on."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """What a run breaks."""

    mesh: Mesh
    folder: Path  #: holds the home and all that the servers keep
    database: Server | None = None  #: None: SQLite
    broker: Server | None = None  #: None: the mesh's own
    wires: Mapping[str, Proxy]  #: between the mesh and the servers above, by their names

    @property
    def home(self) -> Path:
        return self.mesh.home

    @property
    def settings(self) -> Settings:
        """The mesh's, with straight ways to what stands beside it, for those who look on."""
        found = load({**self.mesh.environment, "PYTHONPATH": ""})
        return found.model_copy(update={"database_url": self.database.url}) if self.database else found

    @property
    def clock(self) -> Path:
        """Holds by how many seconds the mesh's clock is off."""
        return self.home / "chaos" / "clock"

    def locks_ledger(self, numbers: Collection[int]) -> bool:
        """Tell whether one of these processes has SQLite's lock in this moment. Linux only."""
        shared = Path(f"{make_url(self.settings.ledger_url).database}-shm")
        locks = Path("/proc/locks")
        if self.database or not shared.exists() or not locks.exists():
            return False
        inode = str(shared.stat().st_ino)
        held = (line.split() for line in locks.read_text().splitlines())
        return any(
            lock[3] == "WRITE" and int(lock[4]) in numbers and lock[5].endswith(f":{inode}")
            for lock in held
            if lock[1] != "->"  # that one waits
        )

    def effects(self) -> list[tuple[str, str, int]]:
        """Return what the jobs have written: a word, the task's id, the attempt."""
        file = self.home / "chaos" / "effects.txt"
        lines = file.read_text().splitlines() if file.exists() else []
        return [(word, task_id, int(attempt)) for word, task_id, attempt in (line.split() for line in lines)]


@contextmanager
def running_site(*, database: str, broker: str, lease_s: float) -> Iterator[Site]:
    """Have a mesh with its servers for as long as the block lasts; nothing of it is left."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="pchaos-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        servers: dict[str, Server] = {}
        if database == "postgres":
            from harness.postgres import postgres_server  # noqa: PLC0415 - needs what not every machine has

            servers["database"] = stack.enter_context(postgres_server())
        if broker == "rabbitmq":
            from harness.rabbitmq import rabbit_server  # noqa: PLC0415 - as above

            servers["broker"] = stack.enter_context(rabbit_server())
        wires = {name: stack.enter_context(Proxy(server.url)) for name, server in servers.items()}
        home = _home(folder / "home")
        settings = {
            "GATEWAY_LEASE_S": str(lease_s),
            "GATEWAY_LOG_LEVEL": "DEBUG",
            "GATEWAY_RATE_LIMIT": "10000",
            "PYTHONPATH": os.pathsep.join((str(INSIDE), str(CHECKOUT / "tests"))),
            **{f"GATEWAY_{name.upper()}_URL": wire.url for name, wire in wires.items()},
        }
        mesh = Mesh(home, port=free_port(), settings=settings)
        site = Site(
            mesh=mesh, folder=folder, database=servers.get("database"), broker=servers.get("broker"), wires=wires
        )
        try:
            mesh.up()
            yield site
        finally:
            mesh.down()
            left = processes_of(mesh)
            assert not left, f"processes are left: {sorted(left)}"


def _home(home: Path) -> Path:
    (home / "chaos").mkdir(parents=True)
    (home / "gateway.toml").write_text(_TOML)
    return home
