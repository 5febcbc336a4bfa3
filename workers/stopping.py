"""How a worker ends: it lets its tasks end for a while, then hands them back, and leaves."""

import os
import signal
import threading
import time
from collections import defaultdict
from contextlib import suppress
from typing import Any, Final

from celery.signals import worker_ready, worker_shutting_down
from celery.worker import state

from gateway.journal import Journal
from workers.app import settings
from workers.requests import ids_of, owner_of
from workers.runners import replace_this_process, runners
from workers.settling import HAND_BACK, settle

_LOOK_EVERY_S: Final = 10.0
_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")

_CLOSE_WITHIN_S: Final = 3.0
_stopping: Final = threading.Event()
_consumers: Final[list[Any]] = []  #: the one that takes messages for this worker


@worker_ready.connect
def _know_the_consumer(sender: Any, **_: Any) -> None:
    _consumers[:] = [sender]


@worker_shutting_down.connect
def _drain(**_: Any) -> None:
    """Celery takes nothing more from here on; a thread sees to it that it does not wait for ever."""
    if not _stopping.is_set():
        _stopping.set()
        threading.Thread(target=_leave_after_the_grace, name="drain", daemon=True).start()


def _leave_after_the_grace() -> None:
    """Hand back what still runs, publish what has not begun, and end; where all ended in time nobody gets here."""
    time.sleep(settings.drain_s)
    requests = list(state.reserved_requests)
    held: dict[str, list[str]] = defaultdict(list)
    for request in requests:
        held[owner_of(request)] += ids_of(request)
    settling = threading.Thread(target=runners.settle, name="settling", daemon=True)
    settling.start()
    _let_go_of_the_broker()
    settling.join()
    Journal().warning("worker.drained", tasks=sum(len(ids) for ids in held.values()))
    settle(HAND_BACK, held)
    for process in {request.worker_pid for request in requests} - {None, os.getpid()}:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)  # only now: what a process that died held counts as a failure
    os._exit(0)


def _let_go_of_the_broker() -> None:
    """Give back the messages that this process holds; one that was asked for would still be given to it, and lost."""
    for consumer in _consumers:
        closing = threading.Thread(target=consumer.connection.close, name="closing", daemon=True)
        closing.start()
        closing.join(_CLOSE_WITHIN_S)


def watch_memory(megabytes: int) -> None:
    """Have this process replaced once it holds more; from a thread of its own."""

    def watch() -> None:
        while not _stopping.wait(_LOOK_EVERY_S):
            if _resident_bytes() > megabytes * 1024 * 1024:
                replace_this_process()
                return

    threading.Thread(target=watch, name="memory", daemon=True).start()


def _resident_bytes() -> int:
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - no file of ours
            return int(file.read().split()[1]) * _PAGE_BYTES
    except OSError:  # no Linux
        return 0
