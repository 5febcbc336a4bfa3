"""
New rules for programs that run: at SIGHUP the policy, the detectors and the processors are read anew.

Nothing is started again, so no connection is closed and no request lost: each process builds the new parts beside the
old ones and changes over between two requests or tasks; a batch that has begun ends under the rules it began under.
Each process reads the files itself, one of the cpu pool at its next task: where they are changed again before that,
processes work under different rules until the next reload. What the settings say of processes, addresses and the mesh's
own secrets counts from the next start, as does changed code of a module that was imported before.
"""

import gc
import importlib
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, Final

from gateway import renewals
from gateway.errors import GatewayError, InvalidSetting
from gateway.journal import Journal
from gateway.settings import Settings, load
from gateway.telemetry.logs import error_fields
from gateway.wiring import redaction_keys

RENEW: Final = "renew"  #: the extension of a Flask application that takes new settings
_CHECK: Final = (sys.executable, "-m", "gateway", "check", "--quick")
_CHECK_WITHIN_S: Final = 60
_SAID: Final = "portcullis: "
GOOD: Final = "The configuration is good."  #: what `portcullis check` says last of settings that it does not refuse


class SettingsInForce:
    """The last settings that were good: those of this process, and of the ones that are forked from it."""

    def __init__(self) -> None:
        self._settings: Settings | None = None
        self.began_ns = 0  #: before they were read, by the clock of `renewals`

    def __call__(self) -> Settings:
        """Return them; read at the first call."""
        if self._settings is None:
            self.began_ns = renewals.now_ns()
            self._settings = load()
        return self._settings

    def renew(self, journal: Journal) -> bool:
        """
        Take the settings as they are written now. Bad ones are refused with one line, and the old ones stay in force.

        They are tried in a process of their own: this one forks others, which are to import what the user has written
        as it is when they start. What `portcullis reload` has tried is tried again: its surroundings may be others.
        """
        began_ns = renewals.now_ns()
        try:
            _try_out()
            settings = load()
            redaction_keys(settings)
        except GatewayError as error:
            journal.error("settings.refused", reason=str(error))
            return False
        self._settings, self.began_ns = settings, began_ns
        journal.info("settings.accepted")
        return True


in_force: Final = SettingsInForce()


def renew_with(take: Callable[[Settings], object], journal: Journal) -> bool:
    """
    Have *take* build what it needs from the settings as they are now; if it cannot, what it had stays in force.

    Returns whether it could.
    """
    importlib.invalidate_caches()
    try:
        take(load())
    except GatewayError as error:
        journal.error("settings.refused", reason=str(error))
    except Exception as error:  # noqa: BLE001 - a plug-in may fail in any way
        journal.error("settings.refused", **error_fields(error))
    else:
        journal.info("settings.renewed")
        return True
    return False


def at_hangup(renew: Callable[[], bool]) -> None:
    """Call *renew*, which tells whether new settings were taken, in a thread of its own at each SIGHUP."""
    start = _aside(renew)

    def handle(number: int, frame: FrameType | None) -> None:
        del number, frame
        start()

    signal.signal(signal.SIGHUP, handle)
    signal.siginterrupt(signal.SIGHUP, False)


def _aside(renew: Callable[[], bool]) -> Callable[[], None]:
    """
    Have *renew* run in a thread, one at a time; it takes a second or more that its process has no time to wait.

    `portcullis reload` is told what came of it, and first of all that this process will hear.
    """
    one_at_a_time = threading.Lock()

    def work() -> None:
        with one_at_a_time:
            began_ns = renewals.now_ns()
            renewals.answer(began_ns=began_ns, refused=not renew())

    renewals.answer(began_ns=in_force.began_ns)
    return lambda: threading.Thread(target=work, name="renew", daemon=True).start()


def gunicorn_hooks() -> dict[str, Any]:
    """
    Return what `gunicorn.conf.py` sets so that SIGHUP does not replace the processes.

    The application keeps what takes new settings as its extension `RENEW`. gunicorn's own way closes the connections
    that service_1 keeps to service_2, on which a message may be on its way, and ends if a new process does not start.
    """
    journal = Journal()

    def renew_all(server: Any) -> bool:
        taken = in_force.renew(journal)
        if taken:
            server.kill_workers(signal.SIGHUP)
        return taken

    def when_ready(server: Any) -> None:
        in_force()
        server.handle_hup = _aside(lambda: renew_all(server))

    def post_worker_init(worker: Any) -> None:
        gc.freeze()  # what was loaded stays: a full collection would look through all of it, for a tenth of a second
        at_hangup(lambda: renew_with(worker.wsgi.extensions[RENEW], journal))

    return {"when_ready": when_ready, "post_worker_init": post_worker_init}


def _try_out() -> None:
    """
    Have a process of its own try the settings.

    Its words tell, and not its exit status: gunicorn's master collects that of every child, and then it is lost.
    Raises:
        InvalidSetting: with what is wrong.
    """
    try:
        done = subprocess.run(  # noqa: S603 - this very program
            _CHECK, stdin=subprocess.DEVNULL, capture_output=True, timeout=_CHECK_WITHIN_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InvalidSetting(f"the settings cannot be tried ({type(error).__name__})") from None
    if GOOD.encode() not in done.stdout.splitlines():
        lines = done.stderr.decode("utf-8", "replace").splitlines()
        said = next((line for line in reversed(lines) if line.startswith(_SAID)), "the settings cannot be tried")
        raise InvalidSetting(said.removeprefix(_SAID))
