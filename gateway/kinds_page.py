"""The page docs/kinds.md, printed from the detectors."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from gateway.screening.detectors import shipped
from gateway.screening.patterns import Detector, Pattern

_HEAD: Final = """# Kinds of findings

Printed by `portcullis kinds`; a test checks that it is fresh.

A finding's score says how sure its form is: the shipped policy acts on 0.5 and more. A word of its context nearby
(48 bytes ahead, 24 behind, in the language of either) adds 0.35. *Needs context* means that without such a word, or
a key of that name around it, it is no finding at all. A checksum has to be right wherever one is named, unless the
form speaks for itself. Examples are invented, or published test numbers; «marks» stand around what is found.
"""
_WORDS_SHOWN: Final = 8
_LONGEST_EXAMPLE: Final = 120


def kinds_page() -> str:
    """Return the page."""
    lines = [_HEAD]
    for detector in shipped().values():
        lines += [f"## {detector.name}", "", *_about(detector)]
        lines += ["| kind | example | score | checksum | context |", "|---|---|---|---|---|"]
        lines += [_row(detector, entity_type) for entity_type in sorted(_types(detector))]
        lines.append("")
    return "\n".join(lines)


def _types(detector: Detector) -> set[str]:
    return {pattern.entity_type for pattern in detector.patterns} | {each.entity_type for each in detector.keyed}


def _about(detector: Detector) -> Iterable[str]:
    sources = dict.fromkeys(
        source
        for source in (getattr(detector, "source", ""), *(pattern.source for pattern in detector.patterns))
        if source
    )
    return (f"Source: {'; '.join(sources)}.", "") if sources else ()


def _row(detector: Detector, entity_type: str) -> str:
    patterns = [pattern for pattern in detector.patterns if pattern.entity_type == entity_type]
    providers = sorted({pattern.provider for pattern in patterns if pattern.provider})
    kind = f"`{entity_type}`" + (f" ({', '.join(providers)})" if providers else "")
    checksums = ", ".join(dict.fromkeys(pattern.checksum for pattern in patterns if pattern.checksum))
    cells = (kind, _example(detector, entity_type), _score(detector, patterns, entity_type), checksums)
    return f"| {' | '.join(cells)} | {_context(detector, patterns, entity_type)} |"


def _example(detector: Detector, entity_type: str) -> str:
    examples = sorted(detector.examples.get(entity_type, ()), key=len)
    shown = next((example for example in examples if len(example) <= _LONGEST_EXAMPLE), "")
    return f"`` {_in_a_cell(shown)} ``" if shown else ""


def _score(detector: Detector, patterns: Sequence[Pattern], entity_type: str) -> str:
    scores = sorted(
        {pattern.score for pattern in patterns}
        | {keyed.score for keyed in detector.keyed if keyed.entity_type == entity_type}
    )
    return f"{scores[0]:g}" if len(scores) == 1 else f"{scores[0]:g} to {scores[-1]:g}"


def _context(detector: Detector, patterns: Sequence[Pattern], entity_type: str) -> str:
    words = list(dict.fromkeys(word for pattern in patterns for word in pattern.context))
    keys = list(dict.fromkeys(k for each in detector.keyed if each.entity_type == entity_type for k in each.keys))
    needed = bool(patterns) and all(pattern.needs_context for pattern in patterns)
    parts = ["*needs context*: " if needed else "", _some(words)]
    if keys:
        parts.append(("; " if words else "") + f"keys: {_some(keys)}")
    return _in_a_cell("".join(parts))


def _some(words: Sequence[str]) -> str:
    return ", ".join(words[:_WORDS_SHOWN]) + (", …" if len(words) > _WORDS_SHOWN else "")


def _in_a_cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|").replace("``", "'")
