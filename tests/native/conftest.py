"""What the native tests share."""

import shutil
import sys

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out, with its reason, what this machine cannot show."""
    if not sys.platform.startswith("linux"):
        reason = pytest.mark.skip(reason="these tests look into /proc")
        for item in items:
            if "tests/native" in str(item.path):
                item.add_marker(reason)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory):
    """A home for the mesh of one module; it is removed at the end, for meshes leave some megabytes."""
    folder = tmp_path_factory.mktemp("mesh") / "home"
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
