"""
The two pools: `python -m workers.pools io` and `… cpu`.

`io` runs threads in one process, for jobs that wait; `cpu` runs processes, for jobs that count.
"""

import argparse
import gc
import socket
from typing import Any

from celery.signals import worker_process_init, worker_process_shutdown, worker_ready

from gateway.kinds import Pool
from gateway.processing.limits import limit_memory
from gateway.reloading import at_hangup
from gateway.serving import configure_logs
from gateway.telemetry import metrics
from workers.app import app, settings
from workers.runners import runners
from workers.stopping import watch_memory

_CHILD_TASKS = 100_000  #: a process of the cpu pool is replaced after so many, in case a processor leaks


def arguments(pool: Pool) -> list[str]:
    """Return what Celery's worker command is given."""
    common = [
        "--quiet",  # no banner
        "worker",
        f"--hostname={pool}@{socket.gethostname()}",
        f"--queues={pool}",
        "--without-mingle",  # the ledger knows who does what
        "--without-gossip",
        "--task-events",  # what Flower lists
    ]
    if pool is Pool.IO:
        return [*common, "--pool=threads", f"--concurrency={settings.workers_io}"]
    kilobytes = settings.memory_cpu_mb * 1024
    limits = [f"--max-tasks-per-child={_CHILD_TASKS}", f"--max-memory-per-child={kilobytes}"]
    return [*common, "--pool=prefork", f"--concurrency={settings.workers_cpu}", *limits]


@worker_ready.connect
def _renew_at_hangup(**_: Any) -> None:
    """Take the place of Celery's own handler, which would start the whole worker again."""
    at_hangup(runners.renew)


@worker_process_init.connect
def _bound_memory(**_: Any) -> None:
    """Let one job not take what the machine has; the process is replaced, where it is too large, after its task."""
    limit_memory(2 * settings.memory_cpu_mb)


@worker_process_shutdown.connect
def _settle(**_: Any) -> None:
    """Have written down what this process has run, before it is replaced or ends with the others."""
    runners.settle()


def main() -> None:
    """Run one pool until it is told to stop."""
    parser = argparse.ArgumentParser(description="Run one of the worker pools.")
    parser.add_argument("pool", choices=list(Pool), type=Pool)
    parser.add_argument("--metrics-port", type=int, help="serve /metrics here")
    parser.add_argument("--metrics-address", default="127.0.0.1")
    given = parser.parse_args()
    configure_logs(settings, f"worker-{given.pool}")
    if given.metrics_port:
        metrics.serve(given.metrics_port, address=given.metrics_address)
    if given.pool is Pool.IO:
        watch_memory(settings.memory_io_mb)
    runners.prepare()
    gc.freeze()  # what was loaded stays: collections look past it, and do not make forked processes copy it
    try:
        app.worker_main(arguments(given.pool))
    finally:
        runners.settle()


if __name__ == "__main__":
    main()
