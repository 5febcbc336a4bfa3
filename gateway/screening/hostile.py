"""How slow a detector can be made: its cost on texts that somebody writes to keep it busy."""

import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Final

from gateway.errors import ScreeningUnavailable
from gateway.screening.screener import OutOfTime, Screener

SIZE_KB: Final = 64  #: about the longest text of a message
LIMIT_US_PER_KB: Final = 1000.0  #: a slower one would keep a service busy with the messages of a few clients
_TRIES: Final = 3  #: where the first is above the limit: a busy machine is not the detector's fault
_LONGEST_S: Final = 0.5  #: for one text

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
    "words": "the number of my staff badge is ",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a detector costs on the text that it is slowest on."""

    text: str  #: the name of the text
    us_per_kb: float  #: infinite if it failed, or did not come to an end


def worst_cost(screener: Screener, *, seeds: tuple[str, ...] = ()) -> Cost:
    """
    Return the highest cost of *screener* on hostile texts. Main thread only: an alarm ends what runs for too long.

    Args:
        seeds: more that is repeated: words of the detector's own, which make near misses.
    """
    worst = Cost(text="", us_per_kb=0.0)
    for name, text in _texts(seeds):
        cost = Cost(text=name, us_per_kb=_cost(screener, text))
        worst = max(worst, cost, key=lambda each: each.us_per_kb)
        if worst.us_per_kb == float("inf"):
            break
    return worst


def _texts(seeds: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    size = SIZE_KB << 10
    for name, piece in (*_PIECES.items(), *(("its own words", f"{seed} ") for seed in seeds if seed)):
        yield name, (piece * (size // len(piece.encode()) + 1))[:size]


def _cost(screener: Screener, text: str) -> float:
    fastest = float("inf")
    for _ in range(_TRIES):
        started = time.perf_counter()
        try:
            with _alarm(_LONGEST_S):
                screener.screen(text)
        except (ScreeningUnavailable, OutOfTime):
            return fastest
        fastest = min(fastest, (time.perf_counter() - started) * 1e6 / SIZE_KB)
        if fastest <= LIMIT_US_PER_KB:
            break
    return fastest


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    def ring(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise OutOfTime

    handler = signal.signal(signal.SIGALRM, ring)
    timer = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, *timer)
