"""
Every metric, declared once.

A program of several processes shares them through the folder that `PROMETHEUS_MULTIPROC_DIR` names, one for each
program. No label holds what a client chose freely: kinds come from the declared list, routes are names.
"""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from prometheus_client import REGISTRY as SINGLE_PROCESS_REGISTRY
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, start_http_server
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from gateway.telemetry import dead_processes

_FAST = (0.00001, 0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
_WEB = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_LONG = (0.001, 0.005, 0.025, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)

messages = Counter("gateway_messages", "Messages by what became of them.", ["outcome", "kind"])
findings = Counter("gateway_findings", "Findings in messages.", ["entity_type"])
screening_seconds = Histogram("gateway_screening_seconds", "Time to screen one message.", buckets=_FAST)
request_seconds = Histogram("gateway_request_seconds", "Time to answer a request.", ["route", "status"], buckets=_WEB)
forward_seconds = Histogram("gateway_forward_seconds", "Time until service_2 answered.", buckets=_WEB)
queue_depth = Gauge("gateway_queue_depth", "Tasks that wait.", ["pool"], multiprocess_mode="mostrecent")
oldest_pending_seconds = Gauge(
    "gateway_oldest_pending_seconds", "Wait of the oldest that is due.", ["pool"], multiprocess_mode="mostrecent"
)
tasks_relaunched = Counter("gateway_tasks_relaunched", "Tasks that the monitor put right.", ["reason"])
alerts = Counter("gateway_alerts", "Alerts, repeats included.", ["type"])
dependency_up = Gauge("gateway_dependency_up", "1 where it answers, else 0.", ["name"], multiprocess_mode="mostrecent")

task_status = Gauge("task_status", "Tasks by status.", ["status"], multiprocess_mode="mostrecent")
task_get_requests = Counter("task_get_request_count", "Requests for one task.")
task_create_requests = Counter("task_create_request_count", "Requests to make a task.")
task_create_successes = Counter("task_create_success_count", "Tasks made.")
task_create_failures = Counter("task_create_fail_count", "Requests to make a task that were refused or failed.")
task_cancel_requests = Counter("task_cancel_request_count", "Requests to cancel a task.")
task_cancel_successes = Counter("task_cancel_success_count", "Tasks canceled.")
task_cancel_failures = Counter("task_cancel_fail_count", "Requests to cancel a task that were refused or failed.")
task_processing_duration = Histogram(
    "task_processing_duration", "Seconds of an attempt, from its claim on.", buckets=_LONG
)
task_processing_successes = Counter("task_processing_success_count", "Tasks completed.")
task_processing_failures = Counter("task_processing_fail_count", "Attempts that failed.")


def _registry() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return SINGLE_PROCESS_REGISTRY
    registry = CollectorRegistry()
    registry.register(_OfAllProcesses(Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])))
    return registry


class _OfAllProcesses(Collector):
    """Sums up what the processes of this program count, those that have ended among them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sums = MultiProcessCollector(None, str(folder))  # type: ignore[no-untyped-call]  # it is untyped

    def collect(self) -> Iterable[Metric]:
        """Read the files of all processes."""
        dead_processes.gather(self._folder)
        with dead_processes.reading(self._folder):
            return self._sums.collect()  # type: ignore[no-untyped-call, no-any-return]


def exposition() -> bytes:
    """Return what all processes of this program counted, in Prometheus' text format."""
    return generate_latest(_registry())


def serve(port: int, *, address: str = "127.0.0.1") -> Callable[[], None]:
    """Answer `/metrics` from a thread of this process, for programs that are no web service; returns its stop."""
    server, thread = start_http_server(port, addr=address, registry=_registry())

    def stop() -> None:
        server.shutdown()
        thread.join(timeout=5)

    return stop
