"""An alert: what went wrong at the gate, told without the value that was found."""

from dataclasses import dataclass, field
from enum import StrEnum


class AlertType(StrEnum):
    """What an alert is about; the words of the report's first line."""

    PERSONAL_DATA = "PersonalData"
    SECRET = "Secret"  # noqa: S105 - a name, not a secret
    INVALID_MESSAGE = "InvalidMessage"
    FRAUD_ATTEMPT = "FraudAttempt"
    SERVICE_DOWN = "ServiceDown"
    SILENT_FAILURE = "SilentFailure"
    TASK_FAILED = "TaskFailed"


class Severity(StrEnum):
    """How soon somebody should look."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundItem:
    """How often one kind was found at one place. No offsets: they would tell a secret's length."""

    entity_type: str
    path: str
    score: float  #: the highest
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAlert:
    """An alert to be recorded. Nothing in it comes from a client but names of a configured list."""

    id: str  #: UUIDv7
    type: AlertType
    severity: Severity
    description: str  #: one short sentence
    action: str  #: what was done
    caller: str
    request_id: str | None
    found: tuple[FoundItem, ...] = ()
    subject: str = ""  #: what else tells two alerts apart when repeats are folded, e.g. a task's id


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One row of the ledger's alerts. Times are milliseconds since the epoch, UTC."""

    id: str
    type: AlertType
    severity: Severity
    description: str
    action: str
    caller: str
    request_id: str | None
    found: tuple[FoundItem, ...] = ()
    subject: str = ""
    at: int
    last_at: int  #: of the newest repeat that was folded into it
    count: int  #: how many, this one included
    reported: int = field(default=0)  #: the count that its file tells; 0 where no file was written yet
