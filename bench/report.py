"""The table: on the screen, in `results/latest.json` and in the README."""

import json
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench.harness import RESULTS
from bench.results import BenchFailed, Effort, Result

README: Final = Path(__file__).with_name("README.md")
_BEGIN, _END = "<!-- results: begin, written by python -m bench --write -->", "<!-- results: end -->"
_HEADS: Final = ("", "ours", "peer", "ratio", "goal", "met")


def machine(command: str, effort: Effort) -> dict[str, Any]:
    """Return what the figures depend on; call it before the load begins."""
    return {
        "at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "command": command,
        "rounds": effort.rounds,
        "seconds": effort.seconds,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def table(results: Sequence[Result]) -> str:
    """Return the results as a Markdown table that reads well on a screen, too."""
    rows = [_HEADS, *(_row(result) for result in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS))]
    head, *body = (" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    rule = "|".join("-" * (width + 2) for width in widths)
    return "\n".join((f"| {head} |", f"|{rule}|", *(f"| {line} |" for line in body)))


def write_json(results: Sequence[Result], about: dict[str, Any]) -> Path:
    """Write everything, round by round, and return where."""
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / "latest.json"
    whole = {**about, "results": [result.as_json() for result in results]}
    file.write_text(json.dumps(whole, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return file


def write_readme(results: Sequence[Result], about: dict[str, Any]) -> None:
    """
    Put the table between the README's markers.

    Raises:
        BenchFailed: they are not there.
    """
    before, begin, rest = README.read_text(encoding="utf-8").partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise BenchFailed(f"{README.name} has lost its markers")
    said = (
        f"{about['at'][:10]}, Python {about['python']}, {about['system']}, {about['cores']} cores, "
        f"`{about['command']}`: {about['rounds']} rounds of {about['seconds']:g} s for each side. "
        "Figures and ratios are medians over the rounds; in brackets the least and the greatest ratio."
    )
    README.write_text(f"{before}{_BEGIN}\n{said}\n\n{table(results)}\n{_END}{after}", encoding="utf-8")


def _row(result: Result) -> tuple[str, ...]:
    ours, peer = (median(side) for side in zip(*result.figures, strict=True))
    least, most = min(result.ratios), max(result.ratios)
    goal = "" if result.goal is None else f"at {'most' if result.at_most else 'least'} {result.goal:.3g}"
    return (
        result.name,
        f"{_figure(ours)} {result.unit}",
        f"{_figure(peer)} {result.unit}",
        f"{result.ratio:.3g} ({least:.3g} to {most:.3g})",
        goal,
        "" if result.goal is None else "yes" if result.met else "no",
    )


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three digits say enough
