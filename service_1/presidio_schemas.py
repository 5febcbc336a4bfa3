"""The bodies of Presidio's REST API. Members that are not declared are ignored, as Presidio does."""

import re
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, RootModel, StrictInt, StrictStr, model_validator

from gateway.presidio.ad_hoc import Recognizer
from gateway.presidio.allowed import DEFAULT_FLAGS, allow_list
from gateway.presidio.analyzer import Wish
from gateway.presidio.anonymizer import Place
from gateway.presidio.operators import Anonymizer, Deanonymizer
from gateway.web.bodies import RequestModel

_MOST_TEXTS: Final = 10_000
_MOST_WORDS: Final = 1000
_MOST_RECOGNIZERS: Final = 32
_MOST_PATTERNS: Final = 32  #: of all recognizers of a request
_LONGEST_REGEX: Final = 2000

#: Source: ISO 639-1.
_LANGUAGES: Final = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en "
    "eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv "
    "ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne "
    "ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st "
    "su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)


def _is_language(code: str) -> str:
    if re.split("[-_]", code.lower(), maxsplit=1)[0] not in _LANGUAGES.split():
        raise ValueError("not a language of ISO 639-1")
    return code


Language = Annotated[StrictStr, Field(min_length=2, max_length=35), AfterValidator(_is_language)]
EntityType = Annotated[StrictStr, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,63}$")]
Word = Annotated[StrictStr, Field(min_length=1, max_length=1000)]
Words = Annotated[tuple[Word, ...], Field(max_length=_MOST_WORDS)]
Score = Annotated[float, Field(ge=0, le=1)]


class _In(RequestModel):
    model_config = ConfigDict(extra="ignore")


class PatternIn(_In):
    """One expression."""

    name: StrictStr = Field("", max_length=200)
    regex: StrictStr = Field(min_length=1, max_length=_LONGEST_REGEX, description="RE2 syntax.")
    score: Score = 0.5


class RecognizerIn(_In):
    """What finds one entity type, in this request only: expressions, or words that are found whole."""

    name: StrictStr = Field("ad hoc", pattern=r"^[A-Za-z][A-Za-z0-9 ._()-]{0,99}$")
    supported_language: StrictStr = Field("en", max_length=35, description="Not looked at.")
    supported_entity: EntityType
    patterns: tuple[PatternIn, ...] = Field((), max_length=_MOST_PATTERNS)
    deny_list: Words = ()
    deny_list_score: Score = 1.0
    context: Words = ()

    @model_validator(mode="before")
    @classmethod
    def _nulls_are_absent(cls, value: Any) -> Any:
        return {name: item for name, item in value.items() if item is not None} if isinstance(value, dict) else value

    @model_validator(mode="after")
    def _finds_something(self) -> "RecognizerIn":
        if not self.patterns and not self.deny_list:
            raise ValueError("patterns or a deny_list is needed")
        return self

    def as_recognizer(self) -> Recognizer:
        """Return what the analyzer compiles."""
        return Recognizer(
            name=self.name,
            entity_type=self.supported_entity,
            patterns=tuple((pattern.regex, pattern.score) for pattern in self.patterns),
            deny_list=self.deny_list,
            deny_list_score=self.deny_list_score,
            context=self.context,
        )


class AnalyzeIn(_In):
    """What Presidio's analyzer is asked."""

    text: Annotated[StrictStr, Field(min_length=1)] | Annotated[list[StrictStr], Field(max_length=_MOST_TEXTS)] = Field(
        description="One text, or a list of them."
    )
    language: Language = Field(description="Of ISO 639-1; whichever it is, everything is looked for.")
    correlation_id: StrictStr | None = Field(None, description="Not looked at: X-Request-ID is for that.")
    score_threshold: Score | None = Field(
        None,
        description="Not given: 0.5, what the shipped policy acts on; ad hoc recognizers are told whatever they find.",
    )
    entities: tuple[EntityType, ...] | None = Field(None, max_length=_MOST_WORDS, description="Not given: all of them.")
    return_decision_process: bool | None = None
    ad_hoc_recognizers: tuple[RecognizerIn, ...] | None = Field(None, max_length=_MOST_RECOGNIZERS)
    context: Words | None = Field(None, description="Words that count as if they stood beside every match.")
    allow_list: Words | None = Field(None, description="Values that are not to be told.")
    allow_list_match: Literal["exact", "regex"] = "exact"
    regex_flags: StrictInt = Field(DEFAULT_FLAGS, description="Of an allow_list of expressions: Python's I, M and S.")

    @model_validator(mode="after")
    def _few_patterns(self) -> "AnalyzeIn":
        if sum(len(each.patterns) for each in self.ad_hoc_recognizers or ()) > _MOST_PATTERNS:
            raise ValueError(f"at most {_MOST_PATTERNS} patterns are taken")
        return self

    def as_wish(self) -> Wish:
        """
        Return what the analyzer is to look for.

        Raises:
            InvalidRequest: `allow_list` holds no expressions of RE2.
        """
        return Wish(
            entity_types=frozenset(self.entities or ()),
            min_score=self.score_threshold,
            context=self.context or (),
            allowed=allow_list(
                self.allow_list or (), as_regex=self.allow_list_match == "regex", flags=self.regex_flags
            ),
            ad_hoc=tuple(each.as_recognizer() for each in self.ad_hoc_recognizers or ()),
        )


class PlaceIn(_In):
    """Where something is in the text."""

    entity_type: Annotated[StrictStr, Field(min_length=1, max_length=100)]
    start: StrictInt = Field(ge=0)
    end: StrictInt = Field(ge=0)


class ResultIn(PlaceIn):
    """A result of the analyzer."""

    score: Score

    def as_place(self) -> Place:
        """Return what the anonymizer takes."""
        return Place(entity_type=self.entity_type, start=self.start, end=self.end, score=self.score)


class AnonymizedIn(PlaceIn):
    """An item of the anonymizer's answer."""

    def as_place(self) -> Place:
        """Return what the anonymizer takes."""
        return Place(entity_type=self.entity_type, start=self.start, end=self.end)


class AnonymizeIn(_In):
    """What Presidio's anonymizer is asked."""

    text: StrictStr = Field(min_length=1)
    analyzer_results: tuple[ResultIn, ...]
    anonymizers: dict[str, Anonymizer] | None = Field(
        None, description="By entity type, or DEFAULT; not given: `<ENTITY_TYPE>` in the place of the value."
    )


class DeanonymizeIn(_In):
    """What takes the operator `encrypt` back."""

    text: StrictStr = Field(min_length=1)
    anonymizer_results: tuple[AnonymizedIn, ...]
    deanonymizers: dict[str, Deanonymizer] = Field(description="By entity type, or DEFAULT.")


class PresidioQuery(_In):
    """Which language is asked for."""

    language: Language = "en"


class ExplanationOut(BaseModel):
    """Why something is a finding; what our engine does not tell is null."""

    recognizer: str
    original_score: float
    score: float
    pattern_name: str | None
    pattern: str | None
    validation_result: float | None
    textual_explanation: str | None
    score_context_improvement: float
    supportive_context_word: str
    regex_flags: int | None


class MetadataOut(BaseModel):
    """Who found it."""

    recognizer_name: str


class FoundOut(BaseModel):
    """A finding."""

    entity_type: str
    start: int = Field(description="In Unicode code points.")
    end: int = Field(description="Exclusive.")
    score: float
    analysis_explanation: ExplanationOut | None = Field(description="Where return_decision_process asks for it.")
    recognition_metadata: MetadataOut


class ItemOut(BaseModel):
    """What stands in the new text where something was."""

    start: int
    end: int
    entity_type: str
    text: str
    operator: str


class ChangedOut(BaseModel):
    """The new text, and what was done to it, the last place first."""

    text: str
    items: list[ItemOut]


class AnalysisOut(RootModel[list[FoundOut] | list[list[FoundOut]]]):
    """What is in a text; for a list of texts a list for each."""


class NamesOut(RootModel[list[str]]):
    """Names."""
