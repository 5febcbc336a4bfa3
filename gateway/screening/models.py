"""
Language models that find names where no sign tells of them: the user installs one, we ask it.

Nothing of them is shipped or downloaded. A model costs milliseconds for each text; the patterns cost microseconds.
"""

import importlib
import importlib.util
import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

from gateway.errors import InvalidSetting
from gateway.screening.overlaps import SURE, Found, beside, overlapped, settle
from gateway.screening.stand_ins import without_stand_ins
from gateway.telemetry.logs import OURS

_log = logging.getLogger(OURS)

_SCORE: Final = 0.85  #: spaCy's models give none; Presidio gives this one
_SPACY_LABELS: Final[Mapping[str, str]] = {
    "PERSON": "PERSON",
    "PER": "PERSON",
    "GPE": "LOCATION",
    "LOC": "LOCATION",
    "FAC": "LOCATION",
    "NORP": "NRP",
}
_SETTING: Final = ("screening", "model")


class Span(NamedTuple):
    """A place that a model found. Offsets are code points; the end is exclusive."""

    start: int
    end: int
    entity_type: str
    score: float


class Model(Protocol):
    """Something that reads a text and tells where the names are."""

    entity_types: frozenset[str]  #: all that it can find

    def find(self, text: str) -> Iterator[Span]:
        """Yield what *text* holds; threads call it at the same time."""


class SpacyModel:
    """The named-entity recogniser of a spaCy pipeline."""

    entity_types = frozenset(_SPACY_LABELS.values())

    def __init__(self, name: str) -> None:
        """Load the installed package or the folder *name*."""
        self._pipeline = _package("spacy").load(_installed(name))

    def find(self, text: str) -> Iterator[Span]:
        """Yield people, places and groups."""
        for entity in self._pipeline(text).ents:
            entity_type = _SPACY_LABELS.get(entity.label_)
            if entity_type:
                yield Span(entity.start_char, entity.end_char, entity_type, _SCORE)


class PresidioModel:
    """Presidio's analyzer around a spaCy pipeline: only what its model finds, since the patterns are ours."""

    entity_types = frozenset({"PERSON", "LOCATION", "NRP"})

    def __init__(self, name: str) -> None:
        """Build an analyzer around the installed package or the folder *name*."""
        _installed(name)
        language = _package("spacy").load(name).lang
        analyzer = _package("presidio_analyzer")
        nlp = importlib.import_module("presidio_analyzer.nlp_engine")
        recognizers = importlib.import_module("presidio_analyzer.predefined_recognizers")
        registry = analyzer.RecognizerRegistry(supported_languages=[language])
        registry.add_recognizer(recognizers.SpacyRecognizer(supported_language=language))
        engine = nlp.SpacyNlpEngine(models=[{"lang_code": language, "model_name": name}])
        engine.load()
        self._language = language
        self._analyzer = analyzer.AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=[language])

    def find(self, text: str) -> Iterator[Span]:
        """Yield people, places and groups."""
        found = self._analyzer.analyze(text=text, language=self._language, entities=sorted(self.entity_types))
        for each in found:
            yield Span(each.start, each.end, each.entity_type, each.score)


_KINDS: Final[Mapping[str, Callable[[str], Model]]] = {"spacy": SpacyModel, "presidio": PresidioModel}


def load_model(setting: str) -> Model:
    """
    Return the model that *setting* names: `spacy:` or `presidio:`, and a spaCy pipeline's package or folder.

    Raises:
        InvalidSetting: there is no such model on this machine; the message names it.
    """
    kind, _, name = setting.partition(":")
    if kind not in _KINDS or not name:
        raise InvalidSetting(f"{setting!r} is not of the form spacy:<pipeline> or presidio:<pipeline>", at=_SETTING)
    try:
        return _KINDS[kind](name)
    except InvalidSetting:
        raise
    except Exception as error:  # noqa: BLE001 -- a model may fail in any way while it is loaded
        raise InvalidSetting(f"{setting!r} cannot be loaded ({type(error).__name__})", at=_SETTING) from None


def join_found(
    model: Model, text: str, found: list[Found], entity_types: Collection[str], only: Collection[str] = ()
) -> list[Found]:
    """
    Return what the patterns *found* in *text* and what *model* finds there, none overlapping another.

    A pattern's finding wins where the shipped policy acts on it, or where it is as sure as the model. What lies beside
    the winner stays the other's finding: no character that was found is let go.
    Args:
        entity_types: all that patterns and model can find; their names may stand in for something.
        only: those that are looked for; none: all of them.
    """
    readable = text if text.isascii() else text.encode("utf-8", "replace").decode()  # models refuse lone surrogates
    wanted = [span for span in _inside(model, readable) if not only or span.entity_type in only]
    spans = settle(without_stand_ins(wanted, text, entity_types), text)
    parts = [
        part
        for span in spans
        for part in beside(span, [f for f in found[overlapped(span, found)] if f.score >= min(span.score, SURE)])
    ]
    rest = [part for each in found for part in beside(each, parts[overlapped(each, parts)])]
    return sorted([*rest, *parts])


def _inside(model: Model, text: str) -> Iterator[Found]:
    """Yield the spans of *model* that are places in *text*; any other is a fault of the model's, and is logged."""
    for start, end, entity_type, score in model.find(text):
        if 0 <= start < end <= len(text):
            yield Found(start, end, score, entity_type)
        else:
            _log.error("screening.model_offsets")


def _package(name: str) -> Any:
    if importlib.util.find_spec(name) is None:
        raise InvalidSetting(f"{name} is not installed here; it is the user's to install", at=_SETTING)
    return importlib.import_module(name)


def _installed(name: str) -> str:
    """Return *name*, if a pipeline of that name is here: otherwise it would be looked for on the network."""
    if not (_package("spacy").util.is_package(name) or Path(name).is_dir()):
        raise InvalidSetting(f"there is no spaCy pipeline {name!r} here; install it first", at=_SETTING)
    return name
