"""
What each move of a task changes, as columns and values.

The ledgers share these: the SQL ledger writes them under a guard, the in-memory one with `dataclasses.replace`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple, Protocol, TypeAlias

from gateway.errors import TaskNotRetryable
from gateway.kinds import WEBHOOK, Pool
from gateway.ledger.alert import AlertType, NewAlert, Severity
from gateway.ledger.task import (
    GAVE_UP,
    LIVE,
    MOVES,
    NEVER_LAUNCHED,
    RETRY_DUE,
    WORKER_LOST,
    Ending,
    NewTask,
    Status,
    Task,
)
from gateway.message.ids import id_at, new_id

Changes: TypeAlias = dict[str, Any]  #: fields of `Task` by name

BACK_OFF_MS: Final = 10_000  #: from the monitor's first launch of a task to its next
LONGEST_BACK_OFF_MS: Final = 300_000
LONGEST_LOOK_MS: Final = 60_000  #: between two looks at a task that waits for its turn
COME_DUE_MS: Final = 30_000  #: for as long what comes due by a time of its own goes before a backlog
SOON_MS: Final = LONGEST_BACK_OFF_MS + 5_000  #: what is due later waits for its own time, not for a worker
MONITOR: Final = "monitor"  #: who makes the moves of a sweep
LOST: Final = "WorkerLost"  #: the error of a task whose workers were lost too often
STARTED_AGAIN: Final = "started again"  #: the remark of an operator's retry
WAITS_TOO_LONG: Final = "waits longer than it should"  #: the remark beside a `SilentFailure` alert
ERASED: Final = "emptied"  #: the remark of a task whose content was wiped on request

_ENDS: Final = frozenset({Status.COMPLETED, Status.FAILED, Status.PENDING})
_REMARKS: Final = {
    NEVER_LAUNCHED: "no worker took it in time",
    RETRY_DUE: "retry due",
    WORKER_LOST: "worker lost",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What a sweep allows a task."""

    attempts: int  #: of which none may have failed more
    by_kind: Mapping[str, int] = field(default_factory=dict)  #: the same for some kinds
    longest_back_off_ms: int = LONGEST_BACK_OFF_MS

    def attempts_of(self, kind: str) -> int:
        """Return after how many failed attempts a task of *kind* has failed."""
        return self.by_kind.get(kind, self.attempts)

    def back_off_ms(self, launches: int) -> int:
        """Return how long the monitor waits after a task's launch number *launches*, from 1 on."""
        return min(self.longest_back_off_ms, BACK_OFF_MS << min(launches - 1, 16))


def accepted(new: NewTask, *, now: int, launch_grace_ms: int) -> Task:
    """Return the task as it is first written."""
    return Task(
        id=new.id,
        caller=new.caller,
        kind=new.kind,
        pool=new.pool,
        payload=new.payload,
        status=Status.PENDING,
        attempt=0,
        failures=0,
        launches=0,
        due_at=max(now + launch_grace_ms, new.not_before or 0),
        not_before=new.not_before,
        priority=new.priority,
        owner=None,
        progress=None,
        result=None,
        error=None,
        request_id=new.request_id,
        created_at=now,
        started_at=None,
        updated_at=None,
        finished_at=None,
        callback_url=new.callback_url,
        silent_at=None,
    )


def claimed(*, owner: str, now: int, lease_ms: int, alone: bool) -> Changes:
    """Return what a claim changes, but for `attempt`, which goes up by one; one of several has not begun yet."""
    return {
        "status": Status.PROCESSING,
        "owner": owner,
        "progress": None,
        "silent_at": None,
        "started_at": now if alone else None,
        "updated_at": now,
        "due_at": now + lease_ms,
    }


def ended(ending: Ending, *, failures: int, started_at: int | None, now: int, launch_grace_ms: int) -> Changes:
    """
    Return what the end of an attempt changes.

    Without a `retry_at`, a pending one is handed back: its worker publishes it again, and after a grace the monitor.

    Raises:
        ValueError: no attempt ends this way; the runner's mistake.
    """
    if ending.status not in _ENDS:
        raise ValueError(f"an attempt does not end as {ending.status}")
    again = ending.status is Status.PENDING
    return {
        "status": ending.status,
        "failures": failures + (again and ending.counts_as_failure),
        "owner": None,
        "progress": 1.0 if ending.status is Status.COMPLETED else None,
        "result": ending.result if ending.status is Status.COMPLETED else None,
        "error": ending.error,
        "started_at": ending.started_at if started_at is None else started_at,
        "updated_at": now,
        "finished_at": None if again else now,
        "not_before": ending.retry_at,
        "due_at": (ending.retry_at or now + launch_grace_ms) if again else None,
    }


def end_remark(ending: Ending) -> str | None:
    """Return the words for an end that says none of its own."""
    if ending.remark is not None or ending.status is not Status.PENDING:
        return ending.remark
    return "to be tried again" if ending.counts_as_failure else "handed back"


def canceled(*, now: int) -> Changes:
    """Return what a cancel changes."""
    return {"status": Status.CANCELED, "owner": None, "due_at": None, "updated_at": now, "finished_at": now}


def check_retryable(task: Task) -> None:
    """
    Check that an operator may start *task* again.

    Raises:
        TaskNotRetryable: its words say why not.
    """
    if task.status in LIVE or Status.PENDING not in MOVES[task.status]:
        raise TaskNotRetryable
    if not task.payload:
        raise TaskNotRetryable("What the task held was wiped, so it cannot start again.")


def look_put_off(task: Task, *, now: int) -> Changes:
    """Return what changes of a task that waits for its turn: by half of what it has waited it is looked at later."""
    waited = now - (task.created_at if task.updated_at is None else task.updated_at)
    return {"due_at": now + min(max(waited // 2, BACK_OFF_MS), LONGEST_LOOK_MS)}


def retried(*, now: int, launch_grace_ms: int) -> Changes:
    """Return what an operator's retry changes; `attempt` stays, so a worker of before has no claim."""
    return {
        "status": Status.PENDING,
        "failures": 0,
        "launches": 0,
        "due_at": now + launch_grace_ms,
        "not_before": None,
        "progress": None,
        "result": None,
        "error": None,
        "started_at": None,
        "updated_at": now,
        "finished_at": None,
        "silent_at": None,
    }


def erased(task: Task, *, now: int) -> Changes:
    """Return what changes of an ended task when its content is wiped on request."""
    return {"status": task.status, "payload": {}, "result": None, "callback_url": None, "updated_at": now}


class Repair(NamedTuple):
    """What a sweep does about one overdue task."""

    reason: str
    remark: str
    changes: Changes


def repaired(task: Task, *, now: int, allowed: Allowed) -> Repair:
    """Decide what becomes of a live task that is overdue."""
    began = task.status is Status.PROCESSING and task.started_at is not None
    failures = task.failures + began  # what was claimed with others and had not begun did its worker no harm
    if began and failures >= allowed.attempts_of(task.kind):
        remark = f"worker lost; gave up after {failures} failed attempts"
        changes: Changes = {
            "status": Status.FAILED,
            "failures": failures,
            "owner": None,
            "error": LOST,
            "due_at": None,
            "finished_at": now,
        }
        return Repair(GAVE_UP, remark, changes | {"updated_at": now, "launches": task.launches})
    reason = WORKER_LOST if task.status is Status.PROCESSING else _why_pending(task)
    launches = task.launches + 1
    changes = {
        "status": Status.PENDING,
        "failures": failures,
        "owner": None,
        "error": task.error,
        "due_at": now + allowed.back_off_ms(launches),
        "finished_at": None,
    }
    return Repair(reason, _REMARKS[reason], changes | {"updated_at": now, "launches": launches})


def _why_pending(task: Task) -> str:
    # The monitor's own launch moves due_at at least one back-off past not_before: then it has been launched for that.
    waited = task.not_before is not None and task.due_at is not None and task.due_at < task.not_before + BACK_OFF_MS
    return RETRY_DUE if waited else NEVER_LAUNCHED


class Told(Protocol):
    """What has to be known of a task that has ended, to tell whoever asked for it: a `Task`, or a row of `tasks`."""

    @property
    def id(self) -> str: ...  # noqa: D102 - as in `Task`, like the others
    @property
    def caller(self) -> str: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def request_id(self) -> str: ...  # noqa: D102
    @property
    def callback_url(self) -> str | None: ...  # noqa: D102


def deliveries(ended: Iterable[tuple[Told, Status]], *, now: int) -> list[Task]:
    """
    Return the tasks that tell the `callback_url` of those that have ended; to be written in the same transaction.

    A task that goes on tells nothing, nor does the end of a delivery itself. Its `not_before` has the monitor launch
    each at its next pass. Its id tells the time of the end, by which it can be found.
    """
    new = (
        NewTask(
            id=id_at(now),
            caller=task.caller,
            kind=WEBHOOK,
            pool=Pool.IO,
            payload={"args": {"task_id": task.id, "status": status.value, "ended_at": now}},
            request_id=task.request_id,
            not_before=now,
            callback_url=task.callback_url,
        )
        for task, status in ended
        if task.callback_url and task.kind != WEBHOOK and status not in LIVE
    )
    return [accepted(task, now=now, launch_grace_ms=0) for task in new]


def callback_after(told: Told, status: Status) -> str | None:
    """Return the callback that a task has once it has moved to *status*: a delivery that was taken needs none."""
    return None if told.kind == WEBHOOK and status is Status.COMPLETED else told.callback_url


def task_failed(task: Task) -> NewAlert:
    """Return the alert that a task has failed for good."""
    return NewAlert(
        id=new_id(),
        type=AlertType.TASK_FAILED,
        severity=Severity.MEDIUM,
        description=f"A task of kind {task.kind} has failed: {task.error or ''}.",
        action=f"Task {task.id} stays in the ledger; an operator can start it again.",
        caller=task.caller,
        request_id=task.request_id,
        subject=task.id,
    )


def waits_too_long(kind: str, pool: str, *, wait_ms: int) -> NewAlert:
    """Return the alert that tasks of a kind wait longer than they should; its count tells how many."""
    return NewAlert(
        id=new_id(),
        type=AlertType.SILENT_FAILURE,
        severity=Severity.HIGH,
        description=f"Tasks of kind {kind} have waited longer than {wait_ms / 1000:g} s for a worker of pool {pool}.",
        action="They stay in the ledger and run as soon as a worker takes them.",
        caller=MONITOR,
        request_id=None,
        subject=f"{kind}/{pool}",
    )


def applied(task: Task, changes: Changes) -> Task:
    """Return the task as it is after the changes."""
    return replace(task, **changes)
