"""How slow a detector can be made: its cost on texts that somebody writes to keep it busy."""

import re
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Final

from gateway.screening.gate import Gate
from gateway.screening.patterns import Candidate, Detector, KeyedValue
from gateway.screening.rules import Context, Scan

SIZE_KB: Final = 64  #: about the longest text of a message
LIMIT_US_PER_KB: Final = 5000.0  #: a third of a second for the longest text
_TRIES: Final = 3  #: where the first is above the limit: a busy machine is not the detector's fault
_LONGEST_S: Final = 0.5  #: for one text
_MOST_WORDS: Final = 5  #: of one kind
_ESCAPE: Final = re.compile(r"\\.")
_LITERAL: Final = re.compile(r"[A-Za-z0-9@_-]{2,}")  #: of an expression
_MARKED: Final = re.compile("«(.+?)»", re.DOTALL)

#: What is repeated up to the size: long runs, near misses of common forms, and words that many detectors look for.
_PIECES: Final[Mapping[str, str]] = {
    "letters": "a",
    "digits": "1",
    "spaced digits": "1 ",
    "dotted digits": "12.34.",
    "dashed digits": "123-45-",
    "dots": ".",
    "dotted letters": "a.",
    "mail signs": "a@b.",
    "colons": "ab:",
    "brackets": "(415) ",
    "capitals and digits": "AB12-",
    "hexadecimal": "0f",
    "blanks": " ",
    "letters of other scripts": "жé漢",
    "combining marks": "\u0315\u0300",
    "words": "the number of my staff badge is ",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a detector costs on the text that it is slowest on."""

    text: str  #: the name of the text
    us_per_kb: float  #: infinite if it failed, or did not come to an end


def worst_cost(detector: Detector) -> Cost:
    """
    Return the highest cost of searching hostile texts with *detector*.

    What becomes of its findings is not counted. Main thread only: an alarm ends what runs for too long.
    """
    gate = Gate(detector.patterns)
    worst = Cost(text="", us_per_kb=0.0)
    for name, text in _texts(detector):
        cost = Cost(text=name, us_per_kb=_cost(gate, detector.keyed, text.encode()))
        worst = max(worst, cost, key=lambda each: each.us_per_kb)
        if worst.us_per_kb == float("inf"):
            break
    return worst


def _texts(detector: Detector) -> Iterator[tuple[str, str]]:
    """Yield texts with their names; the last ones are near misses of the detector's own words."""
    size = SIZE_KB << 10
    for name, piece in (*_PIECES.items(), *(("its own words", f"{word} ") for word in _words(detector))):
        yield name, (piece * (size // len(piece.encode()) + 1))[:size]


def _words(detector: Detector) -> Iterator[str]:
    for pattern in detector.patterns:
        yield from _LITERAL.findall(_ESCAPE.sub(" ", pattern.regex))
        yield from pattern.context[:_MOST_WORDS]
    for examples in detector.examples.values():
        yield from (found[:-1] for example in examples[:_MOST_WORDS] for found in _MARKED.findall(example))


def _cost(gate: Gate, keyed: Sequence[KeyedValue], data: bytes) -> float:
    fastest = float("inf")
    for _ in range(_TRIES):
        started = time.perf_counter()
        try:
            with _alarm(_LONGEST_S):
                _search(gate, keyed, data)
        except Exception:  # noqa: BLE001 - the user's own code may fail in any way; an alarm is one of them
            return float("inf")
        fastest = min(fastest, (time.perf_counter() - started) * 1e6 / SIZE_KB)
        if fastest <= LIMIT_US_PER_KB:
            break
    return fastest


def _search(gate: Gate, keyed: Sequence[KeyedValue], data: bytes) -> None:
    for _ in gate.windows(data, b""):
        pass
    scan = Scan(data, lambda: None)
    for rule in gate.rules:
        rule.find(scan, 0, len(data), Context.POSSIBLE)
    for each in keyed:
        each.check(Candidate(data, 0, len(data), each.score))


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    def ring(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise TimeoutError

    handler = signal.signal(signal.SIGALRM, ring)
    # It rings again: one that rings inside a finalizer or a hook of the collector is swallowed there.
    timer = signal.setitimer(signal.ITIMER_REAL, seconds, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, *timer)
