"""The screening engine in process: against an empty request, and long texts against short ones."""

from collections.abc import Callable, Collection, Iterator
from time import perf_counter
from typing import Any, Final

from bench.harness import free_port, house, one_sync_worker
from bench.load import Shot, rate
from bench.results import BenchFailed, Effort, Result, alternate
from bench.texts import CLEAN, prose
from gateway.screening.screener import Screener, build_screener

NAMES: Final = ("screening", "long-text")
_SHORT, _LONG = 10_000, 1_000_000
_MOST_S: Final = 1.0  #: for one figure; thousands of repetitions fit in
_BUDGET_MS: Final = 30_000  #: a noisy machine must not end a measurement
_CONNECTIONS: Final = 4  #: enough to keep one worker busy


def measure(names: Collection[str], effort: Effort, tell: Callable[[str], None]) -> Iterator[Result]:
    """Measure those of `NAMES` that are named."""
    screener = build_screener(budget_ms=_BUDGET_MS)
    if "screening" in names:
        tell("screening")
        yield _screening(screener, effort)
    if "long-text" in names:
        tell("long-text")
        yield _long_text(screener, effort)


def _screening(screener: Screener, effort: Effort) -> Result:
    if screener.screen({"text": CLEAN}):
        raise BenchFailed("the clean text is not clean")
    port = free_port()
    shot = Shot(url=f"http://127.0.0.1:{port}/")
    with house() as side:
        side.run(one_sync_worker("bench.peers:back()", port))
        rate(shot, 1, connections=_CONNECTIONS)
        figures = alternate(
            lambda: _microseconds(screener, {"text": CLEAN}, effort.seconds),
            lambda: 1e6 / rate(shot, effort.seconds, connections=_CONNECTIONS),
            effort.rounds,
        )
    return Result(
        name="screening",
        ours="the engine screens a clean message, in process",
        peer="an empty Flask request at one sync worker of gunicorn",
        unit="µs",
        goal=1 / 20,
        at_most=True,
        figures=figures,
    )


def _long_text(screener: Screener, effort: Effort) -> Result:
    short, long = {"text": prose(_SHORT)}, {"text": prose(_LONG)}
    if not 1 < len(screener.screen(short)) < len(screener.screen(long)):
        raise BenchFailed("the prose has to hold findings")
    return Result(
        name="long-text",
        ours="the engine screens 1 MB of prose, some of it personal",
        peer="10 KB of the same",
        unit="µs",
        goal=150,
        at_most=True,
        figures=alternate(
            lambda: _microseconds(screener, long, effort.seconds),
            lambda: _microseconds(screener, short, effort.seconds),
            effort.rounds,
        ),
    )


def _microseconds(screener: Screener, value: Any, seconds: float) -> float:
    """Return the mean time of screening *value*."""
    times = 0
    started = now = perf_counter()
    while now - started < min(seconds, _MOST_S):
        screener.screen(value)
        times += 1
        now = perf_counter()
    return (now - started) / times * 1e6
