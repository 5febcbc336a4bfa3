"""`python -m bench`: run the measurements, print the table, and keep it."""

import argparse
import shlex
import signal
import sys
from collections.abc import Sequence

from bench import accepting, drain, engine, report, screening, starting, web
from bench.load import find_wrk
from bench.results import BenchFailed, Effort, Result
from gateway.errors import GatewayError

_PARTS = (web, engine, screening, accepting, starting, drain)
_NAMES = tuple(name for part in _PARTS for name in part.NAMES)
_WITHOUT_LOAD = {"long-text", *screening.NAMES, *accepting.NAMES, *starting.NAMES, *drain.NAMES}
_QUICK = Effort(rounds=2, seconds=1)


def main() -> int:
    """Run what the command line asks for; 1 if something did not work, whatever the ratios are."""
    given = _arguments()
    effort = _QUICK if given.quick else Effort(rounds=given.rounds, seconds=given.seconds)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is stopped
    try:
        _run(given.only or _NAMES, effort, write=given.write)
    except (BenchFailed, GatewayError) as error:
        sys.stderr.write(f"bench: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 1
    return 0


def _run(names: Sequence[str], effort: Effort, *, write: bool) -> None:
    if not _WITHOUT_LOAD.issuperset(names):
        find_wrk()
    about = report.machine(f"python -m bench {shlex.join(sys.argv[1:])}".strip(), effort)
    results: list[Result] = []
    for part in _PARTS:
        results += part.measure(names, effort, lambda name: sys.stderr.write(f"measuring {name}\n"))
    sys.stdout.write(f"\n{report.table(results)}\n\n")
    for result in results:
        sys.stdout.write(f"{result.name}: {result.ours}; against {result.peer}\n")
    sys.stdout.write(f"\nEvery round: {report.write_json(results, about)}\n")
    if write:
        report.write_readme(results, about)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measure, each against a peer in the same run."
    )
    parser.add_argument("--quick", action="store_true", help="2 rounds of 1 s: shows that it works, no more")
    parser.add_argument("--only", action="append", choices=_NAMES, metavar="NAME", help=", ".join(_NAMES))
    parser.add_argument("--rounds", type=_positive, default=5, help="of both sides, in turn (5)")
    parser.add_argument("--seconds", type=_positive, default=5, help="for each side in each round (5)")
    parser.add_argument("--write", action="store_true", help="write the table into bench/README.md, too")
    given = parser.parse_args()
    if given.write and given.only:
        parser.error("--write is for the whole table: not with --only")
    return given


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("1 or more")
    return number


if __name__ == "__main__":
    sys.exit(main())
