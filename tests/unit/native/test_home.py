import os

import pytest
from dotenv import dotenv_values

from gateway.errors import InvalidSetting
from gateway.native.folders import private_folder, write_private
from gateway.native.home import complete_env_file, fresh_secrets, make_folders
from gateway.settings import CHECKOUT, SCALARS, Settings, load

SECRETS = (
    "GATEWAY_MESH_TOKEN",
    "GATEWAY_SECRET_KEY",
    "GATEWAY_TOKEN_KEY",
    "GATEWAY_WEBHOOK_SECRET",
    "GATEWAY_LOADTEST_KEY",
)


def test_a_fresh_env_file_is_the_owners_only_and_has_every_secret(tmp_path):
    complete_env_file(tmp_path / ".env")

    values = dotenv_values(tmp_path / ".env")
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    assert all(len(values[name]) >= 43 for name in SECRETS)
    assert values["GATEWAY_LOADTEST_KEY"].startswith("pk_")
    assert len(values["GATEWAY_LOADTEST_KEY"]) == 46


def test_two_homes_have_different_secrets():
    first, second = fresh_secrets(), fresh_secrets()

    assert all(first[name] != second[name] for name in SECRETS)


def test_an_env_file_that_is_complete_stays_as_it_is(tmp_path):
    complete_env_file(tmp_path / ".env")
    before = (tmp_path / ".env").read_bytes()

    complete_env_file(tmp_path / ".env")

    assert (tmp_path / ".env").read_bytes() == before


def test_a_missing_or_empty_secret_is_added_and_the_rest_stays(tmp_path):
    file = tmp_path / ".env"
    file.write_text("GATEWAY_MESH_TOKEN=mine\nGATEWAY_SECRET_KEY=\nGATEWAY_PORT=8099")

    complete_env_file(file)

    values = dotenv_values(file)
    assert (values["GATEWAY_MESH_TOKEN"], values["GATEWAY_PORT"]) == ("mine", "8099")
    assert values["GATEWAY_SECRET_KEY"]
    assert values["GATEWAY_TOKEN_KEY"]
    assert values["GATEWAY_LOADTEST_KEY"]


def test_an_env_file_that_others_could_read_is_closed(tmp_path):
    file = tmp_path / ".env"
    file.write_text("GATEWAY_PORT=8099\n")
    file.chmod(0o644)

    complete_env_file(file)

    assert file.stat().st_mode & 0o777 == 0o600


def test_the_example_names_only_settings_that_exist():
    example = CHECKOUT / ".env.example"
    lines = [line.lstrip("# ").split(" #")[0] for line in example.read_text().splitlines()]
    names = [line.split("=")[0].removeprefix("GATEWAY_").lower() for line in lines if line.startswith("GATEWAY_")]

    assert names
    assert set(names) <= set(SCALARS)


def test_the_settings_of_a_fresh_home_are_good(tmp_path):
    complete_env_file(tmp_path / ".env")

    settings = load({"GATEWAY_HOME": str(tmp_path)})

    assert settings.loadtest_key.get_secret_value().startswith("pk_")


def test_the_folders_of_a_home_are_the_owners_only(tmp_path):
    settings = Settings(home=tmp_path)

    make_folders(settings)

    for folder in (settings.var, settings.run_dir, settings.logs, settings.reports):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_folders_that_a_checkout_brings_are_closed_to_others(tmp_path):
    settings = Settings(home=tmp_path)
    for folder in (settings.logs, settings.reports):
        folder.mkdir(mode=0o755)
        (folder / "README.md").write_text("format")

    make_folders(settings)

    for folder in (settings.logs, settings.reports):
        assert folder.stat().st_mode & 0o777 == 0o750
        assert (folder / "README.md").exists()


def test_a_home_whose_path_a_configuration_file_would_misread_is_refused(tmp_path):
    with pytest.raises(InvalidSetting, match="GATEWAY_HOME"):
        make_folders(Settings(home=tmp_path / 'a";b'))


def test_a_folder_that_somebody_else_put_there_is_refused(tmp_path, monkeypatch):
    (tmp_path / "theirs").mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_000)

    with pytest.raises(InvalidSetting, match="not a folder of this user"):
        private_folder(tmp_path / "theirs")


def test_a_link_in_the_place_of_a_folder_is_refused(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(InvalidSetting, match="not a folder of this user"):
        private_folder(tmp_path / "link")


def test_a_private_file_is_replaced_whole(tmp_path):
    (tmp_path / "file").write_text("before")

    write_private(tmp_path / "file", "after")

    assert (tmp_path / "file").read_text() == "after"
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
