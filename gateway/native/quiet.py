"""
Run a program whose output may quote what clients sent (Flower, Locust), and keep what it says before it serves.

Until its port takes connections nobody can have sent it anything: what it wrote up to then is printed if it ends
without ever having served, which is when somebody needs it. Everything else is dropped.
"""

import argparse
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Sequence
from typing import Final

from gateway.native.ports import answers
from gateway.serving import end_with_parent

_KEPT_LINES: Final = 60
_LONGEST_LINE: Final = 4096
_LOOK_EVERY_S: Final = 0.1


def run(command: Sequence[str], *, port: int) -> int:
    """Run *command*, which will serve *port* of 127.0.0.1, and return its exit code."""
    serving = threading.Event()
    said: deque[bytes] = deque(maxlen=_KEPT_LINES)
    with subprocess.Popen(  # noqa: S603 - the command is the supervisor's
        list(command),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=end_with_parent,  # noqa: PLW1509 - no thread runs yet
    ) as child:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda given, _: child.send_signal(given))
        ended = threading.Event()
        looking = threading.Thread(target=_wait_until_serving, args=(port, serving, ended), daemon=True)
        looking.start()
        assert child.stdout is not None  # noqa: S101 - a pipe was asked for
        while line := child.stdout.readline(_LONGEST_LINE):
            if serving.is_set():
                said.clear()
            else:
                said.append(line)
        code = child.wait()
        # The last look may have been answered by a program that has since said something and ended.
        ended.set()
        looking.join()
    if not serving.is_set():
        sys.stdout.buffer.writelines(said)
        sys.stdout.flush()
    return code if code >= 0 else 128 - code


def _wait_until_serving(port: int, serving: threading.Event, ended: threading.Event) -> None:
    while not ended.wait(_LOOK_EVERY_S):
        if answers(port):
            serving.set()
            return


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    sys.exit(run(options.command, port=options.port))
