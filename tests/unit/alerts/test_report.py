import dataclasses

import pytest

from gateway.alerts.report import path_of, text_of
from gateway.ledger.alert import Alert, AlertType, FoundItem, Severity

AT = 1_795_342_530_123  # 2026-11-22T10:15:30.123Z
ALERT = Alert(
    id="0190c9a0-1111-7222-8333-444444444444",
    type=AlertType.PERSONAL_DATA,
    severity=Severity.MEDIUM,
    description="Personal data was found in a message.",
    action="The message was held: nothing was forwarded or kept.",
    caller="shop",
    request_id="0" * 32,
    found=(FoundItem(entity_type="EMAIL_ADDRESS", path="/text", score=0.951, count=2),),
    at=AT,
    last_at=AT,
    count=1,
)


def test_a_report_tells_everything_an_operator_needs():
    assert text_of(ALERT).splitlines() == [
        "time:        2026-11-22T10:15:30.123Z",
        "type:        PersonalData",
        "severity:    medium",
        "description: Personal data was found in a message.",
        f"request id:  {'0' * 32}",
        "alert id:    0190c9a0-1111-7222-8333-444444444444",
        "caller:      shop",
        "count:       1",
        "done:        The message was held: nothing was forwarded or kept.",
        "found:",
        "  EMAIL_ADDRESS at /text, score 0.95, 2 of it",
    ]


def test_a_report_of_repeats_tells_how_many_and_when_the_last_was():
    repeated = dataclasses.replace(ALERT, count=7, last_at=AT + 30_000)

    (line,) = [line for line in text_of(repeated).splitlines() if line.startswith("count:")]

    assert line == "count:       7, the last at 2026-11-22T10:16:00.123Z"


def test_a_report_without_findings_or_request_says_so():
    text = text_of(dataclasses.replace(ALERT, found=(), request_id=None))

    assert "found:" not in text
    assert "request id:  -" in text


@pytest.mark.parametrize("kind", list(AlertType))
def test_every_type_of_alert_has_a_file_name(kind: AlertType):
    name = path_of(dataclasses.replace(ALERT, type=kind)).name

    slug = name.removeprefix("101530-").removesuffix(f"-{ALERT.id}.txt")
    assert slug.replace("_", "") == kind.lower()


@pytest.mark.parametrize(
    ("at", "folder"),
    [(AT, "2026/11/22"), (1_798_761_599_999, "2026/12/31"), (1_798_761_600_000, "2027/01/01")],
)
def test_a_report_lies_in_the_folder_of_its_day_in_utc(at: int, folder: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TZ", "Pacific/Auckland")

    path = path_of(dataclasses.replace(ALERT, at=at))

    assert str(path.parent) == folder


def test_a_repeat_does_not_move_the_report():
    repeated = dataclasses.replace(ALERT, count=2, last_at=AT + 50_000)

    assert path_of(repeated) == path_of(ALERT)
