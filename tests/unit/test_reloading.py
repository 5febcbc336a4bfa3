import json
import os
import signal
from pathlib import Path

import pytest
from harness.eventually import eventually

from gateway import reloading, renewals
from gateway.errors import InvalidSetting
from gateway.journal import Journal
from gateway.reloading import SettingsInForce, gunicorn_hooks, renew_with

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


def test_bad_settings_are_refused_where_another_collects_the_trials_exit_status(home):
    in_force = SettingsInForce()
    in_force()
    (home / "gateway.toml").write_text(GOOD + "[screening]\ndetectors = ['emial']\n")
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel collects it, as gunicorn's master may

    try:
        taken = in_force.renew(Journal())
    finally:
        signal.signal(signal.SIGCHLD, before)

    assert not taken


class Master:
    """What of gunicorn's master the hooks touch."""

    def __init__(self) -> None:
        self.handle_hup = lambda: None
        self.signals: list[int] = []

    def kill_workers(self, number: int) -> None:
        self.signals.append(number)


def test_gunicorns_master_goes_on_while_settings_are_tried_and_tells_its_workers_then(home, monkeypatch):
    monkeypatch.setattr(reloading, "in_force", SettingsInForce())
    master = Master()
    gunicorn_hooks()["when_ready"](master)
    (home / "gateway.toml").write_text('kinds = ["invoice"]\n')

    master.handle_hup()
    at_once = list(master.signals)

    assert eventually(lambda: master.signals) == [signal.SIGHUP]
    assert at_once == []
    assert reloading.in_force().kinds == {"invoice"}


def test_a_process_says_when_it_read_its_settings_and_whether_it_took_the_last_ones(home, monkeypatch):
    monkeypatch.setattr(reloading, "in_force", SettingsInForce())
    renewals.folder_of(home).mkdir(parents=True)
    master = Master()
    gunicorn_hooks()["when_ready"](master)
    at_start = renewals.answers(home)[os.getpid()]
    (home / "gateway.toml").write_text("kinds = [")

    master.handle_hup()

    eventually(lambda: renewals.answers(home)[os.getpid()].refused)
    assert not at_start.refused
    assert 0 < at_start.began_ns < renewals.answers(home)[os.getpid()].began_ns


@pytest.mark.parametrize("error", [InvalidSetting("the reason"), LookupError("hunter2")])
def test_a_process_that_cannot_take_new_settings_says_so_and_goes_on(home, lines, error):
    def fail(_settings: object) -> None:
        raise error

    renew_with(fail, Journal())

    (line,) = lines.of("settings.refused")
    assert "hunter2" not in line
    assert home.exists()
