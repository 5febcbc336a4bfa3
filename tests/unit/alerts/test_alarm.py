from pathlib import Path

import pytest
from harness.journal import Lines
from harness.samples import EMAIL, SECRET, finding, screener

from gateway.alerts.alarm import Alarm, summary
from gateway.alerts.files import ReportFolder
from gateway.errors import InvalidRequest, LedgerUnavailable, UnknownKind
from gateway.journal import Journal
from gateway.ledger.alert import AlertType, Severity
from gateway.ledger.memory import MemoryLedger

REQUEST = "0" * 32


@pytest.fixture
def alarm(memory_ledger: MemoryLedger, tmp_path: Path) -> Alarm:
    return Alarm(memory_ledger, ReportFolder(tmp_path / "error_reports"), Journal())


def reports(folder: Path) -> list[str]:
    return [file.read_text() for file in (folder / "error_reports").rglob("*.txt")]


def test_a_held_message_raises_an_alert_with_a_report(alarm: Alarm, memory_ledger: MemoryLedger, tmp_path: Path):
    alert = alarm.findings_held([finding()], caller="shop", request_id=REQUEST)

    recorded = memory_ledger.alert(alert.id)
    assert (recorded.type, recorded.severity, recorded.caller) == (AlertType.PERSONAL_DATA, Severity.MEDIUM, "shop")
    assert [alert.id in text for text in reports(tmp_path)] == [True]


@pytest.mark.parametrize("kind", ["SECRET", "PASSWORD"])
def test_one_secret_among_the_findings_makes_it_an_alert_about_a_secret(alarm: Alarm, kind: str):
    alert = alarm.findings_held([finding(), finding(kind)], caller="shop", request_id=REQUEST)

    assert (alert.type, alert.severity) == (AlertType.SECRET, Severity.HIGH)


def test_no_value_and_no_offset_is_in_alert_report_or_line(
    alarm: Alarm, memory_ledger: MemoryLedger, tmp_path: Path, lines: Lines
):
    text = {"text": f"{'x' * 7777} {EMAIL} and {SECRET}", "metadata": {EMAIL: SECRET}}
    findings = screener().screen(text)

    alarm.findings_held(findings, caller="shop", request_id=REQUEST)

    told = "\n".join([*reports(tmp_path), *map(repr, memory_ledger.alerts()), lines.text])
    assert "EMAIL_ADDRESS at /text" in told
    assert EMAIL not in told
    assert SECRET not in told
    assert not [f for f in findings if str(f.end) in "\n".join(reports(tmp_path)) and f.end > 7000]
    assert "7778" not in told


def test_repeats_within_a_minute_fold_into_one_alert_and_one_report(
    alarm: Alarm, memory_ledger: MemoryLedger, tmp_path: Path
):
    alerts = [alarm.findings_held([finding()], caller="shop", request_id=REQUEST) for _ in range(5)]

    assert len({alert.id for alert in alerts}) == 1
    assert [alert.count for alert in alerts] == [1, 2, 3, 4, 5]
    assert len(memory_ledger.alerts()) == len(reports(tmp_path)) == 1


def test_other_findings_or_another_caller_make_another_alert(alarm: Alarm, memory_ledger: MemoryLedger):
    for kinds, caller in ((["A"], "shop"), (["B"], "shop"), (["A", "B"], "shop"), (["A"], "desk"), (["A"], "shop")):
        alarm.findings_held([finding(kind) for kind in kinds], caller=caller, request_id=REQUEST)

    assert sorted(alert.count for alert in memory_ledger.alerts()) == [1, 1, 1, 2]


def test_the_monitor_finds_a_report_whose_count_has_grown(alarm: Alarm, memory_ledger: MemoryLedger, tmp_path: Path):
    for _ in range(3):
        alarm.findings_held([finding()], caller="shop", request_id=REQUEST)

    before = reports(tmp_path)[0]
    (unreported,) = memory_ledger.unreported_alerts(older_than_ms=0)
    alarm.report(unreported)

    assert "count:       1\n" in before  # a flood of repeats must not become a flood of writes
    assert "count:       3" in reports(tmp_path)[0]


def test_an_alert_is_recorded_where_its_report_cannot_be_written(
    memory_ledger: MemoryLedger, tmp_path: Path, lines: Lines
):
    (tmp_path / "error_reports").write_text("a file in place of the folder")
    alarm = Alarm(memory_ledger, ReportFolder(tmp_path / "error_reports"), Journal())

    alert = alarm.findings_held([finding()], caller="shop", request_id=REQUEST)

    assert memory_ledger.alert(alert.id).count == 1
    assert [a.id for a in memory_ledger.unreported_alerts(older_than_ms=0)] == [alert.id]
    assert len(lines.of("alert.unwritten")) == 1


def test_without_a_ledger_there_is_no_alert_and_no_report(alarm: Alarm, memory_ledger: MemoryLedger, tmp_path: Path):
    memory_ledger.close()

    with pytest.raises(LedgerUnavailable):
        alarm.findings_held([finding()], caller="shop", request_id=REQUEST)

    assert reports(tmp_path) == []


def test_an_invalid_message_is_told_by_its_code_and_field(alarm: Alarm, tmp_path: Path):
    alarm.message_invalid(InvalidRequest("Field required", field="/text"), caller="shop", request_id=REQUEST)

    (report,) = reports(tmp_path)
    assert "type:        InvalidMessage" in report
    assert "invalid_request at /text" in report


def test_messages_that_are_wrong_in_different_ways_do_not_fold(alarm: Alarm, memory_ledger: MemoryLedger):
    for error in (InvalidRequest("a", field="/text"), UnknownKind("b", field="/kind"), InvalidRequest("c")):
        alarm.message_invalid(error, caller="shop", request_id=REQUEST)

    assert len(memory_ledger.alerts()) == 2


def test_findings_are_counted_by_kind_and_place():
    findings = [finding("A", 0.5), finding("B", 0.6), finding("A", 0.9), finding("A", 0.1, path="/metadata/x")]

    counted = [(item.entity_type, item.path, item.score, item.count) for item in summary(findings)]

    assert counted == [("A", "/text", 0.9, 2), ("B", "/text", 0.6, 1), ("A", "/metadata/x", 0.1, 1)]
