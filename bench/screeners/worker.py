"""
One screening engine in a process and an environment of its own: `python worker.py ENGINE`.

It is told on its standard input, a JSON object a line, what to do, and answers each with one line:
`{"texts": [...]}` names the texts, answered by `{}`; `{"seconds": 1.0}` screens them in turn for so long, at least
one of them, answered by `{"rate": texts a second}`. Each engine's package is imported where it is asked for: the peers'
environment has not ours, and ours has not theirs.
"""

# ruff: noqa: PLC0415, INP001 -- see above; a script is run by its path

import json
import sys
from collections.abc import Callable
from itertools import cycle
from time import perf_counter
from typing import Any

Screen = Callable[[str], Any]


def portcullis() -> Screen:
    """Return our own engine, as `portcullis` builds it."""
    from gateway.screening.screener import build_screener

    return build_screener(budget_ms=600_000).screen


def presidio_analyzer() -> Screen:
    """Return all of Presidio's English pattern recognizers over a blank spaCy pipeline: no model is loaded."""
    import spacy
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    class Blank(SpacyNlpEngine):
        def load(self) -> None:
            self.nlp = {"en": spacy.blank("en")}
            self.nlp["en"].max_length = 10**8

    registry = RecognizerRegistry(supported_languages=["en"])
    registry.load_predefined_recognizers(languages=["en"])
    registry.remove_recognizer("SpacyRecognizer")
    engine = AnalyzerEngine(registry=registry, nlp_engine=Blank(), supported_languages=["en"])
    return lambda text: engine.analyze(text, language="en")


def presidio_rs() -> Screen:
    """Return the port of Presidio to Rust."""
    from presidio_rs import Analyzer

    return Analyzer().analyze


def datafog() -> Screen:
    """Return DataFog's Python engine, by regular expressions alone."""
    import datafog as engine

    return lambda text: engine.scan(text, engine="regex")


def datafog_core() -> Screen:
    """Return DataFog's engine in Rust."""
    import datafog_core as engine

    return engine.scan


def cpex_pii_filter() -> Screen:
    """Return the detector in Rust of the plug-in for ContextForge's gateway."""
    from cpex_pii_filter import PIIDetectorRust

    return PIIDetectorRust({}).detect


ENGINES = {
    "portcullis": portcullis,
    "presidio-analyzer": presidio_analyzer,
    "presidio-rs": presidio_rs,
    "datafog": datafog,
    "datafog-core": datafog_core,
    "cpex-pii-filter": cpex_pii_filter,
}


def main() -> None:
    """Answer until the input ends."""
    screen = ENGINES[sys.argv[1]]()
    texts: list[str] = []
    for line in sys.stdin:
        told = json.loads(line)
        if "texts" in told:
            texts = told["texts"]
            answer = {}
        else:
            answer = {"rate": _rate(screen, texts, told["seconds"])}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _rate(screen: Screen, texts: list[str], seconds: float) -> float:
    times = 0
    started = now = perf_counter()
    for text in cycle(texts):
        screen(text)
        times += 1
        now = perf_counter()
        if now - started >= seconds:
            break
    return times / (now - started)


if __name__ == "__main__":
    main()
