import time
from pathlib import Path

import pytest
from harness.fakes import FakeQueue
from harness.journal import Lines
from harness.samples import finding

from gateway.alerts.files import ReportFolder
from gateway.journal import Journal
from gateway.ledger.alert import AlertType
from gateway.ledger.task import Relaunch, Status
from gateway.processing.duties import Duties
from gateway.processing.monitor import Monitor

GRACE_S = 2.1


@pytest.fixture
def queue() -> FakeQueue:
    return FakeQueue()


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    return folder


@pytest.fixture
def monitor(works, queue: FakeQueue, logs: Path) -> Monitor:
    return a_monitor(works, queue, logs)


def a_monitor(works, queue: FakeQueue, logs: Path, holder: str = "monitor-1") -> Monitor:
    return Monitor(
        works.ledger,
        queue,
        alarm=works.alarm,
        reports=ReportFolder(works.reports),
        logs=logs,
        journal=Journal(),
        holder=holder,
        duties=Duties(
            max_attempts=3,
            log_max_bytes=10_000,
            report_retention_days=90,
            content_retention_days=30,
            task_retention_days=90,
        ),
    )


def passes(monitor: Monitor, number: int = 1) -> None:
    """Let it make so many passes."""
    waited: list[float] = []
    monitor.run(until=lambda: len(waited) >= number, wait=waited.append)


def reasons(relaunches: list[Relaunch]) -> list[str]:
    return [relaunch.reason for relaunch in relaunches]


def test_a_task_that_was_never_launched_is_launched(works, monitor: Monitor, queue: FakeQueue, clock):
    task_id = works.task(pool="cpu")
    clock.later(seconds=GRACE_S)

    relaunched = monitor.put_right()

    assert reasons(relaunched) == ["never_launched"]
    assert queue.take("cpu") == [task_id]


def test_a_task_is_left_to_its_publisher_for_a_moment(works, monitor: Monitor, queue: FakeQueue):
    works.task()

    assert monitor.put_right() == []
    assert queue.launched == []


def test_what_the_broker_still_holds_is_not_launched_again(works, monitor: Monitor, queue: FakeQueue, clock):
    held, lost = works.task(), works.task()
    queue.launch(held, pool="io")
    clock.later(seconds=GRACE_S)

    monitor.put_right()

    assert queue.take("io") == [held, lost]


def test_a_task_is_not_launched_every_second(works, monitor: Monitor, queue: FakeQueue, clock):
    works.task()

    launched = []
    for _ in range(60):
        clock.later(seconds=1)
        monitor.put_right()
        launched += queue.take("io")

    assert 1 < len(launched) < 8


def test_the_task_of_a_lost_worker_is_given_to_another(works, monitor: Monitor, queue: FakeQueue, clock):
    task_id = works.task()
    works.ledger.claim([task_id], owner="lost", lease_ms=10_000)
    clock.later(seconds=11)

    relaunched = monitor.put_right()
    works.runner(lambda _: "done").run(queue.take("io"))

    assert reasons(relaunched) == ["worker_lost"]
    assert (works[task_id].status, works[task_id].result, works[task_id].attempt) == (Status.COMPLETED, "done", 2)


def test_a_task_whose_worker_beats_is_left_alone(works, monitor: Monitor, clock):
    (task,) = works.ledger.claim([works.task()], owner="alive", lease_ms=10_000)

    for _ in range(5):
        clock.later(seconds=9)
        works.ledger.beat([task.claim], lease_ms=10_000)
        assert monitor.put_right() == []

    assert works[task.id].status is Status.PROCESSING


def test_a_task_whose_workers_are_lost_too_often_has_failed_with_an_alert(
    works, monitor: Monitor, queue: FakeQueue, clock
):
    task_id, told, launched = works.task(), [], []

    for _ in range(3):
        works.ledger.claim([task_id], owner="lost", lease_ms=10_000)
        clock.later(seconds=11)
        told += reasons(monitor.put_right())
        launched.append(queue.take("io"))

    (alert,) = works.ledger.alerts()
    assert told == ["worker_lost", "worker_lost", "gave_up"]
    assert works[task_id].status is Status.FAILED
    assert (alert.type, alert.subject) == (AlertType.TASK_FAILED, task_id)
    assert launched == [[task_id], [task_id], []]


def test_a_task_is_launched_when_its_time_has_come(works, monitor: Monitor, queue: FakeQueue, clock):
    task_id = works.task(not_before=clock.now + 60_000)

    clock.later(seconds=59)
    early = monitor.put_right()
    clock.later(seconds=2)
    due = monitor.put_right()

    assert (early, reasons(due)) == ([], ["retry_due"])
    assert queue.take("io") == [task_id]


def test_ended_tasks_are_left_alone(works, monitor: Monitor, clock):
    done, canceled = works.task(), works.task()
    works.runner().run([done])
    works.ledger.cancel(canceled, by="shop")
    clock.later(seconds=3600)

    assert monitor.put_right() == []


def test_a_broker_that_is_away_is_told_of_the_tasks_when_it_is_back(
    works, monitor: Monitor, queue: FakeQueue, clock, lines: Lines
):
    task_id = works.task()
    clock.later(seconds=GRACE_S)
    queue.down = True
    monitor.put_right()

    queue.down = False
    monitor.put_right()

    assert queue.take("io") == [task_id]
    assert len(lines.of("broker.unavailable")) == 1


def test_a_broker_that_cannot_tell_what_it_holds_is_told_again(works, clock, logs: Path):
    class Mute(FakeQueue):
        def holds(self, _pool, _ids) -> None:
            return None

    queue = Mute()
    task_id = works.task()
    clock.later(seconds=GRACE_S)

    a_monitor(works, queue, logs).put_right()

    assert queue.take("io") == [task_id]


def test_missing_reports_are_written_once(works, monitor: Monitor, clock):
    works.reports.write_text("a file in place of the folder")
    alert = works.alarm.findings_held([finding()], caller="shop", request_id="0" * 32)
    works.reports.unlink()
    clock.later(seconds=2)

    first, second = monitor.write_reports(), monitor.write_reports()

    assert (first, second) == (1, 0)
    assert [alert.id in file.name for file in works.reports.rglob("*.txt")] == [True]


def test_an_alert_that_a_crash_kept_from_being_told_is_told_by_its_report(works, monitor: Monitor, clock):
    task_id = works.task()
    works.ledger.claim([task_id], owner="lost", lease_ms=10_000)
    clock.later(seconds=11)
    works.ledger.sweep(max_attempts=1)  # and then the monitor is killed
    clock.later(seconds=2)

    monitor.write_reports()

    (report,) = works.reports.rglob("*task_failed*.txt")
    assert "WorkerLost" in report.read_text()


def test_a_report_that_tells_too_few_is_written_anew(works, monitor: Monitor, clock):
    for _ in range(3):
        works.alarm.findings_held([finding()], caller="shop", request_id="0" * 32)
    clock.later(seconds=2)

    monitor.write_reports()

    (report,) = works.reports.rglob("*.txt")
    assert "count:       3" in report.read_text()


def test_one_report_that_cannot_be_written_does_not_stop_the_others_and_is_tried_again(works, monitor: Monitor, clock):
    stuck = works.alarm.findings_held([finding("A")], caller="shop", request_id="0" * 32)
    other = works.alarm.findings_held([finding("B")], caller="shop", request_id="0" * 32)
    (file,) = works.reports.rglob(f"*{stuck.id}.txt")
    file.unlink()
    file.mkdir()
    clock.later(seconds=2)

    written = monitor.write_reports()
    file.rmdir()
    later = monitor.write_reports()

    assert (written, later) == (1, 1)
    assert {f.name[-40:-4] for f in works.reports.rglob("*.txt")} == {stuck.id, other.id}


def test_a_fresh_alert_is_left_to_the_program_that_raised_it(works, monitor: Monitor):
    works.alarm.findings_held([finding()], caller="shop", request_id="0" * 32)

    assert monitor.write_reports() == 0


def test_a_pass_does_all_duties(works, monitor: Monitor, queue: FakeQueue, logs: Path, clock):
    task_id = works.task()
    works.alarm.findings_held([finding()], caller="shop", request_id="0" * 32)
    (logs / "service_1.txt").write_text("x" * 20_000)
    (works.reports / "2020/01/01").mkdir(parents=True)
    clock.later(seconds=GRACE_S)

    passes(monitor)

    assert queue.take("io") == [task_id]
    assert works.ledger.unreported_alerts(older_than_ms=0) == []
    assert (logs / "service_1.txt.1").exists()
    assert not (works.reports / "2020").exists()


def test_one_duty_that_fails_does_not_stop_the_others(
    works, monitor: Monitor, queue: FakeQueue, *, logs: Path, clock, lines: Lines
):
    (logs / "service_1.txt").write_text("x" * 20_000)
    (logs / "service_1.txt.4").write_text("older")
    (logs / "service_1.txt.5" / "a folder in place of the oldest").mkdir(parents=True)
    queue.down = True
    works.alarm.findings_held([finding()], caller="shop", request_id="0" * 32)
    task_id = works.task()
    clock.later(seconds=GRACE_S)

    passes(monitor, 2)

    assert works[task_id].launches == 0
    assert len(lines.of("broker.unavailable")) == 1
    assert works.ledger.unreported_alerts(older_than_ms=0) == []
    assert len(lines.of("monitor.hindered")) == 2


def test_a_ledger_that_is_away_does_not_end_the_monitor(works, monitor: Monitor, lines: Lines):
    works.ledger.close()

    passes(monitor, 3)

    assert len(lines.of("monitor.hindered")) == 3


def test_one_of_two_monitors_leads_and_the_other_takes_over(works, queue: FakeQueue, logs: Path, clock):
    first, second = (a_monitor(works, queue, logs, holder=name) for name in ("one", "two"))
    passes(first)
    task_id = works.task()
    clock.later(seconds=GRACE_S)

    passes(second)
    while_first_leads = queue.take("io")
    clock.later(seconds=11)
    passes(second)

    assert while_first_leads == []
    assert queue.take("io") == [task_id]


def test_a_monitor_that_waits_still_rotates_the_logs_of_its_machine(works, queue: FakeQueue, logs: Path):
    first, second = (a_monitor(works, queue, logs, holder=name) for name in ("one", "two"))
    passes(first)
    (logs / "worker-io.txt").write_text("x" * 20_000)

    passes(second)

    assert (logs / "worker-io.txt.1").exists()


def test_a_monitor_that_is_told_to_stop_makes_no_pass(works, monitor: Monitor):
    monitor.run(until=lambda: True, wait=lambda _: None)

    assert works.ledger.lead("monitor", holder="another", for_ms=1)


def test_a_mesh_that_logs_to_its_output_has_no_logs_to_rotate(works, queue: FakeQueue, lines: Lines):
    monitor = a_monitor(works, queue, logs=None)

    passes(monitor)

    assert lines.of("monitor.hindered") == []


@pytest.mark.parametrize(("days", "kept", "content"), [(29, True, "hello"), (31, True, None), (91, False, None)])
def test_what_ended_long_ago_is_wiped_and_then_deleted(
    works, monitor: Monitor, clock, days: int, *, kept: bool, content
):
    clock.now = int(time.time() * 1000) - days * 86_400_000
    task_id = works.task()
    works.runner(lambda _: "done").run([task_id])

    passes(monitor)

    left = {task.id: task.payload.get("content") for task in works.ledger.tasks()}
    assert left == ({task_id: content} if kept else {})


def test_what_still_waits_is_never_wiped(works, monitor: Monitor, clock):
    clock.now = int(time.time() * 1000) - 400 * 86_400_000
    task_id = works.task()

    passes(monitor)

    assert works[task_id].payload == {"content": "hello"}
