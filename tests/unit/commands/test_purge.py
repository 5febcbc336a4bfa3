import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway.alerts.alarm import Alarm
from gateway.alerts.files import ReportFolder
from gateway.cli import app
from gateway.journal import Journal
from gateway.ledger.alert import AlertType, NewAlert, Severity
from gateway.ledger.migrations import migrate
from gateway.ledger.sql import SqlLedger
from gateway.ledger.task import Ending, NewTask, Status
from gateway.message.ids import new_id
from gateway.settings import Settings

CONTENT = "The parcel of Tuesday is blue. " * 200  # longer than a page of the database
RESULT = "Eleven crates of oranges. " * 300


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    settings = Settings(home=tmp_path)
    settings.var.mkdir()
    (tmp_path / "gateway.toml").write_text("")
    monkeypatch.setenv("GATEWAY_HOME", str(tmp_path))
    migrate(settings.ledger_url)
    return settings


@pytest.fixture
def ledger(home: Settings) -> Iterator[SqlLedger]:
    ledger = SqlLedger(home.ledger_url)
    yield ledger
    ledger.close()


def a_task(ledger: SqlLedger, *, caller: str = "shop", ended: bool = True) -> str:
    new = NewTask(id=new_id(), caller=caller, kind="chat", pool="io", payload={"content": CONTENT}, request_id="0" * 32)
    ledger.accept(new)
    if ended:
        (task,) = ledger.claim([new.id], owner="worker", lease_ms=1000)
        ledger.end([Ending(claim=task.claim, status=Status.COMPLETED, result=RESULT)])
    return new.id


def an_alert(ledger: SqlLedger, home: Settings, *, caller: str = "shop") -> str:
    alarm = Alarm(ledger, ReportFolder(home.reports), Journal())
    new = NewAlert(
        id=new_id(),
        type=AlertType.SECRET,
        severity=Severity.HIGH,
        description="A secret was found.",
        action="held",
        caller=caller,
        request_id=None,
    )
    return alarm.raise_alert(new).id


def purge(*arguments: str, stdin: str = "") -> tuple[int, str]:
    done = CliRunner().invoke(app, ["purge", *arguments], input=stdin)
    return done.exit_code, done.output + str(done.exception or "")


def bytes_of(home: Settings) -> bytes:
    return b"".join(file.read_bytes() for file in home.var.rglob("ledger.db*"))


def test_the_bytes_of_what_is_purged_are_in_none_of_the_ledgers_files(home: Settings, ledger: SqlLedger):
    task_ids = [a_task(ledger) for _ in range(20)]
    before = bytes_of(home)

    code, said = purge("--caller", "shop", "--yes")

    after = bytes_of(home)
    assert (code, "20 ended tasks are deleted" in said) == (0, True)
    for text in (CONTENT[:31], RESULT[:26], *task_ids):
        assert text.encode() in before
        assert text.encode() not in after
    assert ledger.tasks() == []


def test_the_bytes_of_what_is_emptied_are_gone_once_the_log_is(home: Settings, ledger: SqlLedger):
    task_id = a_task(ledger)

    ledger.erase(task_id, by="shop")
    assert ledger.tidy()

    assert CONTENT[:31].encode() not in bytes_of(home)
    assert RESULT[:26].encode() not in bytes_of(home)


def test_one_task_is_purged_and_the_others_stay(ledger: SqlLedger):
    mine, other = a_task(ledger), a_task(ledger)

    code, _ = purge("--task", mine, "--yes")

    assert (code, [task.id for task in ledger.tasks()]) == (0, [other])
    assert ledger.events(mine) == []


def test_what_has_not_ended_stays(ledger: SqlLedger):
    live = a_task(ledger, ended=False)

    code, said = purge("--caller", "shop", "--yes")

    assert (code, "0 ended tasks" in said) == (0, True)
    assert [task.id for task in ledger.tasks()] == [live]


@pytest.mark.parametrize("piped", ["n\n", "", "y\n", "yes\n" * 9])
def test_without_a_terminal_it_only_tells(ledger: SqlLedger, piped: str):
    task = a_task(ledger)

    code, said = purge("--caller", "shop", stdin=piped)

    assert "1 ended tasks meet this" in said
    assert "no --yes" in said
    assert (code, [each.id for each in ledger.tasks()]) == (1, [task])


@pytest.mark.parametrize(("answer", "left"), [("n\n", 1), ("\x04", 1), ("y\n", 0)])
def test_at_a_terminal_it_asks(ledger: SqlLedger, answer: str, left: int):
    a_task(ledger)
    ours, theirs = os.openpty()
    try:
        os.write(ours, answer.encode())
        command = [sys.executable, "-m", "gateway", "purge", "--caller", "shop"]
        done = subprocess.run(command, stdin=theirs, capture_output=True, timeout=60, check=False)
    finally:
        os.close(ours)
        os.close(theirs)

    assert b"Delete them for good?" in done.stdout
    assert (len(ledger.tasks()), done.returncode == 0) == (left, left == 0)


def test_alerts_are_purged_with_their_reports(home: Settings, ledger: SqlLedger):
    an_alert(ledger, home), an_alert(ledger, home, caller="other")
    task = a_task(ledger)

    code, said = purge("--alerts", "--caller", "shop", "--yes")

    assert (code, "1 alerts are deleted" in said) == (0, True)
    assert [alert.caller for alert in ledger.alerts()] == ["other"]
    (report,) = home.reports.rglob("*.txt")
    assert "other" in report.read_text()
    assert [each.id for each in ledger.tasks()] == [task]


def test_what_is_younger_stays(ledger: SqlLedger):
    young = a_task(ledger)

    purge("--older-than", "1", "--yes")
    kept = [task.id for task in ledger.tasks()]
    purge("--older-than", "0", "--yes")

    assert (kept, ledger.tasks()) == ([young], [])


@pytest.mark.parametrize("arguments", [[], ["--alerts"], ["--task", "7; DROP TABLE tasks"], ["--older-than", "-1"]])
def test_without_saying_which_nothing_is_purged(ledger: SqlLedger, arguments: list[str]):
    a_task(ledger)

    code, _ = purge(*arguments, "--yes")

    assert (code != 0, len(ledger.tasks())) == (True, 1)


@pytest.mark.parametrize("days", ["-1", "36501", "1e300", "1e999", "nan"])
def test_an_age_that_cannot_be_meant_is_one_line(ledger: SqlLedger, days: str):
    a_task(ledger)

    code, said = purge("--older-than", days, "--yes")

    assert (code, said) == (1, "--older-than takes days, from 0 to 36500")
    assert len(ledger.tasks()) == 1
