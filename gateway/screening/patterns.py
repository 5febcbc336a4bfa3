"""
What a detector is made of: patterns, the checks behind them, and the words that make a weak match strong.

All expressions are RE2's: linear time whatever comes in, no lookaround, no back-references. What stands around
a match is for the check to look at.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final, NamedTuple, Protocol, TypeAlias, runtime_checkable

import re2  # type: ignore[import-untyped]  # google-re2 ships no types
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from gateway.screening.expressions import quiet_options
from gateway.screening.reach import DEEPEST, is_too_deep

ENTITY_TYPE: Final = "[A-Z][A-Z0-9_]{0,63}"
EntityType: TypeAlias = Annotated[str, StringConstraints(pattern=f"^{ENTITY_TYPE}$")]
ContextWord: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class Candidate(NamedTuple):
    """A place in a text that fits a pattern. Its offsets count UTF-8 bytes; only findings count code points."""

    data: bytes  #: the whole text; a lone surrogate stands in it as three bytes
    start: int
    end: int  #: exclusive
    score: float

    def __repr__(self) -> str:
        """Show the place, and nothing of the text."""
        return f"Candidate(start={self.start}, end={self.end}, score={self.score})"

    @property
    def text(self) -> str:
        """The characters that fitted the pattern."""
        return _decoded(self.data[self.start : self.end])

    def before(self, size: int = 1) -> str:
        """Return what the last *size* bytes before the candidate hold; characters cut in two are left out."""
        return _decoded(self.data[max(0, self.start - size) : self.start])

    def after(self, size: int = 1) -> str:
        """Return what the first *size* bytes behind the candidate hold; characters cut in two are left out."""
        return _decoded(self.data[self.end : self.end + size])

    def scored(self, score: float) -> "Candidate":
        """Return the same place with another score."""
        return Candidate(self.data, self.start, self.end, score)

    def shortened(self, text: str) -> "Candidate":
        """Return the candidate cut down to *text*, with which it begins."""
        end = self.start + len(text.encode("utf-8", "surrogatepass"))
        return Candidate(self.data, self.start, end, self.score)


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "ignore")


def words(text: str) -> tuple[str, ...]:
    """Return the parts of *text* between its commas: a list that reads as prose."""
    return tuple(part.strip() for part in text.split(","))


Check: TypeAlias = Callable[[Candidate], Candidate | None]  #: the candidate, perhaps shorter or rescored; None drops it


def accept(candidate: Candidate) -> Candidate | None:
    """Take every candidate as it is: the check of a pattern that says enough by itself."""
    return candidate


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One form in which an entity is written."""

    name: str  #: unique within the detector
    entity_type: str  #: Presidio's name where it has one
    regex: str  #: RE2; a group named `value` narrows the match to that group where it takes part in it
    score: float  #: without a context word; the shipped policy acts on 0.5 and more
    gate: str = ""  #: RE2, cheaper and wider than `regex`, and in or beside each match of it; "": `regex` itself
    context: tuple[str, ...] = ()  #: whole words or phrases, in any case; one nearby raises the score
    needs_context: bool = False  #: without a context word it is no finding at all
    check: Check = accept
    sees: int | None = None  #: bytes on each side of a match that `check` looks at; None: it may look at all of them
    restart: bool = False  #: behind what is dropped or doubted look on from its second byte; only with a short `regex`
    mark: bytes = b""  #: in each match, and rare: only words with it are searched, so no match may hold a space
    provider: str = ""  #: of a secret: who issues it; findings show it
    checksum: str = ""  #: what `check` calculates, by its usual name: "Luhn", "mod 97"; for the page of kinds
    source: str = ""  #: where the form is defined; "": its family's source


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedValue:
    """A value that is found because of the name of its key, whatever it looks like."""

    name: str
    entity_type: str
    keys: tuple[str, ...]  #: words or phrases with which a key's name ends, in any case: `dbPassword`, `db_password`
    score: float
    check: Check = accept


@runtime_checkable
class Detector(Protocol):
    r"""
    A family of patterns: what `[screening] detectors` names as `module:attribute`.

    The attribute is such an object, or something that returns one when it is called without arguments, such as
    its class. A package offers one by a name of its own as an entry point in the group `portcullis.detectors`, which
    works where that name is listed. Every name below has to be there; `keyed`, `examples` and `counter_examples` may
    be empty.
    `portcullis` loads it once at start; its checks run in many threads and keep nothing between calls.

    ```python
    class StaffId:
        name = "staff_id"
        patterns = (Pattern(name="staff id", entity_type="STAFF_ID", regex=r"\bSTF-\d{6}\b", score=0.9),)
        keyed = ()
        examples = {"STAFF_ID": ("badge «STF-123456»",)}
        counter_examples = ("STF-12",)
    ```
    """

    @property
    def name(self) -> str:
        """What settings call it."""

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        """The forms that it knows."""

    @property
    def keyed(self) -> tuple[KeyedValue, ...]:
        """The key names that it knows."""

    @property
    def examples(self) -> Mapping[str, tuple[str, ...]]:
        """Texts by entity type, what is found in them between « and »; the contract suite and the docs use them."""

    @property
    def counter_examples(self) -> tuple[str, ...]:
        """Texts that look alike and in which the detector finds nothing of score 0.5 or more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A detector that is data alone, as the shipped ones are."""

    name: str
    patterns: tuple[Pattern, ...]
    source: str = ""  #: where its forms are defined: standards, registers, documentation
    keyed: tuple[KeyedValue, ...] = ()
    examples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    counter_examples: tuple[str, ...] = ()


_ORDINARY = (b"", b"a", b"A 1, b-2.")  #: in none of them may an expression match nothing at all


class PatternSpec(BaseModel):
    """One `[[screening.patterns]]` table: a detector without code."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    entity_type: EntityType = Field(description="The name its findings carry: capitals, digits and `_`.")
    regex: str = Field(min_length=1, description="RE2 syntax; a group named `value` narrows the match to that group.")
    score: float = Field(gt=0, le=1, description="How sure a match is; the shipped policy acts on 0.5 and more.")
    context: tuple[ContextWord, ...] = Field((), description="Whole words nearby that raise the score.")

    @field_validator("regex")
    @classmethod
    def _finds_something(cls, regex: str) -> str:
        try:
            compiled = re2.compile(regex, quiet_options())
        except re2.error as error:
            reason = error.args[0] if error.args else b"not RE2 syntax"
            raise ValueError(reason.decode("utf-8", "replace") if isinstance(reason, bytes) else reason) from None
        if is_too_deep(regex):
            raise ValueError(f"it has more than {DEEPEST} groups inside one another")
        if any(found.start() == found.end() for text in _ORDINARY for found in compiled.finditer(text)):
            raise ValueError("it matches the empty text")
        return regex

    def as_pattern(self) -> Pattern:
        """Return the pattern that the screener runs."""
        return Pattern(
            name=self.entity_type,
            entity_type=self.entity_type,
            regex=self.regex,
            score=self.score,
            context=self.context,
        )
