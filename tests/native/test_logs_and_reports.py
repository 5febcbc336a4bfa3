"""What is written down: log lines through rotation, and the reports of alerts through trouble with their folder."""

import json
import re
import secrets
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from pathlib import Path

import pytest
from harness.api import Api
from harness.eventually import eventually
from harness.mesh import Mesh, running_mesh

PATIENCE_S = 120
LOG_MAX_BYTES = 10_000  #: the least that may be set: some forty lines
MOST_MESSAGES = 4000  #: a bound for a test that fails; rotation is seen long before
SENDERS = 4
#: Somebody's data of each type, in words of its own.
FOUND = {
    "EMAIL_ADDRESS": "Write to mira@oldenkamp-boats.com please.",
    "CREDIT_CARD": "Take the card 4111 1111 1111 1111.",
    "IBAN_CODE": "Pay to the IBAN GB29NWBK60161331926819.",
    "US_SSN": "Her social security number is 536-22-8145.",
    "IP_ADDRESS": "The login came from 203.0.113.77 today.",
    "PHONE_NUMBER": "Phone: +44 20 7946 0958.",
    "SECRET": "ghp_1aB2cD3eF4gH5iJ6kL7mN8oP9qR0sT1uV2wX",
}
REPORT = re.compile(
    r"time: +\S+Z\n"
    r"type: +\w+\n"
    r"severity: +\w+\n"
    r"description: .+\n"
    r"request id: +\S+\n"
    r"alert id: +(?P<alert_id>\S+)\n"
    r"caller: +\S+\n"
    r"count: +(?P<count>\d+)(?:, the last at \S+Z)?\n"
    r"done: +.+\n"
    r"found:\n(?:  [A-Z_]+ at \S+, score [01]\.\d\d, \d+ of it\n)+"
)


@pytest.fixture(scope="module")
def mesh(home):
    with running_mesh(home, GATEWAY_LOG_FORMAT="json", GATEWAY_LOG_MAX_BYTES=str(LOG_MAX_BYTES)) as running:
        yield running


@pytest.fixture
def api(mesh):
    """A caller of its own for each test: the alerts of different callers do not fold."""
    return Api(mesh.url, mesh.key("operator"))


def lines_of(mesh: Mesh, program: str) -> list[dict[str, object]]:
    """Return what a program has logged, its rotated files included."""
    files = sorted((mesh.home / "logs").glob(f"{program}.txt*"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def events_of(mesh: Mesh, program: str, request_id: str) -> list[object]:
    return [line["event"] for line in lines_of(mesh, program) if line.get("request_id") == request_id]


def held(api: Api, *types: str) -> str:
    """Send a message that is held for what is in it, and return the alert's id."""
    answer = api.post("/producer/messages", json={"text": " And: ".join(FOUND[each] for each in types)})
    assert answer.status_code == 422, answer.text
    return answer.json()["alert_id"]


def report_of(mesh: Mesh, alert_id: str) -> Path | None:
    return next(iter((mesh.home / "error_reports").rglob(f"[0-9]*{alert_id}.txt")), None)


def reports(mesh: Mesh) -> list[Path]:
    """Return every report that a reader would list."""
    return [path for path in (mesh.home / "error_reports").rglob("*.txt") if not path.name.startswith(".")]


# --- lines ---


def test_a_message_has_one_request_id_in_the_lines_of_both_services(mesh, api):
    request_id = secrets.token_hex(16)

    answer = api.post(
        "/producer/messages",
        json={"text": "The ferry is late.", "delivery": "sync"},
        headers={"X-Request-ID": request_id},
    )

    assert answer.headers["X-Request-ID"] == request_id
    assert "message.forwarded" in eventually(lambda: events_of(mesh, "service_1", request_id))
    assert eventually(lambda: events_of(mesh, "service_2", request_id), within_s=10)
    assert eventually(lambda: events_of(mesh, "nginx-access", request_id)) == ["request"]


def test_a_queued_message_has_one_request_id_from_the_gate_to_the_worker(mesh, api):
    request_id = secrets.token_hex(16)

    answer = api.post(
        "/producer/messages",
        json={"text": "The ferry is late.", "delivery": "queued"},
        headers={"X-Request-ID": request_id},
    )
    api.ended(answer.json()["id"])

    assert "message.queued" in events_of(mesh, "service_1", request_id)
    eventually(lambda: "task.completed" in events_of(mesh, "worker-cpu", request_id))


def test_rotation_under_load_loses_no_line_and_doubles_none(mesh):
    sent: list[str] = []
    enough = threading.Event()

    def send() -> None:
        api = Api(mesh.url)
        while not enough.is_set() and len(sent) < MOST_MESSAGES:
            request_id = secrets.token_hex(16)
            answer = api.post(
                "/producer/messages",
                json={"text": "The ferry is late.", "delivery": "sync"},
                headers={"X-Request-ID": request_id},
            )
            assert answer.status_code == 200, answer.text
            sent.append(request_id)

    logs = mesh.home / "logs"
    oldest = max((int(file.suffix[1:]) for file in logs.glob("*.txt.[0-9]")), default=0)
    with ThreadPoolExecutor(SENDERS) as pool:
        sending = [pool.submit(send) for _ in range(SENDERS)]
        try:  # two rotations more than there have been; after six the oldest lines are dropped, as they should
            eventually(
                lambda: (logs / f"service_1.txt.{oldest + 2}").exists() or any(one.done() for one in sending),
                within_s=PATIENCE_S,
            )
        finally:
            enough.set()
        for one in sending:
            one.result()

    assert (logs / f"service_1.txt.{oldest + 2}").exists()
    for program, event in (("service_1", "message.forwarded"), ("nginx-access", "request")):
        eventually(lambda program=program: Counter(_ids(mesh, program)).keys() >= set(sent))
        counted = Counter(line["request_id"] for line in lines_of(mesh, program) if line["event"] == event)
        assert {one: counted[one] for one in sent if counted[one] != 1} == {}


def _ids(mesh: Mesh, program: str) -> list[object]:
    return [line.get("request_id") for line in lines_of(mesh, program)]


def test_every_line_in_json_tells_time_level_program_and_event(mesh, api):
    held(api, "EMAIL_ADDRESS")

    lines = [line for file in (mesh.home / "logs").glob("*.txt") for line in lines_of(mesh, file.stem)]

    assert {line["program"] for line in lines} >= {"service_1", "nginx"}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"]) for line in lines)
    assert {line["level"] for line in lines} <= {"DEBUG", "INFO", "WARNING", "ERROR"}
    assert all(re.fullmatch(r"[a-z_]+(\.[a-z_]+)*", line["event"]) for line in lines)


# --- reports ---


def test_a_report_is_seen_whole_or_not_at_all(mesh, api):
    stop = threading.Event()
    torn: dict[str, str] = {}
    seen: set[str] = set()

    def watch() -> None:
        while not stop.is_set():
            for path in reports(mesh):
                text = path.read_text(encoding="utf-8")
                seen.add(path.name)
                if not REPORT.fullmatch(text):
                    torn[path.name] = text

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        sets = [types for size in (1, 2, 3) for types in combinations(FOUND, size)]
        alerts = {held(api, *types) for types in (*sets, *sets)}
        eventually(lambda: all(report_of(mesh, alert) for alert in alerts))
    finally:
        stop.set()
        watcher.join()

    assert len(alerts) >= len(sets)
    assert len(seen) >= len(sets)
    assert torn == {}


def test_repeats_within_a_minute_fold_into_one_report_with_their_count(mesh, api):
    alerts = [held(api, "IBAN_CODE", "US_SSN") for _ in range(3)]

    eventually(lambda: sum(_count(report_of(mesh, alert)) for alert in set(alerts)) == len(alerts), within_s=PATIENCE_S)

    assert len(set(alerts)) <= 2  # a minute may end between them


def _count(report: Path | None) -> int:
    found = REPORT.fullmatch(report.read_text(encoding="utf-8")) if report else None
    return int(found["count"]) if found else 0


def test_a_report_that_was_deleted_comes_back_when_its_alert_repeats(mesh, api):
    first = held(api, "PHONE_NUMBER", "IP_ADDRESS")
    eventually(lambda: report_of(mesh, first)).unlink()

    again = held(api, "PHONE_NUMBER", "IP_ADDRESS")

    eventually(lambda: report_of(mesh, again), within_s=PATIENCE_S)


def test_a_message_is_held_while_no_report_can_be_written_and_the_report_comes_later(mesh, api):
    folder, aside = mesh.home / "error_reports", mesh.home / "error_reports_aside"
    folder.rename(aside)
    folder.write_text("a file, so that nobody, not even root, can make folders in it")
    try:
        answers = [
            api.post("/producer/messages", json={"text": f"{FOUND['SECRET']} and {FOUND[other]}"})
            for other in ("IBAN_CODE", "US_SSN")
        ]
        eventually(lambda: any(line["event"] == "alert.unwritten" for line in lines_of(mesh, "monitor")))
    finally:
        folder.unlink()
        aside.rename(folder)

    assert [answer.status_code for answer in answers] == [422, 422]
    for answer in answers:
        report = eventually(lambda answer=answer: report_of(mesh, answer.json()["alert_id"]), within_s=PATIENCE_S)
        assert REPORT.fullmatch(report.read_text(encoding="utf-8"))


def test_a_log_that_was_deleted_is_made_anew(mesh, api):
    request_id = secrets.token_hex(16)
    for name in ("service_1", "nginx-access"):
        (mesh.home / "logs" / f"{name}.txt").unlink(missing_ok=True)

    def is_logged() -> bool:
        api.post("/producer/messages", json={"text": "Still here?"}, headers={"X-Request-ID": request_id})
        return bool(events_of(mesh, "service_1", request_id) and events_of(mesh, "nginx-access", request_id))

    assert eventually(is_logged, every_s=0.2)
