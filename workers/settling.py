"""
What processes that are gone held, settled by a program of its own: `python -m workers.settling lost`, or `hand-back`.

The parent of a pool forks, and a process that forks must not open SQLite: a child inherits SQLite's own list of who
has which lock, and waits for ever for one that its parent had in that moment. Source: https://sqlite.org/howtocorrupt.html
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Final

from gateway.journal import Journal
from gateway.reloading import in_force
from gateway.serving import configure_logs
from gateway.telemetry.logs import error_fields
from gateway.wiring import build_recovery

LOST: Final = "lost"
HAND_BACK: Final = "hand-back"
_WITHIN_S: Final = 10.0  #: the monitor does what is not done by then


def settle(verb: str, held: Mapping[str, Sequence[str]]) -> None:
    """
    Have the tasks settled that each owner held; what cannot be is the monitor's, once the leases end.

    Args:
        verb: `LOST` or `HAND_BACK`.
        held: ids of tasks by what the ledger calls their owner.
    """
    command = [sys.executable, "-m", __spec__.name, f"--at={time.time()}", verb]
    command += [f"{owner}={','.join(ids)}" for owner, ids in held.items()]
    try:
        # Nothing is piped, and the child is spawned: one that the pool forks just now would keep a pipe's end open.
        subprocess.run(command, stdin=subprocess.DEVNULL, close_fds=False, timeout=_WITHIN_S, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        Journal().error("tasks.unrecovered", **error_fields(error))


def main() -> None:
    """Settle what the command line tells."""
    parser = argparse.ArgumentParser(description="Settle what worker processes held that are gone.")
    parser.add_argument("verb", choices=[LOST, HAND_BACK])
    parser.add_argument("--at", type=float, help="when they ended, in seconds since the epoch")
    parser.add_argument("held", nargs="*", metavar="owner=id,id", help="what each of them held")
    given = parser.parse_args()
    recovery = build_recovery(in_force())
    for each in given.held:
        owner, _, ids = each.rpartition("=")
        configure_logs(in_force(), f"worker-{owner.partition('@')[0]}")
        if given.verb == LOST:
            recovery.lost(ids.split(","), owner=owner, at=given.at)
        else:
            recovery.hand_back(ids.split(","), owner=owner)


if __name__ == "__main__":
    main()
