"""
What processes that are gone held, settled by a program of its own: `python -m workers.settling lost`, or `hand-back`.

The parent of a pool forks, and a process that forks must not open SQLite: a child inherits SQLite's own list of who
has which lock, and waits for ever for one that its parent had in that moment. Source: https://sqlite.org/howtocorrupt.html
"""

import argparse
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Final

import orjson

from gateway.journal import Journal
from gateway.reloading import in_force
from gateway.serving import configure_logs
from gateway.telemetry.logs import error_fields
from gateway.wiring import build_recovery

LOST: Final = "lost"
HAND_BACK: Final = "hand-back"
_WITHIN_S: Final = 30.0  #: the monitor does what is not done by then


def settle(verb: str, held: Mapping[str, Sequence[str]]) -> None:
    """
    Have the tasks settled that each owner held; what cannot be is the monitor's, once the leases end.

    Args:
        verb: `LOST` or `HAND_BACK`.
        held: ids of tasks by what the ledger calls their owner.
    """
    if not held:
        return
    command = [sys.executable, "-m", __spec__.name, verb]
    try:
        subprocess.run(command, input=orjson.dumps(held), timeout=_WITHIN_S, check=True)  # noqa: S603 - ours
    except (OSError, subprocess.SubprocessError) as error:
        Journal().error("tasks.unrecovered", **error_fields(error))


def main() -> None:
    """Settle what standard input tells."""
    parser = argparse.ArgumentParser(description="Settle what worker processes held that are gone.")
    parser.add_argument("verb", choices=[LOST, HAND_BACK])
    given = parser.parse_args()
    held: dict[str, list[str]] = orjson.loads(sys.stdin.buffer.read())
    pool, _, _ = next(iter(held)).partition("@")
    configure_logs(in_force(), f"worker-{pool}")
    recovery = build_recovery(in_force())
    for owner, ids in held.items():
        if given.verb == LOST:
            recovery.lost(ids, owner=owner)
        else:
            recovery.hand_back(ids, owner=owner)


if __name__ == "__main__":
    main()
