import os
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

from gateway.native import mesh, processes
from gateway.settings import Settings

if not os.path.isdir("/proc/self"):  # noqa: PTH112 - before any fixture
    pytest.skip("only Linux tells about processes in /proc", allow_module_level=True)

IGNORES_TERM = "import signal, time; signal.signal(15, signal.SIG_IGN); print(flush=True); time.sleep(60)"


@contextmanager
def a_process(*command, home=None, **options):
    environment = {**os.environ, **({processes.MARK: str(home)} if home else {})}
    with subprocess.Popen(command or ("sleep", "60"), env=environment, **options) as child:
        try:
            yield child
        finally:
            child.kill()


def test_a_process_belongs_to_the_home_whose_mark_it_carries(tmp_path):
    with a_process(home=tmp_path) as ours, a_process(home=f"{tmp_path}2") as theirs, a_process() as nobodys:
        found = processes.marked(tmp_path)

    assert ours.pid in found
    assert not {theirs.pid, nobodys.pid} & found


def test_who_asks_is_never_found(tmp_path):
    code = f"from gateway.native import processes; import sys; sys.exit(len(processes.marked({str(tmp_path)!r})))"

    with a_process(sys.executable, "-c", code, home=tmp_path) as asking:
        assert asking.wait(30) == 0


def test_a_process_that_listens_is_asked(tmp_path):
    with a_process(home=tmp_path) as child:
        assert processes.end({child.pid}, lambda _: True, grace_s=30) == set()
        assert child.wait(30) == -signal.SIGTERM


def test_a_process_that_does_not_listen_is_made_to(tmp_path):
    with a_process(sys.executable, "-c", IGNORES_TERM, home=tmp_path, stdout=subprocess.PIPE) as child:
        child.stdout.readline()

        assert processes.end({child.pid}, lambda _: True, grace_s=0.2) == set()
        assert child.wait(30) == -signal.SIGKILL


def test_a_process_that_is_no_longer_ours_is_left_alone():
    with a_process() as stranger:
        processes.end({stranger.pid}, lambda _: False, grace_s=0.1)

        assert stranger.poll() is None


def test_a_session_counts_only_together_with_its_folder(tmp_path):
    (tmp_path / "nginx").mkdir()
    with a_process(start_new_session=True, cwd=tmp_path / "nginx") as child:
        assert processes.in_session(child.pid, tmp_path / "nginx") == {child.pid}
        assert processes.in_session(child.pid, tmp_path) == set()


def test_a_mesh_is_not_started_where_its_processes_could_not_be_told(tmp_path, monkeypatch):
    monkeypatch.setattr(processes, "_PROC", tmp_path / "proc")

    with pytest.raises(mesh.NotStarted, match=r"^Portcullis needs Linux.*\Z"):
        mesh.up(Settings(home=tmp_path / "home"))

    assert list(tmp_path.iterdir()) == []


def test_one_that_has_ended_is_not_alive():
    with a_process("true") as child:
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)

        assert not processes.alive(child.pid)
    assert not processes.alive(child.pid)
