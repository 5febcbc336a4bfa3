"""`make chaos`: break a mesh for a while, and say whether the promise was kept."""

import argparse
import importlib.util
import secrets
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from chaos import recovery, report
from chaos.run import Plan, run
from harness import rabbitmq

_TASKS_A_SECOND = 11


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line asks for; 1 where anything accepted was lost, stuck, done twice or told."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description="Break a mesh, and count what is left.")
    parser.add_argument("what", nargs="?", choices=["havoc", "recovery"], default="havoc")
    parser.add_argument("--rounds", type=int, default=5, help="of recovery (5)")
    parser.add_argument("--seconds", type=float, default=180, help="of havoc (180)")
    parser.add_argument("--tasks", type=int, default=0, help="to be accepted (11 a second)")
    parser.add_argument("--kills", type=int, default=0, help="harms to do, and each at least once")
    parser.add_argument("--seed", default="", help="of a run to be repeated")
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--broker", choices=["redis", "rabbitmq"], default="redis")
    parser.add_argument("--lease", type=float, default=10, help="GATEWAY_LEASE_S (10)")
    parser.add_argument(
        "--only", action="append", default=[], metavar="WORD", help="only harms with this in their name"
    )
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="copy the mesh's logs there at the end")
    given = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is stopped
    if given.what == "recovery":
        return _recovery(given.rounds)
    plan = Plan(
        seconds=given.seconds,
        seed=given.seed or secrets.token_hex(4),
        database=given.database,
        broker=given.broker,
        tasks=given.tasks or int(given.seconds * _TASKS_A_SECOND),
        kills=given.kills,
        lease_s=given.lease,
        only=given.only,
        keep=given.keep,
    )
    return _havoc(plan)


def _recovery(rounds: int) -> int:
    figures = recovery.measure(rounds)
    sys.stdout.write(f"{recovery.table(figures)}\n")
    return 0 if all(figure.is_met for figure in figures) else 1


def _missing(plan: Plan) -> str:
    """Say what this machine or this checkout does not have; nothing where all is there."""
    if plan.database == "postgres" and not importlib.util.find_spec("harness.postgres"):
        return "there is no PostgreSQL for tests in this checkout"
    return rabbitmq.missing() if plan.broker == "rabbitmq" else ""


def _havoc(plan: Plan) -> int:
    if why := _missing(plan):
        sys.stderr.write(f"chaos: {why}\n")
        return 2
    sys.stdout.write(f"seed {plan.seed}: {plan.seconds:g} s, {plan.tasks} tasks, {plan.database}, {plan.broker}\n")
    sys.stdout.flush()
    try:
        outcome = run(plan)
    except KeyboardInterrupt:
        return 1
    sys.stdout.write(f"\n{report.table(outcome)}\n\n")
    for left_out in outcome.not_shown:
        sys.stdout.write(f"not shown: {left_out}\n")
    sys.stdout.write(
        f"{report.faults(outcome)}\n" if outcome.faults else "Nothing was lost, stuck, done twice or told.\n"
    )
    sys.stdout.write(f"{report.line(outcome)}\n")
    return 1 if outcome.faults else 0
