"""The bodies of the intake API."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictStr, field_validator, model_validator

from gateway.intake import Outcome
from gateway.ledger.task import Priority, Status
from gateway.message.decoding import MAX_TEXT_CHARACTERS, check_depth
from gateway.message.message import Delivery
from gateway.processing.processors.recommend.songs import LONGEST_SONG
from gateway.processing.processors.recommend.songs import MOST as MOST_RECOMMENDATIONS
from gateway.processing.processors.sum import MOST
from gateway.processing.processors.wait import LONGEST_S
from gateway.settings_tables import KindName
from gateway.web.bodies import RequestModel

FARTHEST: Final = timedelta(days=366)  #: a task is kept until it has ended: none may wait for ever
Text = Annotated[StrictStr, Field(min_length=1, max_length=MAX_TEXT_CHARACTERS)]


class _In(RequestModel):
    """A body that a client sends: names that are not declared are refused."""

    model_config = ConfigDict(extra="forbid")


class MessageIn(_In):
    """A message."""

    text: Text
    kind: StrictStr = Field("message", description="One of the kinds that gateway.toml declares.")
    delivery: Delivery = Field(Delivery.AUTO, description="auto: the policy's routes decide.")
    metadata: dict[str, Any] = Field(default_factory=dict, description="Screened like the text; at most 16 deep.")

    @field_validator("metadata")
    @classmethod
    def _shallow(cls, value: dict[str, Any]) -> dict[str, Any]:
        check_depth(value, field="/metadata")
        return value


class TaskIn(_In):
    """A task. `data` is another name for `content`."""

    content: Text | None = None
    data: Text | None = None
    kind: StrictStr = Field("process", description="What is to be done; one of the declared kinds.")
    args: dict[str, Any] = Field(default_factory=dict, description="For the kind's processor; at most 16 deep.")
    priority: Literal["low", "normal", "high"] = Field("normal", description="Who waits less.")
    not_before: datetime | None = Field(
        None, description="With its offset; the task does not start earlier. At most a year ahead."
    )
    callback_url: StrictStr | None = Field(
        None,
        max_length=2048,
        description="An https address of a host that GATEWAY_CALLBACK_HOSTS names; it is told when the task has ended.",
    )

    @field_validator("args")
    @classmethod
    def _shallow(cls, value: dict[str, Any]) -> dict[str, Any]:
        check_depth(value, field="/args")
        return value

    @field_validator("not_before", mode="before")
    @classmethod
    def _written_out(cls, value: Any) -> Any:
        if value is not None and (not isinstance(value, str) or "T" not in value.upper()):
            raise ValueError("a date, a time and an offset are needed, as 2026-11-22T10:15:30Z")
        return value

    @field_validator("not_before")
    @classmethod
    def _aware(cls, value: datetime | None) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("the offset is missing")
        try:
            at = value.astimezone(UTC)
        except OverflowError:
            raise ValueError("not a time of this calendar") from None
        if at > datetime.now(UTC) + FARTHEST:
            raise ValueError("more than a year ahead")
        return at

    @model_validator(mode="after")
    def _one_content(self) -> "TaskIn":
        if (self.content is None) == (self.data is None):
            raise ValueError("exactly one of content and data is needed")
        return self

    @property
    def text(self) -> str:
        """The content, by whichever name it came."""
        return self.content if self.content is not None else self.data or ""

    @property
    def urgency(self) -> Priority:
        """The priority, as the ledger counts it."""
        return Priority[self.priority.upper()]

    @property
    def not_before_ms(self) -> int | None:
        """Milliseconds since the epoch."""
        return int(self.not_before.timestamp() * 1000) if self.not_before else None


class WaitIn(_In):
    """A job that waits, and returns what it was given."""

    seconds: float = Field(ge=0, le=LONGEST_S, allow_inf_nan=False, strict=True)
    value: Any = None

    @field_validator("value")
    @classmethod
    def _shallow(cls, value: Any) -> Any:
        check_depth(value, field="/value")
        return value


class SumIn(_In):
    """A job that adds 1 + 2 + … + n by iteration."""

    n: int = Field(ge=0, le=MOST, strict=True)


class RecommendationsIn(_In):
    """A job that recommends songs."""

    song: StrictStr = Field(min_length=1, max_length=LONGEST_SONG, description="Its title, or title and artist.")
    limit: int = Field(5, ge=1, le=MOST_RECOMMENDATIONS, strict=True)


class TaskQuery(_In):
    """Which tasks to list."""

    status: Status | None = None
    kind: KindName | None = None  # by its form: PostgreSQL refuses a text with U+0000
    limit: int = Field(50, ge=1, le=200)
    cursor: StrictStr | None = Field(None, description="next_cursor of the page before.")


class PageQuery(_In):
    """Which page to list."""

    limit: int = Field(50, ge=1, le=200)
    cursor: StrictStr | None = Field(None, description="next_cursor of the page before.")


class FindingOut(BaseModel):
    """A finding: its place and kind, never its value."""

    entity_type: str
    path: str = Field(description="A JSON pointer; a segment that may be personal is `*`.")
    start: int = Field(description="In Unicode code points of the string at path.")
    end: int = Field(description="Exclusive.")
    score: float
    provider: str | None = Field(None, description="Of a secret: who issues it, where its form tells.")
    key: bool | None = Field(None, description="True where it was found in a key of the object at path.")


class TaskOut(BaseModel):
    """A task, as it was made."""

    id: str
    kind: str
    content: str | None = Field(None, description="As it was kept: redacted where the policy says so.")
    status: Status
    created_at: str
    updated_at: str | None


class TaskDetailOut(TaskOut):
    """A task with all that is known of it."""

    pool: str
    priority: Literal["low", "normal", "high"]
    not_before: str | None
    attempts: int
    progress: float | None
    result: Any
    error: str | None
    remarks: list[str] | None = Field(None, description="What was put right on the way; not in lists.")
    started_at: str | None
    finished_at: str | None


class TaskPageOut(BaseModel):
    """A page of tasks, the newest first."""

    items: list[TaskDetailOut]
    next_cursor: str | None


class TaskEventOut(BaseModel):
    """One change of state."""

    at: str
    from_: Status | None = Field(alias="from")
    to: Status
    by: str
    remark: str | None


class TaskEventsOut(BaseModel):
    """Every change of state, the oldest first."""

    items: list[TaskEventOut]


class ForwardedOut(BaseModel):
    """A message that was forwarded."""

    id: str
    outcome: Literal[Outcome.FORWARDED]
    redacted: bool
    findings: list[FindingOut]
    result: Any = Field(description="service_2's answer, screened.")


class QueuedOut(BaseModel):
    """A message that became a task."""

    id: str
    outcome: Literal[Outcome.QUEUED]
    redacted: bool
    findings: list[FindingOut]
    task: TaskOut


class HeldOut(BaseModel):
    """A message that was held, or a body that does not fit."""

    type: str = "about:blank"
    title: str
    status: int
    code: str = Field(description="secret, personal_data, or invalid_request.")
    detail: str
    field: str | None = None
    id: str | None = None
    findings: list[FindingOut] | None = None
    alert_id: str | None = None


class ScreenedOut(BaseModel):
    """What would become of a message."""

    outcome: Outcome
    findings: list[FindingOut]
    redacted_text: str


class VerdictOut(BaseModel):
    """What a message of a batch came to: beside `line` and `status`, the body that it alone would have got."""

    model_config = ConfigDict(extra="allow")

    line: int = Field(description="From 1. Blank lines are counted, and have no verdict.")
    status: int


class JobOut(BaseModel):
    """A ready-made job that was taken in."""

    job_id: str
    status: Status


class JobStateOut(JobOut):
    """A ready-made job."""

    result: Any
    error: str | None


class AlertFoundOut(BaseModel):
    """How often one kind was found at one place."""

    entity_type: str
    path: str
    score: float
    count: int


class AlertOut(BaseModel):
    """An alert."""

    id: str
    type: str
    severity: str
    description: str
    action: str
    caller: str
    request_id: str | None
    found: list[AlertFoundOut]
    at: str
    last_at: str
    count: int


class AlertPageOut(BaseModel):
    """A page of alerts, the newest first."""

    items: list[AlertOut]
    next_cursor: str | None


class AboutOut(BaseModel):
    """What this service is."""

    service: str
    version: str
    links: dict[str, str]


class HealthOut(BaseModel):
    """It runs."""

    status: Literal["ok"]


class DependencyOut(BaseModel):
    """How one dependency is."""

    state: Literal["up", "down"]
    ms: float
    needed: bool


class ReadyOut(BaseModel):
    """How what is needed is."""

    status: Literal["ready", "unready"]
    dependencies: dict[str, DependencyOut]


class PoolOut(BaseModel):
    """How much waits and runs in one pool."""

    pending: int
    processing: int
    oldest_pending_seconds: float | None


class StatsOut(BaseModel):
    """Counts of tasks."""

    version: str
    counted_at: str  #: of a large ledger up to a minute ago
    tasks: dict[str, int]
    pools: dict[str, PoolOut]
