import dataclasses
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.alerts.files import ReportFolder
from gateway.alerts.report import text_of
from gateway.ledger.alert import Alert, AlertType, Severity

ALERT = Alert(
    id="0190c9a0-1111-7222-8333-444444444444",
    type=AlertType.SECRET,
    severity=Severity.HIGH,
    description="A secret was found in a message.",
    action="The message was held.",
    caller="shop",
    request_id=None,
    at=1_795_342_530_123,
    last_at=1_795_342_530_123,
    count=1,
)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def files(root: Path) -> list[str]:
    return sorted(str(file.relative_to(root)) for file in root.rglob("*") if file.is_file())


def test_a_report_is_written_by_date_time_and_type(tmp_path: Path):
    written = ReportFolder(tmp_path).write(ALERT)

    assert files(tmp_path) == [f"2026/11/22/101530-secret-{ALERT.id}.txt"]
    assert written.read_text() == text_of(ALERT)


def test_a_report_with_a_new_count_stands_in_place_of_the_older(tmp_path: Path):
    folder = ReportFolder(tmp_path)
    folder.write(ALERT)

    written = folder.write(dataclasses.replace(ALERT, count=5))

    assert len(files(tmp_path)) == 1
    assert "count:       5" in written.read_text()


def test_a_reader_sees_a_report_whole_or_not_at_all(tmp_path: Path):
    folder, stop, torn = ReportFolder(tmp_path), threading.Event(), []
    alerts = [dataclasses.replace(ALERT, count=count, description="x" * count * 1000) for count in (1, 9)]
    whole = {text_of(alert) for alert in alerts}

    def read() -> None:
        while not stop.is_set():
            torn.extend(file for file in tmp_path.rglob("[!.]*.txt") if file.read_text() not in whole)

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(100):
        for alert in alerts:
            folder.write(alert)
    stop.set()
    reader.join()

    assert torn == []


def test_a_report_that_cannot_take_its_place_leaves_nothing_behind(tmp_path: Path):
    in_its_place = tmp_path / f"2026/11/22/101530-secret-{ALERT.id}.txt"
    in_its_place.mkdir(parents=True)

    with pytest.raises(OSError, match="directory"):
        ReportFolder(tmp_path).write(ALERT)

    assert files(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path):
    (tmp_path / "2026").write_text("a file where the folder should be")

    with pytest.raises(OSError, match="2026"):
        ReportFolder(tmp_path).write(ALERT)


def test_days_past_their_retention_are_dropped_and_no_others(tmp_path: Path):
    for day in ("2026/08/23", "2026/08/24", "2026/11/22", "2025/12/31"):
        (tmp_path / day).mkdir(parents=True)
        (tmp_path / day / "101530-secret-x.txt").write_text("x")
    (tmp_path / "README.md").write_text("what this folder is")

    dropped = ReportFolder(tmp_path).drop_older_than(90, now=NOW)

    assert dropped == 2
    assert files(tmp_path) == ["2026/08/24/101530-secret-x.txt", "2026/11/22/101530-secret-x.txt", "README.md"]


def test_months_and_years_that_are_empty_go_too(tmp_path: Path):
    (tmp_path / "2025/12/31").mkdir(parents=True)

    ReportFolder(tmp_path).drop_older_than(90, now=NOW)

    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_does_not_exist_yet_holds_nothing_to_drop(tmp_path: Path):
    assert ReportFolder(tmp_path / "error_reports").drop_older_than(90) == 0


@pytest.mark.parametrize("name", ["2020/13/45", "2020/01/01.bak", "2020/01/1st"])
def test_a_folder_that_is_no_day_is_left_alone_and_does_not_stop_the_tidying(tmp_path: Path, name: str):
    (tmp_path / name).mkdir(parents=True)
    (tmp_path / "2020/02/02").mkdir(parents=True)

    dropped = ReportFolder(tmp_path).drop_older_than(90, now=NOW)

    assert dropped == 1
    assert (tmp_path / name).exists()


def test_a_draft_whose_writer_was_killed_is_dropped_after_an_hour(tmp_path: Path):
    folder = ReportFolder(tmp_path)
    report = folder.write(ALERT)
    draft = report.with_name(f".{report.name}.0a1b2c3d")
    draft.write_text("half a rep")
    written = draft.stat().st_mtime

    assert folder.drop_drafts(now=written + 60) == 0
    assert folder.drop_drafts(now=written + 3601) == 1
    assert files(tmp_path) == [f"2026/11/22/101530-secret-{ALERT.id}.txt"]


def test_one_report_is_removed(tmp_path: Path):
    folder = ReportFolder(tmp_path)
    folder.write(ALERT)

    folder.remove(ALERT)
    folder.remove(ALERT)

    assert files(tmp_path) == []
