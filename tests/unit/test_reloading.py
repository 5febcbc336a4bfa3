import json
from pathlib import Path

import pytest

from gateway.errors import InvalidSetting
from gateway.journal import Journal
from gateway.reloading import SettingsInForce, renew_with

GOOD = 'kinds = ["chat"]\n'
NEW = 'kinds = ["invoice"]\n[policy.operators]\nEMAIL_ADDRESS = "token"\n'
KEY = f"GATEWAY_TOKEN_KEY={'k' * 43}\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GATEWAY_HOME", str(tmp_path))
    (tmp_path / "gateway.toml").write_text(GOOD)
    return tmp_path


def test_good_settings_are_taken_with_what_the_env_file_says_by_now(home):
    in_force = SettingsInForce()
    before = in_force()
    (home / "gateway.toml").write_text(NEW)
    (home / ".env").write_text(KEY)

    taken = in_force.renew(Journal())

    assert (taken, before.kinds, in_force().kinds) == (True, {"chat"}, {"invoice"})
    assert in_force().token_key.get_secret_value() == "k" * 43


@pytest.mark.parametrize(
    ("toml", "reason"),
    [
        (GOOD + "[screening]\ndetectors = ['emial']\n", "gateway.toml:3: screening.detectors[0]: "),
        (
            GOOD + "[processing.processors]\ninvoice = 'nowhere:render'\n",
            "gateway.toml:3: processing.processors.invoice: ",
        ),
        ("kinds = [", "gateway.toml:1: "),
        (NEW, "GATEWAY_TOKEN_KEY is not set"),
    ],
)
def test_bad_settings_are_refused_with_one_line_and_the_old_ones_stay(home, lines, toml, reason):
    in_force = SettingsInForce()
    before = in_force()
    (home / "gateway.toml").write_text(toml)

    taken = in_force.renew(Journal())

    (line,) = lines.of("settings.refused")
    assert not taken
    assert in_force() is before
    assert f"reason={json.dumps(reason)[:-1]}" in line


@pytest.mark.parametrize("error", [InvalidSetting("the reason"), LookupError("hunter2")])
def test_a_process_that_cannot_take_new_settings_says_so_and_goes_on(home, lines, error):
    def fail(_settings: object) -> None:
        raise error

    renew_with(fail, Journal())

    (line,) = lines.of("settings.refused")
    assert "hunter2" not in line
    assert home.exists()
