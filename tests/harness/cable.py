"""A way to a database that can be cut."""

import socket
import threading
from contextlib import suppress


class Cable:
    """A way to the server that can be cut: before an answer comes back, or altogether."""

    def __init__(self, port):
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.cut_before_answer_to = b""  #: a message with these bytes is delivered, and its answer is not
        self._pairs = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                ours, _ = self._listener.accept()
            except OSError:
                return
            theirs = socket.create_connection(("127.0.0.1", self._target))
            self._pairs += [ours, theirs]
            cut = threading.Event()
            threading.Thread(target=self._carry, args=(ours, theirs, cut, True), daemon=True).start()
            threading.Thread(target=self._carry, args=(theirs, ours, cut, False), daemon=True).start()

    def _carry(self, source, sink, cut, asks):
        try:
            while data := source.recv(65_536):
                if asks and self.cut_before_answer_to and self.cut_before_answer_to in data:
                    cut.set()
                if not asks and cut.is_set():
                    break  # the server has done it, and nobody learns of it
                sink.sendall(data)
        except OSError:
            pass
        finally:
            _cut(source, sink)

    def close(self):
        self._listener.close()
        _cut(*self._pairs)


def _cut(*ends):
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
