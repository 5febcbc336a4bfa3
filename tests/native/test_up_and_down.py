"""`portcullis up`, `status` and `down`, as a user meets them. `make up` calls nothing else."""

import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests
from harness.eventually import eventually
from harness.inside import owner, pids, processes_of, sockets_of, states, without
from harness.mesh import CHECKOUT, COMMAND_TIMEOUT_S, PORTCULLIS, UP_TIMEOUT_S, Mesh, free_port, running_mesh

PROGRAMS = {"broker", "service_1", "service_2", "worker-io", "worker-cpu", "monitor", "flower", "locust", "gate"}
KEY = re.compile(r"^\s*(pk_[A-Za-z0-9_-]{43})$", re.MULTILINE)
TIMEOUT_S = 30
SOCKET_PATH_LIMIT = 107


@dataclass
class Started:
    """A mesh, and what `up` said."""

    mesh: Mesh
    said: str

    @property
    def admin_key(self) -> str:
        found = KEY.search(self.said)
        assert found, self.said
        return found[1]


@dataclass
class Life:
    """What was seen of a mesh that came and went."""

    mesh: Mesh
    answers: dict[str, int] = field(default_factory=dict)  #: of this mesh and of its neighbour, while both ran
    secrets: set[str] = field(default_factory=set)
    processes: set[int] = field(default_factory=set)  #: while it ran
    left_processes: set[int] = field(default_factory=set)
    left_sockets: list[Path] = field(default_factory=list)
    status_elsewhere: int | None = None  #: what `status` ended with in a shell that has another TMPDIR
    down_said: str = ""
    neighbour_states: dict[str, str] = field(default_factory=dict)  #: after it was gone


class MeshOfNobody(Mesh):
    """A mesh whose every command runs as the user `nobody`."""

    def run(self, *arguments: str, timeout: float = COMMAND_TIMEOUT_S) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*as_nobody(), PORTCULLIS, *arguments],
            env={**self.environment, "HOME": "/nonexistent"},
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )


@pytest.fixture(scope="module")
def started(home):
    mesh = Mesh(home, port=free_port())
    try:
        yield Started(mesh, mesh.up())
    finally:
        mesh.down()


@pytest.fixture(scope="module")
def neighbour(started, tmp_path_factory):
    """
    A second mesh beside the first, from its start to its end.

    Its home's path is too long for a unix socket, and the shell that starts it has a TMPDIR of its own.
    """
    deep = tmp_path_factory.mktemp("deep").joinpath(*(f"a-folder-with-quite-a-long-name-{n}" for n in range(5)))
    with running_mesh(deep, TMPDIR=str(tmp_path_factory.mktemp("tmp"))) as mesh:
        life = Life(mesh, processes=processes_of(mesh), secrets=_secrets(mesh))
        life.answers = {name: _send(one).status_code for name, one in (("it", mesh), ("first", started.mesh))}
        del mesh.environment["TMPDIR"]
        life.status_elsewhere = mesh.run("status").returncode
        life.down_said = mesh.run("down").stdout
        life.left_processes, life.left_sockets = processes_of(mesh), sockets_of(mesh)
        life.neighbour_states = states(started.mesh)
    yield life
    shutil.rmtree(deep, ignore_errors=True)


@pytest.fixture(scope="module")
def mesh_of_nobody():
    if os.geteuid() != 0:
        pytest.skip("all of these tests run as an ordinary user here")
    if not _nobody_can_run_us():
        pytest.skip("Python or the checkout lies where nobody but root may look, and no view without that can be made")
    home = Path(tempfile.mkdtemp(prefix="portcullis-nobody-"))
    os.chown(home, pwd.getpwnam("nobody").pw_uid, -1)
    mesh = MeshOfNobody(home, port=free_port())
    try:
        yield Started(mesh, mesh.up())
    finally:
        mesh.down()
        shutil.rmtree(home, ignore_errors=True)


def as_nobody() -> list[str]:
    """
    Return the command that runs another one as `nobody`.

    Where Python or the checkout lies in a folder that is root's alone, such as /root, that other one gets a view of the
    file system of its own, in which the folder shows these two and can be entered. Nobody else sees that view.
    """
    become = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"]
    needed = [Path(sys.base_prefix), Path(sys.prefix), CHECKOUT]
    closed = next((up for path in needed for up in reversed(path.parents) if not up.stat().st_mode & 0o001), None)
    if closed is None:
        return become
    shown = [str(path) for path in needed if path.is_relative_to(closed)]
    lines = [f'mount --bind "{path}" "$stash/{at}"' for at, path in enumerate(shown)]
    lines += [f'mount -t tmpfs -o mode=0755 view "{closed}"']
    lines += [f'mkdir -p "{path}"; mount --bind "$stash/{at}" "{path}"' for at, path in enumerate(shown)]
    stash = "stash=$(mktemp -d); mount -t tmpfs view $stash; mkdir " + " ".join(
        f"$stash/{at}" for at in range(len(shown))
    )
    view = "; ".join(["set -e", stash, *lines, "umount -l $stash; rmdir $stash", 'exec "$@"'])
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", view, "view", *become]


def _nobody_can_run_us() -> bool:
    ask = [*as_nobody(), sys.executable, "-c", "import gateway, os, sys; print(os.getuid(), sys.version)"]
    try:
        done = subprocess.run(ask, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    except OSError:
        return False
    return done.stdout.strip() == f"{pwd.getpwnam('nobody').pw_uid} {sys.version}"


def _send(mesh: Mesh) -> requests.Response:
    return requests.post(f"{mesh.url}/producer/messages", json={"text": "The ferry is late."}, timeout=TIMEOUT_S)


def _secrets(mesh: Mesh) -> set[str]:
    lines = (mesh.home / ".env").read_text().splitlines()
    return {line.partition("=")[2] for line in lines if re.match(r"GATEWAY_\w*(TOKEN|KEY)=", line)}


def _refusal(mesh: Mesh, command: str = "up") -> str:
    """Return the one line that a command ends with, and see that it left nothing behind."""
    done = mesh.run(command, timeout=UP_TIMEOUT_S)
    try:
        assert done.returncode == 1, done.stdout
        assert processes_of(mesh) == set()
    finally:
        if done.returncode == 0:
            mesh.down()
    lines = (done.stdout + done.stderr).splitlines()
    assert len(lines) == 1, lines
    return lines[0]


# --- a fresh home ---


def test_up_on_a_fresh_home_sends_three_messages_and_prints_what_became_of_them(started):
    assert re.search(r"^ +a plain one +200 +forwarded, nothing found$", started.said, re.MULTILINE)
    assert re.search(r"^ +a queued one +202 +queued, nothing found, its task completed$", started.said, re.MULTILINE)
    assert re.search(r"^ +one with a card +422 +held, found CREDIT_CARD, EMAIL_ADDRESS$", started.said, re.MULTILINE)


def test_every_address_that_up_prints_answers_with_the_key_that_it_prints(started):
    addresses = {word for word in started.said.split() if word.startswith(started.mesh.url + "/")}

    answers = {
        address: requests.get(address, auth=("anybody", started.admin_key), timeout=TIMEOUT_S).status_code
        for address in addresses
    }

    takes_posts_only = {f"{started.mesh.url}/producer/messages": 405}
    assert len(answers) >= 6
    assert answers == {**dict.fromkeys(addresses, 200), **takes_posts_only}


def test_the_pages_for_operators_ask_for_a_key(started):
    pages = ("dashboard", "load-test", "logs", "error_reports")

    answers = [requests.get(f"{started.mesh.url}/{page}/", timeout=TIMEOUT_S).status_code for page in pages]

    assert answers == [401] * len(pages)


def test_the_env_file_is_for_its_owner_only_and_holds_secrets(started):
    file = started.mesh.home / ".env"

    secrets = _secrets(started.mesh)

    assert file.stat().st_mode & 0o777 == 0o600
    assert len(secrets) == 4
    assert all(len(secret) >= 43 for secret in secrets)


def test_nobody_but_the_owner_may_look_into_a_home(started):
    folders = [started.mesh.home / name for name in ("var", "logs", "error_reports")]

    assert [folder.stat().st_mode & 0o077 for folder in folders] == [0, 0, 0]


def test_a_second_up_says_that_it_runs_and_changes_nothing(started):
    before, env = pids(started.mesh), (started.mesh.home / ".env").read_bytes()

    said = started.mesh.up()

    assert said.splitlines() == [f"Portcullis is already running at {started.mesh.url}"]
    assert pids(started.mesh) == before
    assert (started.mesh.home / ".env").read_bytes() == env


# --- status and down ---


def test_status_lists_every_program_and_exits_with_0_while_all_of_them_run(started):
    done = started.mesh.run("status")

    assert done.returncode == 0
    assert set(re.findall(r"^ +(\S+) +running +\d+ ", done.stdout, re.MULTILINE)) == PROGRAMS


def test_status_exits_with_1_while_a_program_is_not_running(started):
    with without(started.mesh, "flower"):
        done = started.mesh.run("status")
    eventually(lambda: set(states(started.mesh).values()) == {"RUNNING"})

    assert done.returncode == 1
    assert re.search(r"^ +flower +stopped", done.stdout, re.MULTILINE)


def test_status_and_down_of_a_home_without_a_mesh_say_so(tmp_path):
    mesh = Mesh(tmp_path / "home", port=free_port())

    status, down = mesh.run("status"), mesh.run("down")

    assert (status.returncode, status.stdout) == (1, "Portcullis is not running\n")
    assert (down.returncode, down.stdout) == (0, "Portcullis is not running\n")


def test_two_meshes_run_side_by_side(neighbour):
    assert neighbour.answers == {"it": 200, "first": 200}
    assert set(neighbour.neighbour_states.values()) == {"RUNNING"}


def test_each_home_has_secrets_of_its_own(started, neighbour):
    assert _secrets(started.mesh).isdisjoint(neighbour.secrets)


def test_a_home_may_have_a_path_that_is_too_long_for_a_unix_socket(neighbour):
    assert len(str(neighbour.mesh.home)) > SOCKET_PATH_LIMIT
    assert neighbour.answers["it"] == 200


def test_a_shell_with_another_folder_for_temporary_files_finds_a_mesh_in_a_long_home(neighbour):
    assert neighbour.status_elsewhere == 0


def test_down_leaves_no_process_and_no_socket(neighbour):
    assert len(neighbour.processes) >= len(PROGRAMS)
    assert neighbour.down_said == "Portcullis has stopped\n"
    assert neighbour.left_processes == set()
    assert neighbour.left_sockets == []


def test_up_works_again_after_everything_was_killed(started):
    task = requests.post(f"{started.mesh.url}/producer/tasks", json={"content": "Count me."}, timeout=TIMEOUT_S).json()
    before = processes_of(started.mesh)
    for pid in sorted(before):
        os.kill(pid, signal.SIGKILL)
    eventually(lambda: not processes_of(started.mesh))

    said = started.mesh.up()

    found = requests.get(f"{started.mesh.url}/producer/tasks/{task['id']}", timeout=TIMEOUT_S)
    assert f"Portcullis is running at {started.mesh.url}" in said
    assert not KEY.search(said), "the admin's key is made once"
    assert found.status_code == 200
    assert started.mesh.run("status").returncode == 0
    assert before.isdisjoint(processes_of(started.mesh))


# --- what stops a start: one line, and nothing left behind ---


def test_a_port_in_use_is_one_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        line = _refusal(Mesh(tmp_path / "home", port=port))

    assert line == (
        f"portcullis: port {port} of 127.0.0.1 is in use: stop what uses it, or set GATEWAY_PORT to another"
    )


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("GATEWAY_PROT", "1", "GATEWAY_PROT is not a setting; did you mean GATEWAY_PORT?"),
        ("GATEWAY_PORT", "abc", "GATEWAY_PORT: "),
        ("GATEWAY_PORT", "65536", "GATEWAY_PORT: "),
        ("GATEWAY_WORKERS_CPU", "0", "GATEWAY_WORKERS_CPU: "),
        ("GATEWAY_LOG_FORMAT", "yaml", "GATEWAY_LOG_FORMAT: "),
        ("GATEWAY_BIND", "192.0.2.1", "GATEWAY_BIND"),
        ("GATEWAY_BIND", "0.0.0.0", "GATEWAY_ANONYMOUS"),
        ("GATEWAY_NGINX", "/nowhere", "GATEWAY_NGINX: no such program"),
        ("GATEWAY_REDIS_SERVER", "/nowhere", "GATEWAY_REDIS_SERVER: no such program"),
        ("GATEWAY_DATABASE_URL", "nonsense", "GATEWAY_DATABASE_URL"),
        ("GATEWAY_DATABASE_URL", "postgresql://u:secret-9fK3@127.0.0.1:9/n", "GATEWAY_DATABASE_URL: the ledger"),
        ("GATEWAY_BROKER_URL", "http://u:secret-9fK3@127.0.0.1:9", "GATEWAY_BROKER_URL: it has to begin with one of"),
    ],
)
def test_a_bad_setting_is_one_line_that_names_it(tmp_path, setting, value, words):
    mesh = Mesh(tmp_path / "home", port=free_port(), settings={setting: value})

    line = _refusal(mesh)

    assert line.startswith("portcullis: ")
    assert words in line
    assert "secret" not in line


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("policy = [", "gateway.toml:1: "),
        ('[policy]\nrulez = "all"', "gateway.toml:2: policy.rulez: "),
        ('[[policy.rules]]\nthen = "explode"', "gateway.toml:2: policy.rules[0].then: "),
        ('[[policy.rules]]\nwhen = { entity_types = ["E_MAIL"] }\nthen = "hold"', "E_MAIL is not known"),
        (
            '[[screening.patterns]]\nentity_type = "STAFF_ID"\nregex = "(?=a)"\nscore = 0.9',
            "gateway.toml:3: screening.patterns[0].regex: ",
        ),
        (
            '[processing.processors]\ninvoice = "no_such_module:render"',
            "gateway.toml:2: processing.processors.invoice: ",
        ),
        ('[screening]\ndetectors = ["emial"]', "gateway.toml:2: screening.detectors[0]: there is no detector 'emial'"),
    ],
)
@pytest.mark.parametrize("command", ["check", "up"])
def test_a_bad_gateway_toml_is_one_line_that_names_the_place(tmp_path, toml, words, command):
    mesh = Mesh(tmp_path / "home", port=free_port())
    mesh.home.mkdir()
    (mesh.home / "gateway.toml").write_text(toml)

    line = _refusal(mesh, command)

    assert line.startswith("portcullis: ")
    assert words in line


def test_a_home_that_cannot_be_made_is_one_line(tmp_path):
    (tmp_path / "file").write_text("no folder")

    line = _refusal(Mesh(tmp_path / "file" / "home", port=free_port()))

    assert line.startswith("portcullis: ")


def test_a_home_with_a_space_and_letters_of_other_scripts_is_taken_by_check(tmp_path):
    done = Mesh(tmp_path / "mein Zuhause ö", port=free_port()).run("check")

    assert (done.returncode, done.stdout) == (0, "The configuration is good.\n")


# --- an ordinary user ---


def test_a_mesh_of_an_ordinary_user_takes_messages(mesh_of_nobody):
    assert re.search(r"a queued one +202 +queued, nothing found, its task completed", mesh_of_nobody.said)
    assert _send(mesh_of_nobody.mesh).status_code == 200


def test_every_process_and_file_of_an_ordinary_users_mesh_is_that_users(mesh_of_nobody):
    nobody = pwd.getpwnam("nobody").pw_uid
    home = mesh_of_nobody.mesh.home

    processes = {owner(pid) for pid in processes_of(mesh_of_nobody.mesh)}
    files = {path.lstat().st_uid for path in home.rglob("*")}

    assert processes == {nobody}
    assert files == {nobody}
