"""How a program runs: where its lines go, and what gunicorn needs to know."""

import ctypes
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
from gunicorn.glogging import Logger
from gunicorn.http.errors import ParseException
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

from gateway.settings import Settings
from gateway.telemetry import logs
from gateway.web.problems import INTERNAL_ERROR, PROBLEM_TYPE, problem_json

_SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of <sys/prctl.h>
_GRACE_S = 30  #: for requests in flight at a stop
_SILENT_S = 60  #: a worker process that does not stir for this long is killed
_HEADER_BYTES = 65_536  #: more than NGINX takes of all headers: it passes one that came twice on as one line
_KEEPALIVE_S = 75  #: an idle connection is kept for service_1's next message to service_2; NGINX keeps none


class RootLogger(Logger):
    """Leaves gunicorn's records to the handlers of the root logger, which know what may be written."""

    def setup(self, cfg: Any) -> None:
        """Set levels only."""
        self.cfg = cfg
        self.error_log.propagate = True
        self.error_log.handlers.clear()
        self.access_log.disabled = True


class DrainingWorker(ThreadWorker):
    """
    A process that takes what already waits at its door when it is told to stop, and then closes the door.

    gunicorn's own leaves it open for as long as it has connections, takes nobody in, and in the end resets whoever
    waits there: a client that has sent its request cannot know whether anybody acted on it.
    """

    def set_accept_enabled(self, enabled: bool | None) -> None:  # noqa: FBT001 - gunicorn's signature
        """Begin or cease to take connections in; once told to stop, for good."""
        super().set_accept_enabled(enabled)
        if self.alive:
            return
        for listener in self.sockets:
            taken = -1
            while taken != self.nr_conns:  # none waits any more
                taken = self.nr_conns
                self.accept(listener)
            listener.close()

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Answer with a problem, as the applications do; gunicorn's own answer is a page that quotes the request."""
        del addr
        if req is None and isinstance(exc, ParseException):
            body = problem_json(400, "invalid_request", "The request cannot be read as HTTP.")
        else:
            body = INTERNAL_ERROR
            self.log.error("a request failed outside of its application", exc_info=exc)
        content = orjson.dumps(body)
        head = (
            f"HTTP/1.1 {body['status']} {body['title']}\r\nContent-Type: {PROBLEM_TYPE}\r\n"
            f"Content-Length: {len(content)}\r\nConnection: close\r\n\r\n"
        )
        with suppress(OSError):
            write_nonblock(client, head.encode() + content)


def configure_logs(settings: Settings, program: str) -> None:
    """Send this process's lines where the settings say, and what it prints nowhere."""
    logs.configure(program, logs=settings.logs, level=settings.log_level, form=settings.log_format, to=settings.log_to)
    logs.forget_prints()


def end_with_parent(number: signal.Signals = signal.SIGTERM) -> None:
    """Ask the kernel to send *number* to this process when its parent has ended, be it killed. Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, number, 0, 0, 0)


def gunicorn_settings(settings: Settings, program: str) -> dict[str, Any]:
    """Return the names that `gunicorn.conf.py` sets; addresses come from the command line."""
    configure_logs(settings, program)
    shared_memory = Path("/dev/shm")  # noqa: S108 - only gunicorn's heartbeat file, which it opens safely
    return {
        "worker_class": DrainingWorker,
        "workers": settings.web_workers,
        "threads": settings.web_threads,
        "timeout": _SILENT_S,
        "graceful_timeout": _GRACE_S,
        "keepalive": _KEEPALIVE_S,
        "limit_request_field_size": _HEADER_BYTES,
        "limit_request_line": 0,  # NGINX limits it, and what it escapes may become three times as long
        "worker_tmp_dir": str(shared_memory) if os.access(shared_memory, os.W_OK) else None,
        "control_socket_disable": True,  # it would open one in the user's home
        "logger_class": RootLogger,
        "proc_name": program,
        # A killed master's workers would keep its address from the next one for as long as clients keep connections.
        "post_fork": lambda _server, _worker: end_with_parent(signal.SIGKILL),
    }
