"""A task, its states and the moves between them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any, Final

from gateway.ledger.alert import Alert, NewAlert
from gateway.ledger.idempotency import KeyLease


class Status(StrEnum):
    """Where a task stands; docs/task-states.md draws the moves."""

    PENDING = "pending"  #: waiting for a worker
    PROCESSING = "processing"  #: a worker holds it until its lease ends
    COMPLETED = "completed"  #: a result is stored
    FAILED = "failed"
    CANCELED = "canceled"


class Priority(IntEnum):
    """How soon a task runs, among those that wait."""

    LOW = 0
    NORMAL = 1
    HIGH = 2


LIVE: Final = frozenset({Status.PENDING, Status.PROCESSING})

MOVES: Final[Mapping[Status, frozenset[Status]]] = {
    Status.PENDING: frozenset({Status.PROCESSING, Status.CANCELED}),
    # back to PENDING: the worker was lost, handed it back, or a retry is due
    Status.PROCESSING: frozenset({Status.COMPLETED, Status.FAILED, Status.CANCELED, Status.PENDING}),
    Status.COMPLETED: frozenset(),
    Status.FAILED: frozenset({Status.PENDING}),  # an operator tries again
    Status.CANCELED: frozenset({Status.PENDING}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    """A task to be accepted; its payload has been screened, and redacted where the policy says so."""

    id: str  #: UUIDv7
    caller: str  #: name of the key that made it
    kind: str
    pool: str
    payload: Mapping[str, Any] = field(repr=False)  #: content, args, metadata
    request_id: str
    priority: int = Priority.NORMAL  #: higher runs sooner
    not_before: int | None = None  #: ms since the epoch
    callback_url: str | None = field(default=None, repr=False)  #: who is told once it has ended
    key: KeyLease | None = None  #: what its client's Idempotency-Key gives the right to


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One row of the ledger. All times are milliseconds since the epoch, UTC."""

    id: str
    caller: str
    kind: str
    pool: str
    payload: Mapping[str, Any] = field(repr=False)
    status: Status
    attempt: int  #: the fencing token: one more at each claim, never reset
    failures: int  #: what the retry budget counts; a hand-back does not spend it
    launches: int  #: how often the monitor published it again
    due_at: int | None  #: when somebody should look; None once the task has ended
    not_before: int | None
    priority: int  #: a `Priority`
    owner: str | None  #: the worker that holds it
    progress: float | None  #: 0 to 1
    result: Any = field(repr=False)  #: any JSON value, screened
    error: str | None  #: a class and a code, never an exception's text
    request_id: str
    created_at: int
    started_at: int | None  #: None also of a claimed one that is not known to have begun
    updated_at: int | None  #: None until something happened after it was created
    finished_at: int | None
    callback_url: str | None = field(repr=False)
    silent_at: int | None  #: when it was reported to wait longer than its kind should

    @property
    def claim(self) -> "Claim":
        """The worker's right to this attempt."""
        return Claim(task_id=self.id, attempt=self.attempt)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to write about one attempt; worth nothing once another attempt has begun."""

    task_id: str
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How an attempt ended: completed with *result*, failed with *error*, or to be tried again."""

    claim: Claim
    status: Status  #: COMPLETED, FAILED, or PENDING for another try
    result: Any = field(default=None, repr=False)
    error: str | None = None
    remark: str | None = None
    retry_at: int | None = None  #: ms since the epoch, with PENDING
    counts_as_failure: bool = True  #: with PENDING: whether it spends the retry budget
    alert: NewAlert | None = None  #: written down in the same transaction, if the claim holds
    started_at: int | None = None  #: ms since the epoch, where the ledger does not know it; see `Ledger.claim`


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEvent:
    """One change of state, as it was written in the transaction that made it."""

    at: int  #: ms since the epoch
    from_status: Status | None
    to_status: Status
    by: str
    remark: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaunch:
    """A task that the monitor put right, and why."""

    task: Task
    reason: str  #: one of the four below
    alert: Alert | None = None  #: that it has failed, where it was given up


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A task that waits for a worker, and that somebody should look at."""

    id: str
    pool: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Tasks that were found to wait longer than they should, and the alert that tells so."""

    kind: str
    pool: str
    tasks: int
    alert: Alert


NEVER_LAUNCHED: Final = "never_launched"  #: recorded, and no worker took it in time
WORKER_LOST: Final = "worker_lost"  #: its lease ended without a beat
RETRY_DUE: Final = "retry_due"  #: its not_before has come
GAVE_UP: Final = "gave_up"  #: its worker was lost too often
