"""Whether services, broker, ledger and workers answer: one alert when one stops, one when it is back."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.alerts.alarm import Alarm
from gateway.errors import GatewayError
from gateway.journal import Journal
from gateway.ledger.alert import AlertType, NewAlert, Severity
from gateway.ledger.ledger import Ledger
from gateway.ledger.moves import MONITOR
from gateway.message.ids import new_id
from gateway.telemetry import metrics
from gateway.telemetry.logs import error_fields, rfc3339

_EVERY_S: Final = 10.0
_FAILURES: Final = 2  #: in a row make an outage
_START_S: Final = 60.0  #: for as long one that has not answered yet may still be starting
_NEWEST_ALERTS: Final = 200  #: among which another monitor's outages are looked for
_OVER: Final = ":over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """Something that has to answer."""

    name: str
    probe: Callable[[], object]  #: raises a GatewayError where it is down; has a time limit of its own
    behind: str = ""  #: the check without which this one says nothing


@dataclass(slots=True)
class _State:
    has_answered: bool = False
    failures: int = 0
    down_since: float | None = None  #: of an outage that is told, or is to be


class HealthChecks:
    """Asks everything in turn, in a thread of its own: no slow answer delays what the monitor puts right."""

    def __init__(
        self,
        checks: Sequence[Check],
        *,
        ledger: Ledger,
        alarm: Alarm,
        journal: Journal,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._checks = checks
        self._ledger = ledger
        self._alarm = alarm
        self._journal = journal
        self._wall = wall
        self._began_at = wall()
        self._states = {check.name: _State() for check in checks}
        self._unwritten: list[NewAlert] = []  #: while the ledger is away
        self._recalled = False

    def run(self, *, until: Callable[[], bool], wait: Callable[[float], object], leads: Callable[[], bool]) -> None:
        """
        Ask every ten seconds.

        Args:
            until: tells when to stop; what stops answering after that is being stopped, too.
            wait: sleeps for some seconds, less if it should stop.
            leads: whether this monitor is the one that raises alerts.
        """
        while not until():
            try:
                self.ask_all(until=until, leads=leads())
            except Exception as error:  # noqa: BLE001 - whatever it is, the next round comes
                self._journal.error("monitor.hindered", duty="check_health", **error_fields(error))
            wait(_EVERY_S)

    def ask_all(self, *, until: Callable[[], bool] = lambda: False, leads: bool = True) -> None:
        """Ask everything once, and raise what alerts come of it."""
        answers: dict[str, bool] = {}
        for check in self._checks:
            if answers.get(check.behind, True):
                answers[check.name] = self._answers(check)
        if until():
            return
        for name, up in answers.items():
            metrics.dependency_up.labels(name).set(up)
        if not leads:
            self._recalled = False
            return
        if not self._recalled and answers.get("ledger", True):
            self._recall()
        for name, up in answers.items():
            self._note(name, up=up)
        self._write()

    def _answers(self, check: Check) -> bool:
        try:
            check.probe()
        except Exception:  # noqa: BLE001 - whatever keeps it from answering
            return False
        return True

    def _note(self, name: str, *, up: bool) -> None:
        state, now = self._states[name], self._wall()
        if up:
            if state.down_since is not None:
                self._journal.info("service.back", name=name, seconds=now - state.down_since)
                self._unwritten.append(_over(name, since=state.down_since, now=now))
            self._states[name] = _State(has_answered=True)
            return
        state.failures += 1
        starting = not state.has_answered and now - self._began_at < _START_S
        if state.failures >= _FAILURES and state.down_since is None and not starting:
            state.down_since = now
            self._journal.error("service.down", name=name)
            self._unwritten.append(_down(name, now=now))

    def _write(self) -> None:
        """Record the alerts; where the ledger is away the log has told it, and they are recorded once it is back."""
        while self._unwritten:
            try:
                self._alarm.raise_alert(self._unwritten[0])
            except GatewayError:
                return
            del self._unwritten[0]

    def _recall(self) -> None:
        """
        Learn from the ledger which outages last, so that each is told once, whoever led when it began or ended.

        What is yet to be written is newer than all that the ledger knows.
        """
        seen = {alert.subject.removesuffix(_OVER) for alert in self._unwritten}
        for alert in self._ledger.alerts(limit=_NEWEST_ALERTS):
            name = alert.subject.removesuffix(_OVER)
            if alert.type is AlertType.SERVICE_DOWN and name in self._states and name not in seen:
                seen.add(name)
                self._states[name].down_since = alert.at / 1000 if alert.subject == name else None
        self._recalled = True


def _down(name: str, *, now: float) -> NewAlert:
    return NewAlert(
        id=new_id(),
        type=AlertType.SERVICE_DOWN,
        severity=Severity.HIGH,
        description=f"{name} does not answer since {rfc3339(now)}.",
        action="The monitor keeps asking, and tells when it answers again.",
        caller=MONITOR,
        request_id=None,
        subject=name,
    )


def _over(name: str, *, since: float, now: float) -> NewAlert:
    return NewAlert(
        id=new_id(),
        type=AlertType.SERVICE_DOWN,
        severity=Severity.LOW,
        description=f"{name} answers again: it was down from {rfc3339(since)} to {rfc3339(now)}.",
        action="Nothing is left to do: what waited for it goes on.",
        caller=MONITOR,
        request_id=None,
        subject=name + _OVER,
    )
