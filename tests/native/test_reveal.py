"""`portcullis reveal` as an admin uses it; the mesh need not run for it."""

import pytest
from harness.mesh import Mesh
from harness.ports import free_port

from gateway.screening.tokens import TokenKeys
from gateway.settings import load

EMAIL = "ana@example.org"


@pytest.fixture(scope="module")
def mesh(home):
    mesh = Mesh(home, port=free_port())
    assert mesh.run("init").returncode == 0
    mesh.environment["PORTCULLIS_KEY"] = mesh.key("admin")
    return mesh


@pytest.fixture
def token(mesh) -> str:
    settings = load({"GATEWAY_HOME": str(mesh.home)})
    return TokenKeys.from_setting(settings.token_key.get_secret_value()).token("EMAIL_ADDRESS", EMAIL)


def journal(mesh: Mesh) -> str:
    return (mesh.home / "logs" / "reveal.txt").read_text()


def test_a_text_with_a_token_is_printed_with_its_value(mesh, token):
    done = mesh.run("reveal", stdin=f"to {token}, é\n")

    assert (done.returncode, done.stdout, done.stderr) == (0, f"to {EMAIL}, é\n", "")
    assert "token.revealed" in journal(mesh).splitlines()[-1]
    assert EMAIL not in journal(mesh)


def test_without_a_key_and_a_terminal_one_line_says_what_is_missing(mesh, token):
    nobody = Mesh(mesh.home, port=mesh.port)

    done = nobody.run("reveal", stdin=token)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "portcullis: PORTCULLIS_KEY is not set, and there is no terminal to ask at\n"


@pytest.mark.parametrize("role", ["client", "operator"])
def test_a_lower_role_reads_nothing(mesh, token, role):
    lower = Mesh(mesh.home, port=mesh.port, settings={"PORTCULLIS_KEY": mesh.key(role)})

    done = lower.run("reveal", stdin=token)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "portcullis: The key's role does not allow this.\n"
    assert "token.refused" in journal(mesh).splitlines()[-1]


def test_a_token_that_was_changed_is_one_line(mesh, token):
    done = mesh.run("reveal", stdin=token.replace("EMAIL", "GMAIL"))

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("portcullis: A token cannot be read")
    assert done.stderr.count("\n") == 1


def test_nothing_is_revealed_where_it_cannot_be_written_down(mesh, token):
    log = mesh.home / "logs" / "reveal.txt"
    log.rename(log.with_suffix(".kept"))
    log.mkdir()

    done = mesh.run("reveal", stdin=token)

    log.rmdir()
    assert (done.returncode, done.stdout) == (1, "")
    assert "cannot be written to the journal" in done.stderr
