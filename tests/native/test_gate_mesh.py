"""The supervision of a mesh whose programs are small stand-ins: what `up` and `down` promise whatever runs."""

import os
import re
import signal
import sys
import threading
from contextlib import ExitStack

import pytest
from harness.gate import free_port, wait_for
from harness.service import running_service

from gateway.errors import InvalidSetting
from gateway.native import mesh, processes
from gateway.native.plan import Program
from gateway.native.trial import TrialFailed
from gateway.settings import load

KEY = re.compile(r"^\s*pk_[A-Za-z0-9_-]{43}$", re.MULTILINE)


@pytest.fixture
def settings(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith("GATEWAY_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GATEWAY_HOME", str(tmp_path))
    monkeypatch.setenv("GATEWAY_PORT", str(free_port()))
    before = os.umask(0o022)
    os.umask(before)
    loaded = load()
    yield loaded
    mesh.down(loaded)
    os.umask(before)


def planned(*programs):
    return lambda *_args, **_options: programs


def sleeper(name, priority=1, code="", *, is_up=lambda: True):
    command = (
        sys.executable,
        "-c",
        f"import time; {code}; time.sleep(600)" if code else "import time; time.sleep(600)",
    )
    return Program(name=name, command=command, priority=priority, is_up=is_up, stop_within_s=2)


def up_without_a_gate(settings, *programs):
    """Start stand-ins; they take no sample messages, and stay up nevertheless."""
    with pytest.raises(TrialFailed):
        mesh.up(settings, plan=planned(*programs))


def test_what_is_up_stays_as_it_is_at_a_second_up_and_ends_with_down(settings, capsys):
    up_without_a_gate(settings, sleeper("broker"), sleeper("monitor", 2))
    running = processes.marked(settings.home)

    mesh.up(settings, plan=planned(sleeper("flower")))

    assert "already running at http://127.0.0.1:" in capsys.readouterr().out
    assert processes.marked(settings.home) == running
    assert mesh.status(settings) == 0
    mesh.down(settings)
    assert processes.marked(settings.home) == set()
    assert list(settings.run_dir.glob("*")) == []
    assert mesh.status(settings) == 1


def test_programs_stop_in_reverse_order(settings, tmp_path):
    writes = f"open({str(tmp_path / 'order')!r}, 'a').write(NAME)"
    note = f"import signal, sys; signal.signal(15, lambda *_: ({writes}, sys.exit()))"
    names = {"broker": 1, "service_1": 2, "gate": 3}
    code = {name: note.replace("NAME", repr(f"{name} ")) + f"; open({str(tmp_path / name)!r}, 'w')" for name in names}
    programs = [sleeper(name, at, code[name], is_up=(tmp_path / name).exists) for name, at in names.items()]
    up_without_a_gate(settings, *programs)

    mesh.down(settings)

    assert (tmp_path / "order").read_text().split() == ["gate", "service_1", "broker"]


def test_a_program_that_does_not_come_up_is_named_and_nothing_is_left(settings):
    fails = sleeper("monitor", 2, "print('portcullis: GATEWAY_X is not a setting'); raise SystemExit(1)")

    with pytest.raises(mesh.NotStarted) as caught:
        mesh.up(settings, plan=planned(sleeper("broker"), fails))

    said = str(caught.value)
    assert said.startswith("monitor did not come up: GATEWAY_X is not a setting; see ")
    assert "\n" not in said
    assert processes.marked(settings.home) == set()


def test_a_program_that_ends_again_and_again_is_told_as_that_and_not_as_one_that_is_slow(settings):
    dies = sleeper("monitor", 2, "time.sleep(2.5); raise KeyError('No such transport')", is_up=lambda: False)

    with pytest.raises(mesh.NotStarted) as caught:
        mesh.up(settings, plan=planned(sleeper("broker"), dies))

    said = str(caught.value)
    assert said.startswith("monitor did not come up: it ended 3 times in ")
    assert "120 s" not in said
    assert processes.marked(settings.home) == set()


@pytest.fixture
def interruptible():
    """Have SIGINT interrupt also where the tests run in a shell's background, which ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupted_up_leaves_nothing(settings):
    never = sleeper("monitor", 2, is_up=lambda: False)
    threading.Timer(4, os.kill, (os.getpid(), signal.SIGINT)).start()

    with pytest.raises(KeyboardInterrupt):
        mesh.up(settings, plan=planned(sleeper("broker"), never))

    assert processes.marked(settings.home) == set()


@pytest.mark.usefixtures("interruptible")
def test_who_interrupts_up_at_its_samples_still_gets_the_first_admins_key(settings, capsys):
    with ExitStack() as until_the_end:

        def plan(*_args, gate_port, **_options):
            gate = until_the_end.enter_context(running_service(gate_port))
            gate.behave = lambda _: os.kill(os.getpid(), signal.SIGINT)
            return (sleeper("broker"),)

        with pytest.raises(KeyboardInterrupt):
            mesh.up(settings, plan=plan)

    assert len(KEY.findall(capsys.readouterr().out)) == 1


def test_a_start_that_fails_before_its_first_program_still_shows_the_first_admins_key(settings, capsys):
    def plan(*_args, **_options):
        raise InvalidSetting("GATEWAY_LOADTEST_KEY: no quotes, please")

    with pytest.raises(InvalidSetting):
        mesh.up(settings, plan=plan)

    assert len(KEY.findall(capsys.readouterr().out)) == 1


def test_the_first_admins_key_is_shown_once_where_the_samples_fail(settings, capsys):
    up_without_a_gate(settings, sleeper("broker"))

    assert len(KEY.findall(capsys.readouterr().out)) == 1


def test_the_children_of_a_killed_supervisor_are_found_and_ended(settings):
    up_without_a_gate(settings, sleeper("broker"), sleeper("monitor", 2))
    orphans = processes.marked(settings.home)
    supervisor = int((settings.var / "supervisord.pid").read_text())
    os.kill(supervisor, signal.SIGKILL)
    wait_for(lambda: not processes.alive(supervisor), "the supervisor's end")

    up_without_a_gate(settings, sleeper("broker"))

    assert not orphans & processes.marked(settings.home)
    assert mesh.status(settings) == 0


def test_a_crashed_program_starts_again(settings):
    up_without_a_gate(settings, sleeper("broker"))
    (program,) = processes.marked(settings.home) - {int((settings.var / "supervisord.pid").read_text())}

    os.kill(program, signal.SIGKILL)

    wait_for(lambda: len(processes.marked(settings.home) - {program}) == 2, "the next one")


def test_a_bad_setting_starts_nothing(settings):
    open_to_all = settings.model_copy(update={"bind": "0.0.0.0"})

    with pytest.raises(InvalidSetting, match="GATEWAY_ANONYMOUS"):
        mesh.up(open_to_all, plan=planned(sleeper("broker")))

    assert not (settings.home / ".env").exists()


def test_a_mesh_that_never_ran_can_be_stopped(settings, capsys):
    mesh.down(settings)

    assert "is not running" in capsys.readouterr().out
