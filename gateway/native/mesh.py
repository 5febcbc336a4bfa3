"""The mesh on one machine: up, down, status, logs."""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

import typer

from gateway import renewals
from gateway.checks import try_out
from gateway.errors import GatewayError
from gateway.native import leftovers, processes
from gateway.native.folders import private_folder, write_private
from gateway.native.home import make_folders, prepare_home
from gateway.native.plan import INNER_PORTS, NAMES, Program, gate_url, metrics_folder, programs
from gateway.native.ports import choose_gate_port, inner_ports
from gateway.native.programs import find_nginx, find_redis_server
from gateway.native.summary import print_summary, print_warnings
from gateway.native.supervision import ProgramState, Supervisor, SupervisorFailed
from gateway.native.templates import render
from gateway.native.trial import Verdict, send_samples
from gateway.settings import CHECKOUT, Settings

LOGS: Final = ("service_1", "service_2", "worker-io", "worker-cpu", "monitor", "nginx-access", "nginx-error")
_BY_RULES: Final = ("service_1", "service_2", "worker-io", "worker-cpu", "monitor")  #: who takes new settings
_UP_WITHIN_S: Final = 120  #: Flower and Locust take their time on a busy machine
_DOWN_WITHIN_S: Final = 360  #: the sum of what each program may take, and some
_TAKEN_WITHIN_S: Final = 60  #: a language model takes its time to load
_OTHERS_WITHIN_S: Final = _UP_WITHIN_S + _DOWN_WITHIN_S  #: that a second waits for the first, which may stop again
_POLL_S: Final = 0.2
_ENDS_TOLERATED: Final = 3  #: a program that ended this often will not come up
_BROKER_TEMPLATE: Final = CHECKOUT / "deploy" / "native" / "broker.conf"


class Planner(Protocol):
    """Tells what to start."""

    def __call__(
        self, settings: Settings, *, gate_port: int, inner: Mapping[str, int], redis_server: Path | None
    ) -> tuple[Program, ...]:
        """Return the programs, in the order of their start; no broker without *redis_server*."""


class NotStarted(GatewayError):
    """A program did not come up."""

    code = "not_started"


class RulesNotTaken(GatewayError):
    """A program does not work under the new rules."""

    code = "rules_not_taken"


def up(settings: Settings, *, plan: Planner = programs) -> None:
    """
    Start the mesh of this home, wait until it answers, send three messages through it and print what came of them.

    One that runs already stays as it is.

    Args:
        settings: of the home, as they are before its `.env` is made.
        plan: tells the programs; tests give small ones.

    Raises:
        InvalidSetting: a setting is wrong, or the port is in use.
        ProgramMissing: there is no NGINX, or no server that speaks Redis.
        NotStarted: a program did not come up; what was started has been stopped again. Or this is no Linux.
        TrialFailed: all is up, and stays so, but a sample message did not get through.
    """
    if not processes.can_be_told():
        raise NotStarted("Portcullis needs Linux, whose /proc tells of its processes; elsewhere: docker compose up")
    os.umask(0o077)  # the ledger is made here
    make_folders(settings)
    first_admin_key: str | None = None
    try:
        with _alone(settings):
            supervisor = Supervisor(settings)
            if supervisor.runs():
                typer.echo(f"Portcullis is already running at {_running_url(settings)}")
                return
            print_warnings(try_out(settings))
            leftovers.end(settings)
            find_nginx(settings)
            redis_server = None if settings.broker_url else find_redis_server(settings)
            port = choose_gate_port(settings)
            prepared = prepare_home(settings)
            settings, first_admin_key = prepared.settings, prepared.first_admin_key
            inner = inner_ports(settings.var / "ports.json", INNER_PORTS)
            planned = plan(settings, gate_port=port, inner=inner, redis_server=redis_server)
            url = gate_url(settings.bind, port)
            _start(settings, supervisor, planned, url)
        key = settings.loadtest_key.get_secret_value() if settings.anonymous == "none" else None
        verdicts, failure = _try(url, key)
    except BaseException:
        if first_admin_key:  # nobody can show it again
            typer.echo(f"The first admin's key, shown this once:\n  {first_admin_key}")
        raise
    print_summary(url, verdicts, home=settings.home, needs_key=key is not None, first_admin_key=first_admin_key)
    if failure:
        raise failure


def down(settings: Settings) -> None:
    """
    Stop the mesh of this home in order, and see to it that no process is left.

    Raises:
        NotStarted: it does not stop in time.
        ProcessLeft: a process does not end, even when killed.
    """
    if not settings.var.is_dir():
        typer.echo("Portcullis is not running")
        return
    make_folders(settings)
    with _alone(settings):
        ran = bool(leftovers.found(settings))
        _stop(settings, Supervisor(settings))
    typer.echo("Portcullis has stopped" if ran else "Portcullis is not running")


def reload(settings: Settings) -> None:
    """
    Have the running programs read policy, detectors and processors anew, and wait until they have; no request is lost.

    Raises:
        NotStarted: the mesh does not run.
        SupervisorFailed: a program does not.
        RulesNotTaken: a program refuses them, or does not say in time that it has taken them.
    """
    supervisor = Supervisor(settings)
    if not supervisor.runs():
        raise NotStarted("Portcullis is not running")
    private_folder(renewals.folder_of(settings.home))
    since_ns = renewals.now_ns()
    for name in _pids_by_rules(supervisor):
        supervisor.hang_up(name)
    _wait_until_taken(settings, supervisor, since_ns)
    typer.echo("The new rules are in force: for every request from now on, and for every task that begins")


def status(settings: Settings) -> int:
    """Print what runs, and return 0 only if everything does."""
    supervisor = Supervisor(settings)
    try:
        states = supervisor.states()
    except SupervisorFailed:
        typer.echo("Portcullis is not running")
        return 1
    typer.echo(f"Portcullis at {_running_url(settings)}")
    typer.echo(f"  {'program':<12} {'state':<9} {'pid':>8}  up for")
    for one in states:
        typer.echo(f"  {one.name:<12} {one.state.lower():<9} {one.pid or '-':>8}  {_duration(one.up_s)}")
    return 0 if states and all(one.state == "RUNNING" for one in states) else 1


def follow_logs(settings: Settings) -> None:
    """Become a `tail` that follows the logs, over their rotation too; ends when interrupted."""
    files = [str(settings.logs / f"{name}.txt") for name in LOGS]
    os.execvp("tail", ["tail", "-n", "10", "-F", *files])  # noqa: S606, S607 - no shell; the user's own tail


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Let one `up` or `down` of a home work at a time."""
    private_folder(settings.var)
    with (settings.var / "mesh.lock").open("w") as file:
        deadline = time.monotonic() + _OTHERS_WITHIN_S
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise NotStarted("another up or down of this mesh is still at work") from None
                time.sleep(_POLL_S)
        yield


def _start(settings: Settings, supervisor: Supervisor, planned: Sequence[Program], url: str) -> None:
    """Start everything and wait for it; if that fails, stop what was started."""
    values = {"socket": settings.run_dir / "broker.sock", "folder": settings.var / "broker"}
    write_private(settings.var / "broker.conf", render(_BROKER_TEMPLATE, values))
    for name in NAMES:  # numbers of processes that have ended are nobody's
        shutil.rmtree(metrics_folder(settings, name), ignore_errors=True)
    for program in planned:
        if "PROMETHEUS_MULTIPROC_DIR" in program.environment:
            private_folder(metrics_folder(settings, program.name))
    if settings.log_to == "files":
        for name in LOGS:  # for whoever follows them before their first line
            (settings.logs / f"{name}.txt").touch(mode=0o600)
    shutil.rmtree(renewals.folder_of(settings.home), ignore_errors=True)
    private_folder(renewals.folder_of(settings.home))
    typer.echo(f"Starting {', '.join(program.name for program in planned)}")
    try:
        supervisor.start(planned)
        _wait_until_up(settings, supervisor, planned)
        write_private(settings.var / "mesh.json", json.dumps({"url": url}) + "\n")
    except BaseException:
        _stop(settings, supervisor)
        raise


def _wait_until_up(settings: Settings, supervisor: Supervisor, planned: Sequence[Program]) -> None:
    began = time.monotonic()
    waiting = list(planned)
    ends: dict[str, set[int]] = {program.name: set() for program in planned}
    while waiting:
        states = {one.name: one for one in supervisor.states()}
        after_s = time.monotonic() - began
        for name, one in states.items():
            ends[name] |= {one.ended_at} - {0}
            if one.state == "FATAL" or len(ends[name]) >= _ENDS_TOLERATED:
                raise NotStarted(_why_not(settings, one, after_s=after_s, ends=len(ends[name])))
        waiting = [one for one in waiting if states[one.name].state != "RUNNING" or not one.is_up()]
        if waiting and after_s > _UP_WITHIN_S:
            slow = states[waiting[0].name]
            raise NotStarted(_why_not(settings, slow, after_s=after_s, ends=len(ends[slow.name])))
        if waiting:
            time.sleep(_POLL_S)


def _pids_by_rules(supervisor: Supervisor) -> dict[str, int]:
    """Return who takes new settings, by name; service_2 may be elsewhere."""
    return {one.name: one.pid for one in supervisor.states() if one.name in _BY_RULES}


def _wait_until_taken(settings: Settings, supervisor: Supervisor, since_ns: int) -> None:
    """
    Wait until every process that decides by rules has read them since then.

    Those of a pool do so at their next task, by what the pool's first process has said.
    """
    deadline = time.monotonic() + _TAKEN_WITHIN_S
    while True:
        programs, answers = _pids_by_rules(supervisor), renewals.answers(settings.home)
        late = set()
        for name, pid in programs.items():
            is_parent = pid and name.startswith("service_")  # 0: it is just starting
            asked = {pid, *(each for each in answers if is_parent and processes.parent(each) == pid)}
            said = [answers[each] for each in asked if each in answers]
            if any(one.refused and one.began_ns >= since_ns for one in said):
                raise RulesNotTaken(f"{name} refused the new rules and works under the old ones: its log says why")
            if len(said) < len(asked) or any(one.began_ns < since_ns for one in said):
                late.add(name)
        if not late:
            return
        if time.monotonic() > deadline:
            raise RulesNotTaken(
                f"{', '.join(sorted(late))}: not under the new rules after {_TAKEN_WITHIN_S} s; the log may say why"
            )
        time.sleep(_POLL_S)


def _why_not(settings: Settings, state: ProgramState, *, after_s: float, ends: int) -> str:
    """Say what happened in one line; a line of our own making in the program's output is safe to repeat."""
    output = settings.var / "output" / f"{state.name}.txt"
    try:
        lines = output.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    said = next((line for line in reversed(lines) if line.startswith("portcullis: ")), "")
    if state.pid and not ends:
        reason = f"it did not answer within {after_s:.0f} s"
    else:
        ended = f"ended {ends} times in {after_s:.0f} s" if ends > 1 else f"ended with exit code {state.exit_status}"
        reason = said.removeprefix("portcullis: ") or f"it {ended}"
    return f"{state.name} did not come up: {reason}; see {output}"


def _stop(settings: Settings, supervisor: Supervisor) -> None:
    """Have everything stopped in order, wait for it, and end what is left."""
    pid = supervisor.pid()
    if pid is not None:
        supervisor.shut_down()
        deadline = time.monotonic() + _DOWN_WITHIN_S
        while processes.alive(pid):
            if time.monotonic() > deadline:
                raise NotStarted(f"the supervisor, process {pid}, does not stop")
            time.sleep(_POLL_S)
    leftovers.end(settings)


def _try(url: str, key: str | None) -> tuple[list[Verdict], GatewayError | None]:
    """Send the samples; what goes wrong is handed back, for the summary goes first."""
    try:
        return send_samples(url, key=key), None
    except GatewayError as error:
        return [], error


def _running_url(settings: Settings) -> str:
    file: Path = settings.var / "mesh.json"
    try:
        return str(json.loads(file.read_text(encoding="utf-8"))["url"])
    except (OSError, ValueError, KeyError):
        return "an address that is not known yet"


def _duration(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}"
