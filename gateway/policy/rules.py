"""
The rules of `gateway.toml`: ordered, each finding takes the first that matches, none means hold.

The strictest outcome among a message's findings wins.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from gateway.kinds import Pool
from gateway.message.message import Delivery, Message
from gateway.screening.findings import Finding
from gateway.screening.redaction import Operator

SECRET_TYPES: Final = frozenset({"SECRET", "PASSWORD"})

Score = Annotated[float, Field(ge=0, le=1)]


class _Table(BaseModel):
    """A table of `gateway.toml`: a name that is not declared stops the start."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _takes_all(these: frozenset[str], others: frozenset[str]) -> bool:
    """Whether a condition on *these* names, none of which means every name, holds wherever one on *others* does."""
    return not these or (bool(others) and others <= these)


class Then(StrEnum):
    """What a rule says about a finding."""

    ALLOW = "allow"
    REDACT = "redact"
    HOLD = "hold"


class RuleWhen(_Table):
    """The fields are ANDed; one that is left out matches everything."""

    entity_types: frozenset[str] = Field(frozenset(), description="Kinds of findings; none: every kind.")
    kinds: frozenset[str] = Field(frozenset(), description="Kinds of messages; none: every kind.")
    min_score: Score = Field(0.0, description="Findings below this score do not match.")

    def matches(self, kind: str, finding: Finding) -> bool:
        """Whether the rule speaks of this finding in a message of this kind."""
        return (
            finding.score >= self.min_score
            and (not self.entity_types or finding.entity_type in self.entity_types)
            and (not self.kinds or kind in self.kinds)
        )

    def covers(self, other: "RuleWhen") -> bool:
        """Whether nothing is left for *other* behind this one."""
        return (
            self.min_score <= other.min_score
            and _takes_all(self.entity_types, other.entity_types)
            and _takes_all(self.kinds, other.kinds)
        )


class Rule(_Table):
    """One `[[policy.rules]]`."""

    when: RuleWhen = RuleWhen()
    then: Then = Field(description="`allow`, `redact` or `hold`.")


class RouteWhen(_Table):
    """The fields are ANDed; one that is left out matches everything."""

    kinds: frozenset[str] = Field(frozenset(), description="Kinds of messages; none: every kind.")
    min_characters: int = Field(0, ge=0, description="Shorter texts do not match.")

    def matches(self, message: Message) -> bool:
        """Whether the route speaks of this message."""
        return len(message.text) >= self.min_characters and (not self.kinds or message.kind in self.kinds)

    def covers(self, other: "RouteWhen") -> bool:
        """Whether nothing is left for *other* behind this one."""
        return self.min_characters <= other.min_characters and _takes_all(self.kinds, other.kinds)


class Route(_Table):
    """One `[[routes]]`: what `delivery = "auto"` means; the first that matches decides, none means sync."""

    when: RouteWhen = RouteWhen()
    deliver: Literal[Delivery.SYNC, Delivery.QUEUED] = Field(description="`sync` or `queued`.")
    pool: Pool | None = Field(None, description="`io` or `cpu`: where a queued one runs; none: its kind's pool.")


DEFAULT_RULES: Final = (Rule(when=RuleWhen(min_score=0.5), then=Then.HOLD), Rule(then=Then.ALLOW))
DEFAULT_ROUTES: Final = (Route(when=RouteWhen(min_characters=2001), deliver=Delivery.QUEUED, pool=Pool.CPU),)


class PolicyTable(_Table):
    """The `[policy]` table."""

    rules: tuple[Rule, ...] = Field(DEFAULT_RULES, description="In order; each finding takes the first that matches.")
    operators: Mapping[str, Operator] = Field(
        default_factory=dict,
        description="`replace` (where nothing is said), `mask`, `remove`, `hash` or `token`, by kind of finding.",
    )


class _Strictness(IntEnum):
    """Orders what rules say."""

    ALLOW = 0
    REDACT = 1
    HOLD = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the policy says about one message."""

    held: bool
    to_redact: tuple[Finding, ...]  #: empty where the message is held

    @property
    def redacted(self) -> bool:
        """Whether the message that goes on differs from the one that came."""
        return bool(self.to_redact)


_ALLOWED: Final = Decision(held=False, to_redact=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules and routes in force."""

    rules: Sequence[Rule] = DEFAULT_RULES
    routes: Sequence[Route] = DEFAULT_ROUTES

    def decide(self, kind: str, findings: Sequence[Finding]) -> Decision:
        """Say what happens to a message of *kind* with these findings."""
        if not findings:
            return _ALLOWED
        verdicts = [self._verdict(kind, finding) for finding in findings]
        if _Strictness.HOLD in verdicts:
            return Decision(held=True, to_redact=())
        marked = zip(findings, verdicts, strict=True)
        return Decision(held=False, to_redact=tuple(f for f, verdict in marked if verdict is _Strictness.REDACT))

    def not_allowed(self, kind: str, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """Return the findings that may not leave: what is redacted in results, where nothing can be held."""
        return tuple(f for f in findings if self._verdict(kind, f) is not _Strictness.ALLOW)

    def route(self, message: Message) -> tuple[Delivery, Pool | None]:
        """Say how the message is delivered, and where if it is queued (None: its kind's pool)."""
        if message.delivery is not Delivery.AUTO:
            return message.delivery, None
        for route in self.routes:
            if route.when.matches(message):
                return route.deliver, route.pool
        return Delivery.SYNC, None

    def _verdict(self, kind: str, finding: Finding) -> _Strictness:
        for rule in self.rules:
            if rule.when.matches(kind, finding):
                return _Strictness[rule.then.name]
        return _Strictness.HOLD
