"""What the command says of a home in which no mesh ever ran."""

from pathlib import Path

import pytest
from harness.mesh import Mesh


@pytest.fixture
def fresh(tmp_path: Path) -> Mesh:
    return Mesh(tmp_path / "home", port=8080)


@pytest.mark.parametrize("command", [("keys", "list"), ("purge", "--caller", "shop")])
def test_where_there_is_no_ledger_yet_it_says_what_makes_one(fresh: Mesh, command: tuple[str, ...]):
    done = fresh.run(*command)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "make up" in done.stderr


def test_migrate_makes_the_ledger_of_a_fresh_home_for_its_owner_only(fresh: Mesh):
    migrated, listed = fresh.run("migrate"), fresh.run("keys", "list")

    assert (migrated.returncode, listed.returncode) == (0, 0)
    assert (fresh.home / "var").stat().st_mode & 0o777 == 0o700
