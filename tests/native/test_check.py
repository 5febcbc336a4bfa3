"""`portcullis check` as its user sees it, with code of the user's own."""

import socket

import pytest
from harness.acme import POLICY, install
from harness.mesh import Mesh
from harness.ports import free_port


@pytest.fixture
def mesh(tmp_path):
    install(tmp_path / "code")
    home = tmp_path / "home"
    home.mkdir()
    return Mesh(home, port=free_port(), settings={"PYTHONPATH": str(tmp_path / "code")})


def checked(mesh: Mesh, policy: str):
    (mesh.home / "gateway.toml").write_text(policy)
    return mesh.run("check")


def refusal(mesh: Mesh, policy: str) -> str:
    done = checked(mesh, policy)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_the_documented_example_is_good_and_each_detector_of_ones_own_is_timed(mesh):
    done = checked(mesh, POLICY)

    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["detector", "STAFF_ID", "acme_pii:StaffId", "acme", "The"]
    assert lines[-1] == "The configuration is good."


def test_a_detector_that_is_far_too_slow_is_refused_with_its_line(mesh):
    told = refusal(mesh, POLICY.replace("acme_pii:StaffId", "acme_pii:Slow"))

    assert told.startswith("portcullis: gateway.toml:26: screening.detectors[1]: acme_pii:Slow ")
    assert "letters" in told


@pytest.mark.parametrize("name", ["nothing", "nobodys"])
def test_an_entry_point_that_leads_nowhere_is_one_line(mesh, name):
    told = refusal(mesh, POLICY.replace('"acme"]', f'"{name}"]'))

    assert told.startswith("portcullis: gateway.toml:26: screening.detectors[2]: ")
    assert f"'{name}'" in told


def test_a_pattern_is_refused_with_the_line_of_its_expression(mesh):
    told = refusal(mesh, POLICY.replace(r"\d{6}\b", r"(\d{6}\b"))

    assert told == "portcullis: gateway.toml:22: screening.patterns[0].regex: missing ): \\bSTF-(\\d{6}\\b\n"


@pytest.mark.parametrize("setting", ["GATEWAY_NGINX", "GATEWAY_REDIS_SERVER"])
def test_a_program_that_is_not_there_is_refused_before_a_start_would(mesh, setting):
    mesh.environment[setting] = "/nope"

    assert refusal(mesh, POLICY) == f"portcullis: {setting}: no such program\n"


@pytest.mark.parametrize("address", ["999.1.1.1", "203.0.113.7", "a..b"])
def test_an_address_of_another_machine_is_refused_before_a_start_would(mesh, address):
    mesh.environment |= {"GATEWAY_BIND": address, "GATEWAY_ANONYMOUS": "none"}

    assert refusal(mesh, POLICY) == "portcullis: GATEWAY_BIND is not an address of this machine\n"


def test_a_mesh_that_runs_does_not_keep_its_configuration_from_being_good(mesh):
    with socket.create_server(("127.0.0.1", mesh.port)):
        assert checked(mesh, POLICY).returncode == 0


def test_a_warning_is_told_and_the_configuration_is_good(mesh):
    done = checked(mesh, POLICY + "[[policy.rules]]\nthen = 'hold'\n")

    assert done.returncode == 0
    assert done.stderr.startswith("portcullis: warning: gateway.toml:29: policy.rules[3]: nothing comes as far as this")
