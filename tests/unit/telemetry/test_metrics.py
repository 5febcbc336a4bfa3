import os
import subprocess
import sys
from pathlib import Path

import requests

from gateway.telemetry import metrics

PROMISED = {
    *("task_status", "task_get_request_count", "task_create_request_count", "task_create_success_count"),
    *("task_create_fail_count", "task_cancel_request_count", "task_cancel_success_count", "task_cancel_fail_count"),
    *("task_processing_duration", "task_processing_success_count", "task_processing_fail_count"),
    *("gateway_messages", "gateway_findings", "gateway_screening_seconds", "gateway_request_seconds"),
    *("gateway_forward_seconds", "gateway_queue_depth", "gateway_oldest_pending_seconds"),
    *("gateway_tasks_relaunched", "gateway_alerts", "gateway_dependency_up"),
}


def test_every_promised_metric_is_exposed():
    exposed = {line.split()[2] for line in metrics.exposition().decode().splitlines() if line.startswith("# TYPE")}

    assert {name for name in PROMISED if name not in exposed and f"{name}_total" not in exposed} == set()


def test_programs_of_several_processes_count_together(tmp_path: Path):
    count = "from gateway.telemetry import metrics; metrics.task_get_requests.inc(2)"
    show = "from gateway.telemetry import metrics; print(metrics.exposition().decode())"
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}

    def run(program: str) -> str:
        return subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        ).stdout

    run(count)
    run(count)
    told = run(show)

    assert "task_get_request_count_total 4.0" in told


def test_a_program_that_is_no_web_service_answers_prometheus_until_it_stops():
    program = (
        "import socket\nfrom gateway.telemetry import metrics\n"
        "with socket.socket() as s:\n    s.bind(('127.0.0.1', 0)); port = s.getsockname()[1]\n"
        "stop = metrics.serve(port); print(port, flush=True); input(); stop()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as own:
        port = int(own.stdout.readline())
        served = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=10).text
        own.communicate("\n", timeout=10)

    assert "task_processing_duration" in served
    assert own.returncode == 0
