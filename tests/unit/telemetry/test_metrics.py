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


COUNT = """
from gateway.telemetry import metrics
metrics.task_get_requests.inc(2)
metrics.alerts.labels("Secret").inc()
metrics.task_processing_duration.observe(0.3)
metrics.queue_depth.labels("io").set({depth})
"""
SHOW = "from gateway.telemetry import metrics; print(metrics.exposition().decode())"


def test_what_processes_counted_that_have_ended_stays_and_their_files_do_not_pile_up(tmp_path: Path):
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}

    def run(program: str) -> str:
        return subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
        ).stdout

    files = []
    for depth in (3, 7, 5):
        run(COUNT.format(depth=depth))
        told = run(SHOW)
        files.append(len(list(tmp_path.glob("*.db"))))

    assert "task_get_request_count_total 6.0" in told
    assert 'gateway_alerts_total{type="Secret"} 3.0' in told
    assert "task_processing_duration_count 3.0" in told
    assert 'task_processing_duration_bucket{le="0.5"} 3.0' in told
    assert 'gateway_queue_depth{pool="io"} 5.0' in told
    assert files[0] == files[-1]


def test_what_a_living_process_counts_is_left_to_it(tmp_path: Path):
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    program = (
        COUNT.format(depth=1)
        + "print(flush=True); input(); metrics.task_get_requests.inc(); print(flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as living:
        told = []
        for _ in range(2):
            living.stdout.readline()
            shown = subprocess.run(
                [sys.executable, "-c", SHOW], env=environment, capture_output=True, text=True, check=True
            )
            told += [line for line in shown.stdout.splitlines() if line.startswith("task_get_request_count_total")]
            living.stdin.write("\n")
            living.stdin.flush()

    assert told == ["task_get_request_count_total 2.0", "task_get_request_count_total 3.0"]
