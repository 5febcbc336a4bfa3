"""
One mesh for all system tests: the one that GATEWAY_TEST_URL names, else one of their own in a temporary home.

A given mesh needs a key of each role in GATEWAY_TEST_KEY_CLIENT, …_OTHER_CLIENT, …_OPERATOR and …_ADMIN. It is taken
to be configured as in containers: no anonymous callers, logs to standard output. GATEWAY_TEST_ANONYMOUS=client and
GATEWAY_TEST_LOGS=files say otherwise.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
from harness.api import Api
from harness.mesh import running_mesh

PREFIX = "GATEWAY_TEST_"
ROLES = {"CLIENT": "client", "OTHER_CLIENT": "client", "OPERATOR": "operator", "ADMIN": "admin"}


@dataclass(frozen=True)
class Target:
    """The mesh under test."""

    url: str
    keys: Mapping[str, str]
    anonymous: str  #: what a request without a key is
    logs: str  #: where its programs write


@pytest.fixture(scope="session")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    url = os.environ.get(f"{PREFIX}URL", "").rstrip("/")
    if url:
        yield _given(url)
        return
    with running_mesh(tmp_path_factory.mktemp("mesh")) as mesh:
        keys = {name: mesh.key(role) for name, role in ROLES.items()}
        yield Target(mesh.url, keys, anonymous="client", logs="files")


def _given(url: str) -> Target:
    missing = [f"{PREFIX}KEY_{name}" for name in ROLES if not os.environ.get(f"{PREFIX}KEY_{name}")]
    assert not missing, f"{PREFIX}URL is given, so these are needed, too: {', '.join(missing)}"
    assert url.startswith("http://"), f"{PREFIX}URL has to begin with http://"
    keys = {name: os.environ[f"{PREFIX}KEY_{name}"] for name in ROLES}
    return Target(
        url,
        keys,
        anonymous=os.environ.get(f"{PREFIX}ANONYMOUS", "none"),
        logs=os.environ.get(f"{PREFIX}LOGS", "stdout"),
    )


@pytest.fixture(scope="session")
def url(target: Target) -> str:
    return target.url


@pytest.fixture(scope="session")
def client(target: Target) -> Api:
    return Api(target.url, target.keys["CLIENT"])


@pytest.fixture(scope="session")
def other_client(target: Target) -> Api:
    return Api(target.url, target.keys["OTHER_CLIENT"])


@pytest.fixture(scope="session")
def operator(target: Target) -> Api:
    return Api(target.url, target.keys["OPERATOR"])


@pytest.fixture(scope="session")
def admin(target: Target) -> Api:
    return Api(target.url, target.keys["ADMIN"])


@pytest.fixture(scope="session")
def keyless(target: Target) -> Api:
    """Somebody without a key, whatever the mesh takes that for."""
    return Api(target.url)


@pytest.fixture
def stranger(target: Target) -> Api:
    """Somebody without a key who does not sit at the mesh's own machine."""
    return Api(target.url, headers={"X-Forwarded-For": "192.0.2.7"})


@pytest.fixture
def anonymous(target: Target) -> Api:
    """Somebody without a key, where that is enough to be a client."""
    if target.anonymous != "client":
        pytest.skip("this mesh knows no anonymous callers")
    return Api(target.url)


@pytest.fixture
def log_files(target: Target) -> None:
    """Needs a mesh that logs to files."""
    if target.logs != "files":
        pytest.skip("this mesh logs to standard output")
