"""The table, and the line for the record."""

import json
from collections.abc import Sequence

from chaos.run import Outcome

_FAULTS_SHOWN = 20


def table(outcome: Outcome) -> str:
    """Return the run's table."""
    rows: list[tuple[str, str]] = [(name, str(times)) for name, times in sorted(outcome.harms.items())]
    rows.append(("", ""))
    rows += [(name, str(number)) for name, number in outcome.verdict.counts.items()]
    rows += [(f"failed as {reason}", str(number)) for reason, number in sorted(outcome.verdict.failures.items())]
    rows.append(("", ""))
    rows += [(f"answered: {what}", str(number)) for what, number in sorted(outcome.answers.items())]
    rows.append(("", ""))
    for status, seconds in outcome.longest_s.items():
        sighted = outcome.longest_sighted_s[status]
        rows.append((f"longest overdue {status}", f"{seconds:.1f} s, {sighted:.1f} s with a monitor"))
    rows += [
        ("slowest answer", f"{outcome.slowest_answer_s:.1f} s"),
        ("quiet after the end", f"{outcome.quiet_after_s:.1f} s"),
        ("faults", str(len(outcome.faults))),
    ]
    return _lines(("what", "how often"), rows)


def faults(outcome: Outcome) -> str:
    """Return what is wrong, the first of it."""
    shown = outcome.faults[:_FAULTS_SHOWN]
    more = len(outcome.faults) - len(shown)
    return "\n".join([*shown, *([f"… and {more} more"] if more else [])])


def line(outcome: Outcome) -> str:
    """Return the figures as one line of JSON."""
    plan = outcome.plan
    return json.dumps(
        {
            "seed": plan.seed,
            "database": plan.database,
            "broker": plan.broker,
            "lease_s": plan.lease_s,
            "seconds": round(outcome.seconds, 1),
            "harms": outcome.harms.total(),
            **outcome.verdict.counts,
            "longest_overdue_s": {name: round(s, 1) for name, s in outcome.longest_s.items()},
            "longest_overdue_with_a_monitor_s": {name: round(s, 1) for name, s in outcome.longest_sighted_s.items()},
            "slowest_answer_s": round(outcome.slowest_answer_s, 1),
            "quiet_after_s": round(outcome.quiet_after_s, 1),
            "answers": dict(sorted(outcome.answers.items())),
            "faults": len(outcome.faults),
        }
    )


def _lines(heads: tuple[str, str], rows: Sequence[tuple[str, str]]) -> str:
    width = max(len(left) for left, _ in (heads, *rows))
    ruled = [heads, ("-" * width, "-" * len(heads[1])), *rows]
    return "\n".join(f"{left.ljust(width)}  {right}".rstrip() for left, right in ruled)
