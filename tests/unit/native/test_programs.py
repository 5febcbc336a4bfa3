import pytest

from gateway.errors import InvalidSetting
from gateway.native import programs
from gateway.settings import Settings


def a_program(path):
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_the_setting_comes_before_path(tmp_path, monkeypatch):
    (tmp_path / "bin").mkdir()
    a_program(tmp_path / "bin" / "nginx")
    own = a_program(tmp_path / "own-nginx")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))

    assert programs.find_nginx(Settings(nginx=str(own))) == own


def test_path_comes_before_the_wheel(tmp_path, monkeypatch):
    on_path = a_program(tmp_path / "redis-server")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert programs.find_redis_server(Settings()) == on_path


def test_the_wheel_serves_where_there_is_nothing_else(monkeypatch):
    monkeypatch.setattr(programs.shutil, "which", lambda *_args, **_options: None)

    assert programs.find_nginx(Settings()).is_file()
    assert programs.find_redis_server(Settings()).is_file()


def test_a_setting_that_names_no_program_is_one_clear_line(tmp_path):
    with pytest.raises(InvalidSetting, match=r"^GATEWAY_NGINX: no such program$"):
        programs.find_nginx(Settings(nginx=str(tmp_path / "nginx")))


def test_a_program_that_nobody_has_comes_with_a_hint(monkeypatch):
    monkeypatch.setattr(programs.shutil, "which", lambda *_args, **_options: None)
    monkeypatch.setattr(programs, "_valkey_wheel", lambda: 1 / 0)

    with pytest.raises(programs.ProgramMissing, match="GATEWAY_REDIS_SERVER"):
        programs.find_redis_server(Settings())
