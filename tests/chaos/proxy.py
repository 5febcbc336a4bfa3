"""A wire between the mesh and a server, which can be cut."""

import selectors
import socket
import threading
from contextlib import suppress
from typing import Final, Self
from urllib.parse import urlsplit

_CHUNK: Final = 65_536
_CONNECT_TIMEOUT_S: Final = 2
_LOOK_EVERY_S: Final = 0.1


class Proxy:
    """Passes TCP on to where a URL points; cut, it swallows what comes and takes connections that lead nowhere."""

    def __init__(self, url: str) -> None:
        place = urlsplit(url)
        self._target = (place.hostname or "127.0.0.1", place.port or 0)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._stop = threading.Event()
        self._whole = threading.Event()
        self._whole.set()
        host, port = self._listener.getsockname()
        credentials, at, _ = place.netloc.rpartition("@")
        self.url = place._replace(netloc=f"{credentials}{at}{host}:{port}").geturl()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._whole.set()
        self._thread.join(5)
        self._listener.close()

    def cut(self) -> None:
        """Let nothing through, and tell nobody."""
        self._whole.clear()

    def mend(self) -> None:
        """Let everything through again, also what was held back."""
        self._whole.set()

    def _listen(self) -> None:
        self._listener.settimeout(_LOOK_EVERY_S)
        while not self._stop.is_set():
            with suppress(TimeoutError):
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            self._whole.wait()
            try:
                server = socket.create_connection(self._target, timeout=_CONNECT_TIMEOUT_S)
            except OSError:
                return
            with server, suppress(OSError):
                self._pass_on(client, server)

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        other = {client: server, server: client}
        with selectors.DefaultSelector() as ready:
            for side in other:
                side.settimeout(None)
                side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                ready.register(side, selectors.EVENT_READ)
            while not self._stop.is_set():
                for key, _ in ready.select(_LOOK_EVERY_S):
                    side = key.fileobj
                    assert isinstance(side, socket.socket)
                    data = side.recv(_CHUNK)
                    self._whole.wait()
                    if not data:
                        return
                    other[side].sendall(data)
