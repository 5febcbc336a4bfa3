"""The tables of `gateway.toml` that are settings; those of the policy and of routes stand where they are decided by."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from gateway.kinds import WEBHOOK, Pool
from gateway.processing.timing import check_cron, every_ms
from gateway.screening.patterns import PatternSpec

KindName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]


def _as_ms(written: Any) -> Any:
    return None if written is None else every_ms(str(written))


def _as_cron(line: str) -> str:
    return check_cron(line) if line else line


def _not_ours(kind: str) -> str:
    if kind == WEBHOOK:
        raise ValueError(f"{WEBHOOK} is a kind of the gateway's own")
    return kind


OwnKindName = Annotated[KindName, AfterValidator(_not_ours)]


class _Table(BaseModel):
    """A table of `gateway.toml`: a name that is not declared stops the start."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ScreeningTable(_Table):
    """The `[screening]` table."""

    detectors: tuple[str, ...] = Field(
        ("*",),
        description="Shipped ones (`*`: all), `module:attribute`, and names that a package offers.",
    )
    patterns: tuple[PatternSpec, ...] = Field((), description="Detectors without code.")
    model: str = Field(
        "",
        description="A language model that is installed here and reads every text, too: `spacy:` or `presidio:`, "
        "and the package or the folder of a spaCy pipeline.",
    )


class Limits(_Table):
    """What a kind of task may take; what is not set is not limited, or as for every kind."""

    seconds: float | None = Field(None, gt=0, le=86_400, description="An attempt may run this long.")
    attempts: int | None = Field(None, ge=1, le=100, description="Tries, instead of `GATEWAY_MAX_ATTEMPTS`.")
    at_once: int | None = Field(None, ge=1, le=10_000, description="So many may run at the same time.")
    wait_seconds: float | None = Field(
        None, gt=0, description="One that waits longer raises a `SilentFailure` alert, instead of `GATEWAY_WAIT_S`."
    )


class ProcessingTable(_Table):
    """The `[processing]` table."""

    processors: Mapping[OwnKindName, str] = Field(
        default_factory=dict, description="A task kind to `module:attribute`, or to a name that a package offers."
    )
    pools: Mapping[OwnKindName, Pool] = Field(default_factory=dict, description="The pool of each; `cpu` if not named.")
    limits: Mapping[KindName, Limits] = Field(default_factory=dict, description="What tasks of a kind may take.")


class ScheduleTable(_Table):
    """A task that is made again and again."""

    name: KindName = Field(description="Who makes its tasks is `schedule:` and this name.")
    kind: KindName = Field(description="A declared kind, a ready-made job or a processor of your own.")
    args: Mapping[str, Any] = Field(default_factory=dict, description="For the processor; screened at the start.")
    content: str = Field("", description="A text for it; screened at the start.")
    every: Annotated[int | None, BeforeValidator(_as_ms)] = Field(
        None, description="Seconds, or as `5m`, `2h`, `1d`."
    )  #: ms
    cron: Annotated[str, AfterValidator(_as_cron)] = Field(
        "", description="In place of `every`: minute, hour, day, month and weekday, in UTC, as `0 3 * * *`."
    )
    pool: Pool | None = Field(None, description="`io` or `cpu`; not set: its kind's pool.")
    priority: Literal["low", "normal", "high"] = Field("normal", description="Which of those that wait goes first.")

    @model_validator(mode="after")
    def _timed(self) -> Self:
        if (self.every is None) == (not self.cron):
            raise ValueError("either every or cron is needed")
        return self
