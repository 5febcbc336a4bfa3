"""`portcullis check`: tries a configuration without starting anything."""

from typing import Annotated

import typer

from gateway.checks import OwnDetector, own_detectors, try_out
from gateway.errors import InvalidSetting
from gateway.native.ports import try_bind
from gateway.native.programs import try_programs
from gateway.native.summary import print_warnings
from gateway.reloading import GOOD
from gateway.screening.hostile import LIMIT_US_PER_KB, Cost, worst_cost
from gateway.settings import Settings, load, located


def check(*, quick: Annotated[bool, typer.Option("--quick", help="leave out the timing")] = False) -> None:
    """Try the configuration without starting anything; time detectors of one's own on hostile texts."""
    settings = load()
    run_check(settings, quick=quick)
    if not quick:  # the programs that run ask quickly, each of which may be where others are not
        try_bind(settings)
        try_programs(settings)
    typer.echo(GOOD)


def run_check(settings: Settings, *, quick: bool = False) -> None:
    """
    Try *settings*; print what is probably not meant, and how slow each detector of the user's own can be made.

    Raises:
        InvalidSetting: something is wrong, or a detector is too slow.
    """
    print_warnings(try_out(settings))
    if not quick:
        _time(settings)


def _time(settings: Settings) -> None:
    costs = [(own, worst_cost(own.detector)) for own in own_detectors(settings)]
    if costs:
        typer.echo(f"{'detector':<32} {'worst µs/KB':>12}  on")
    for own, cost in costs:
        typer.echo(f"{own.name:<32} {cost.us_per_kb:>12.1f}  {cost.text}")
    for own, cost in costs:
        if cost.us_per_kb > LIMIT_US_PER_KB:
            raise located(_too_slow(own, cost), settings.home)


def _too_slow(own: OwnDetector, cost: Cost) -> InvalidSetting:
    took = "fails or does not end" if cost.us_per_kb == float("inf") else f"takes {cost.us_per_kb:.0f} µs a KB"
    return InvalidSetting(f"{own.name} {took} on {cost.text}; at most {LIMIT_US_PER_KB:.0f} µs a KB will do", at=own.at)
