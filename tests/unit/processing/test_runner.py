import threading
from typing import Any

import pytest
from harness.eventually import eventually
from harness.journal import Lines
from harness.samples import EMAIL, SECRET, WITH_EMAIL, broken_screener

from gateway.errors import Canceled, LedgerUnavailable, PermanentFailure
from gateway.ledger.alert import AlertType
from gateway.ledger.task import Ending, Status
from gateway.message.ids import new_id
from gateway.policy.redactor import Redactor
from gateway.policy.rules import Policy
from gateway.processing.job import Job
from gateway.screening.redaction import Keys
from gateway.telemetry import metrics


def raises(error: BaseException):
    def fail(_: Job) -> None:
        raise error

    return fail


def test_a_task_is_run_and_its_result_is_stored(works):
    task_id = works.task(payload={"content": "hello", "args": {"a": 1}, "metadata": {"b": 2}})

    works.runner(lambda job: {"said": job.content}).run([task_id])

    (job,) = works.runs
    assert (job.id, job.kind, job.attempt, job.args, job.metadata) == (task_id, "probe", 1, {"a": 1}, {"b": 2})
    assert (works[task_id].status, works[task_id].result) == (Status.COMPLETED, {"said": "hello"})
    assert works.states(task_id) == ["pending", "processing", "completed"]


def test_a_task_delivered_twice_runs_once(works):
    task_id, runner = works.task(), works.runner()

    runner.run([task_id])
    runner.run([task_id])
    runner.run([task_id, task_id])

    assert [job.id for job in works.runs] == [task_id]


def test_a_task_delivered_to_many_workers_at_once_runs_once(works):
    task_id, gate = works.task(), threading.Barrier(8)
    runners = [works.runner(owner=f"worker-{n}") for n in range(8)]

    def run(runner) -> None:
        gate.wait()
        runner.run([task_id])

    threads = [threading.Thread(target=run, args=(runner,)) for runner in runners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(works.runs) == 1


def test_a_task_that_the_ledger_grants_a_second_time_while_it_runs_runs_once(works, monkeypatch: pytest.MonkeyPatch):
    task_id, started, go_on = works.task(), threading.Event(), threading.Event()
    claim, granted = works.ledger.claim, []

    def granting_again(*args: Any, **options: Any) -> list[Any]:
        granted.extend(claim(*args, **options))
        return list(granted)

    monkeypatch.setattr(works.ledger, "claim", granting_again)
    runner = works.runner(lambda _: (started.set(), go_on.wait(30)))
    first = threading.Thread(target=runner.run, args=([task_id],))
    first.start()
    try:
        assert started.wait(30)
        second = threading.Thread(target=runner.run, args=([task_id],))
        second.start()
        second.join(30)
        assert not second.is_alive()
    finally:
        go_on.set()
        first.join()

    assert [job.id for job in works.runs] == [task_id]


def test_an_id_that_the_ledger_does_not_know_does_no_harm_to_the_others(works):
    task_id = works.task()

    works.runner().run([new_id(), task_id, "nonsense"])

    assert works[task_id].status is Status.COMPLETED


def test_a_task_that_is_not_yet_due_is_left_alone(works, clock):
    task_id = works.task(not_before=clock.now + 60_000)

    works.runner().run([task_id])

    assert (works.runs, works[task_id].status) == ([], Status.PENDING)


def test_a_canceled_task_never_starts(works):
    task_id = works.task()
    works.ledger.cancel(task_id, by="shop")

    works.runner().run([task_id])

    assert (works.runs, works[task_id].status) == ([], Status.CANCELED)


def test_a_task_canceled_on_the_way_stops_and_writes_nothing(works, lines: Lines):
    task_id, went_on = works.task(), []

    def work(job: Job) -> str:
        works.ledger.cancel(task_id, by="shop")
        eventually(job.stopped, within_s=30)
        job.check()
        went_on.append(job.id)
        return "a result"

    works.runner(work, lease_ms=300).run([task_id])

    assert went_on == []
    assert (works[task_id].status, works[task_id].result, works[task_id].error) == (Status.CANCELED, None, None)
    assert works.states(task_id) == ["pending", "processing", "canceled"]
    assert len(lines.of("task.discarded")) == 1


def test_what_a_worker_says_after_a_cancel_is_thrown_away(works, lines: Lines):
    task_id = works.task()

    def work(_: Job) -> str:
        works.ledger.cancel(task_id, by="shop")
        return "a result of a processor that does not look"

    works.runner(work).run([task_id])

    assert (works[task_id].status, works[task_id].result) == (Status.CANCELED, None)
    assert len(lines.of("task.discarded")) == 1


def test_progress_is_refused_once_the_task_is_another_workers(works, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("gateway.processing.runner._PROGRESS_STEP_S", 0.0)
    task_id, caught = works.task(), []

    def work(job: Job) -> None:
        works.ledger.cancel(task_id, by="shop")
        try:
            job.progress(0.5)
        except Canceled:
            caught.append(job.id)
            raise

    works.runner(work).run([task_id])

    assert caught == [task_id]
    assert works[task_id].progress is None


@pytest.mark.parametrize(("told", "written"), [(0.25, 0.25), (-1.0, 0.0), (7.0, 1.0)])
def test_progress_is_written_between_nothing_and_all(
    works, monkeypatch: pytest.MonkeyPatch, told: float, written: float
):
    monkeypatch.setattr("gateway.processing.runner._PROGRESS_STEP_S", 0.0)
    task_id, seen = works.task(), []

    def work(job: Job) -> None:
        job.progress(told)
        seen.append(works[task_id].progress)

    works.runner(work).run([task_id])

    assert seen == [written]


def test_progress_may_be_told_often_and_is_written_now_and_then(works):
    task_id, seen = works.task(), []

    def work(job: Job) -> None:
        for step in range(1000):
            job.progress(step / 1000)
        seen.append(works[task_id].progress)

    works.runner(work).run([task_id])

    assert seen[0] is None or seen[0] < 1
    assert works[task_id].status is Status.COMPLETED


def test_a_permanent_failure_fails_at_once(works):
    task_id = works.task()

    works.runner(raises(PermanentFailure())).run([task_id])

    assert (works[task_id].status, works[task_id].error) == (Status.FAILED, "PermanentFailure: permanent_failure")
    assert len(works.runs) == 1


def test_a_failure_is_tried_again_after_a_back_off_until_the_budget_is_spent(works, clock):
    task_id, runner = works.task(), works.runner(raises(ValueError()), max_attempts=3)

    for attempt in (1, 2):
        runner.run([task_id])
        assert (works[task_id].status, works[task_id].failures) == (Status.PENDING, attempt)
        clock.now = max(clock.now, works[task_id].not_before)
    runner.run([task_id])

    assert (works[task_id].status, works[task_id].error) == (Status.FAILED, "ValueError")
    assert [job.attempt for job in works.runs] == [1, 2, 3]


def test_a_task_that_waits_for_its_next_try_does_not_start_sooner(works, clock, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("gateway.processing.runner.time.time", lambda: clock.now / 1000)
    monkeypatch.setattr("gateway.processing.retry.random.uniform", lambda _, ceiling: ceiling)
    task_id, runner = works.task(), works.runner(raises(ValueError()))
    runner.run([task_id])

    runner.run([task_id])
    clock.later(seconds=1.9)
    runner.run([task_id])
    early = len(works.runs)
    clock.later(seconds=0.2)
    runner.run([task_id])

    assert (early, len(works.runs)) == (1, 2)


def test_a_task_that_failed_for_good_raises_an_alert_with_a_report(works):
    task_id = works.task()

    works.runner(raises(ValueError(EMAIL)), max_attempts=1).run([task_id])

    (alert,) = works.ledger.alerts()
    (report,) = [file.read_text() for file in works.reports.rglob("*.txt")]
    assert (alert.type, alert.caller, alert.subject, alert.request_id) == (
        AlertType.TASK_FAILED,
        "shop",
        task_id,
        "0" * 32,
    )
    assert "A task of kind probe has failed: ValueError." in report
    assert f"Task {task_id} stays in the ledger" in report


def test_a_task_that_is_tried_again_raises_no_alert(works):
    works.runner(raises(ValueError())).run([works.task()])

    assert works.ledger.alerts() == []


def test_a_task_that_succeeds_at_last_shows_no_error(works, clock):
    outcomes = iter([ValueError(), None])

    def work(_: Job) -> str:
        if error := next(outcomes):
            raise error
        return "done"

    task_id, runner = works.task(), works.runner(work)
    runner.run([task_id])
    clock.now = max(clock.now, works[task_id].not_before)
    runner.run([task_id])

    assert (works[task_id].status, works[task_id].result, works[task_id].error) == (Status.COMPLETED, "done", None)


@pytest.mark.parametrize("error", [ValueError(EMAIL), PermanentFailure(EMAIL), RuntimeError(f"{SECRET}\n{EMAIL}")])
@pytest.mark.parametrize("max_attempts", [1, 3])
def test_the_text_of_an_exception_is_kept_nowhere(works, lines: Lines, error: Exception, max_attempts: int):
    task_id = works.task()

    works.runner(raises(error), max_attempts=max_attempts).run([task_id])

    reports = [file.read_text() for file in works.reports.rglob("*.txt")]
    told = repr([works[task_id], works[task_id].error, works.ledger.events(task_id), works.ledger.alerts(), reports])
    assert type(error).__name__ in told
    assert type(error).__name__ in lines.text
    for value in (EMAIL, SECRET):
        assert value not in told + lines.text


def test_a_result_is_stored_without_what_the_policy_does_not_allow(works):
    task_id = works.task()

    works.runner(lambda _: {"text": WITH_EMAIL, "list": [SECRET]}).run([task_id])

    assert works[task_id].result == {"text": "Please write to <EMAIL_ADDRESS> soon.", "list": ["<SECRET>"]}


def test_a_result_that_cannot_be_screened_is_not_stored(works, lines: Lines):
    redactor = Redactor(broken_screener(), Policy(), operators={}, keys=Keys.throw_away())
    task_id = works.task()

    works.runner(lambda _: WITH_EMAIL, clean_result=redactor.clean, max_attempts=1).run([task_id])

    task = works[task_id]
    assert (task.status, task.result) == (Status.FAILED, None)
    assert task.error == "ScreeningUnavailable: screening_unavailable"
    assert EMAIL not in lines.text


@pytest.mark.parametrize("result", [object(), {1, 2}, lambda: None])
def test_a_result_that_is_no_json_fails_the_task(works, result: Any):
    task_id = works.task()

    works.runner(lambda _: result, max_attempts=1).run([task_id])

    assert works[task_id].status is Status.FAILED


@pytest.mark.parametrize("kind", ["process", "chat", "a_kind_without_a_processor"])
def test_kinds_without_a_processor_of_their_own_are_processed_as_text(works, kind: str):
    task_id = works.task(kind=kind, payload={"content": "Two  words."})

    works.runner().run([task_id])

    assert works[task_id].result["text"] == "Two words."


def test_one_task_that_fails_does_not_spoil_the_others_of_its_message(works):
    def work(job: Job) -> str:
        if job.content == "bad":
            raise ValueError
        return "done"

    ids = [works.task(payload={"content": content}) for content in ("good", "bad", "good")]
    works.runner(work, max_attempts=1).run(ids)

    assert [works[task_id].status.value for task_id in ids] == ["completed", "failed", "completed"]


def test_without_a_ledger_nothing_runs(works):
    task_id, runner = works.task(), works.runner()
    works.ledger.close()

    with pytest.raises(LedgerUnavailable):
        runner.run([task_id])

    assert works.runs == []


def test_a_result_waits_for_a_ledger_that_is_away_for_a_moment(works, lines: Lines, monkeypatch):
    task_id, away, end = works.task(), [LedgerUnavailable()], works.ledger.end

    def sometimes(endings, **asked):
        if away:
            raise away.pop()
        return end(endings, **asked)

    monkeypatch.setattr(works.ledger, "end", sometimes)
    works.runner(lambda _: "worth an hour").run([task_id])

    assert (works[task_id].status, works[task_id].result) == (Status.COMPLETED, "worth an hour")
    assert len(lines.of("task.unwritten")) == 1


@pytest.mark.parametrize("result", [{1, 2}, object(), {"when": lambda: 0}])
def test_a_result_that_is_no_json_is_not_tried_again(works, result):
    task_id = works.task()

    works.runner(lambda _: result).run([task_id])

    assert (works[task_id].status, works[task_id].error) == (Status.FAILED, "ResultIsNoJson: result_is_no_json")
    assert len(works.runs) == 1


def test_an_older_attempt_cannot_end_a_newer_one(works, clock):
    task_id = works.task()
    (old,) = works.ledger.claim([task_id], owner="lost", lease_ms=1000)
    clock.later(seconds=2)
    works.ledger.sweep(max_attempts=3)
    works.runner(lambda _: "new").run([task_id])

    held = works.ledger.end([Ending(claim=old.claim, status=Status.COMPLETED, result="old")])

    assert held == set()
    assert works[task_id].result == "new"


def test_lines_about_a_task_carry_its_request_id(works, lines: Lines):
    def long(_) -> None:
        eventually(lambda: lines.of("task.started"))

    works.runner(long).run([works.task(request_id="c" * 32)])

    ours = [line for line in lines.written if " task." in line]
    assert [line.split()[3] for line in ours] == ["task.started", "task.completed"]
    assert all(f"request_id={'c' * 32}" in line for line in ours)


def test_of_a_short_task_one_line_tells(works, lines: Lines, monkeypatch):
    monkeypatch.setattr("gateway.processing.runner._LONG_S", 60.0)
    works.runner().run([works.task()])

    assert [line.split()[3] for line in lines.written if " task." in line] == ["task.completed"]


def test_what_a_processor_holds_does_not_show_in_repr(works):
    works.runner().run([works.task(payload={"content": EMAIL, "args": {"a": EMAIL}, "metadata": {"a": EMAIL}})])

    assert EMAIL not in repr(works.runs[0])


@pytest.mark.parametrize(
    "result", [{1: "a"}, 2**70, "\ud800"], ids=["a number as a key", "65 bits", "half a character"]
)
def test_a_result_that_the_ledger_cannot_write_fails_the_task_and_spoils_no_other(works, result: Any):
    ids = [works.task(payload={"content": content}) for content in ("bad", "good")]

    works.runner(lambda job: result if job.content == "bad" else "done", clean_result=lambda _, found: found).run(ids)

    assert [works[task_id].status for task_id in ids] == [Status.FAILED, Status.COMPLETED]
    assert [alert.subject for alert in works.ledger.alerts()] == [ids[0]]


def test_a_result_that_was_thrown_away_is_not_counted_as_a_success(works):
    def successes() -> float:
        (family,) = metrics.task_processing_successes.collect()
        return next(sample.value for sample in family.samples if sample.name.endswith("_total"))

    task_id, before = works.task(), successes()

    works.runner(lambda _: works.ledger.cancel(task_id, by="shop") and "late").run([task_id])

    assert successes() == before


def test_a_processor_that_stops_though_nobody_canceled_has_failed(works):
    task_id = works.task()

    works.runner(raises(Canceled())).run([task_id])

    assert (works[task_id].status, works[task_id].error) == (Status.FAILED, "Canceled: canceled")
