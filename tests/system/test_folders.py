"""The two folders that operators browse: the logs, and the reports of alerts."""

import re
import secrets
from urllib.parse import unquote

import pytest
from harness.api import PATIENCE_S, a_token, an_address, problem_of, send_raw
from harness.eventually import eventually
from harness.pages import links_of_html

FOLDERS = ["/logs/", "/error_reports/"]
LOGS = {"service_1", "service_2", "worker-io", "worker-cpu", "monitor", "nginx-access", "nginx-error"}
TAIL = {"Range": "bytes=-400000"}  # a log may have grown for days
FROM_THE_INSIDE = re.compile(r"GATEWAY_|root:x:|import |\[policy")


def listed(api, folder):
    """Return the names in the folder."""
    answer = api.get(folder)
    assert answer.status_code == 200, folder
    return [unquote(name) for name in links_of_html(answer.text) if name != "../"]


def tail(api, name):
    """Return the end of a log."""
    answer = api.get(f"/logs/{name}", headers=TAIL)
    return answer.text if answer.status_code in {200, 206} else ""


def logs_now(api):
    return {name: tail(api, name) for name in listed(api, "/logs/") if name.endswith(".txt")}


def report_of(operator, alert_id):
    """Return the report of the alert, as its folder has it."""
    alert = operator.look(f"/producer/alerts/{alert_id}")
    day = f"/error_reports/{alert['at'][:10].replace('-', '/')}/"

    def name():
        answer = operator.get(day)
        names = links_of_html(answer.text) if answer.status_code == 200 else []
        return next((each for each in names if alert_id in each), None)

    file = eventually(name, within_s=PATIENCE_S)
    assert file.startswith(alert["at"][11:19].replace(":", ""))
    answer = operator.get(day + file)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    return file, answer.text


@pytest.mark.usefixtures("log_files")
def test_the_folder_of_logs_shows_the_log_of_every_program(operator):
    names = listed(operator, "/logs/")

    assert {f"{name}.txt" for name in LOGS} <= set(names)


@pytest.mark.usefixtures("log_files")
def test_a_message_is_found_in_the_logs_by_its_request_id(client, operator):
    request_id = secrets.token_hex(16)
    client.post("/producer/messages", json={"text": "Hello"}, headers={"X-Request-ID": request_id})

    logs = eventually(
        lambda: _with_all(logs_now(operator), {"nginx-access.txt", "service_1.txt", "service_2.txt"}, request_id)
    )

    line = next(line for line in logs["service_1.txt"].splitlines() if request_id in line)
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO  service_1 message\.forwarded ", line)


@pytest.mark.usefixtures("log_files")
def test_a_queued_message_is_found_in_the_workers_log_by_its_request_id(client, operator):
    request_id = secrets.token_hex(16)
    body = {"text": "Hello", "delivery": "queued"}
    client.post("/producer/messages", json=body, headers={"X-Request-ID": request_id})

    assert eventually(lambda: _with_all(logs_now(operator), {"service_1.txt", "worker-cpu.txt"}, request_id))


def _with_all(logs, names, text):
    return logs if all(text in logs.get(name, "") for name in names) else None


@pytest.mark.usefixtures("log_files")
def test_no_log_repeats_what_was_found_or_what_a_client_chose(client, operator):
    request_id, mark = secrets.token_hex(16), f"zebra{secrets.token_hex(4)}"
    address, token = an_address(), a_token()
    client.message(f"To {address} with {token}", metadata={address: token})
    client.post("/producer/messages", json={"text": "Hello", "kind": mark, mark: mark})
    client.post("/producer/messages", data=f'{{"text": {mark}', headers={"Content-Type": "application/json"})
    client.get(f"/producer/tasks/{mark}?{mark}={mark}", headers={"User-Agent": mark, "Referer": f"http://{mark}/"})
    client.get(f"/{mark}?{mark}", headers={"X-Request-ID": mark, "Cookie": mark, "X-API-Key": mark})
    operator.get(f"/logs/{mark}")
    operator.get(f"/dashboard/{mark}")
    client.get("/docs", headers={"X-Request-ID": request_id})

    logs = eventually(lambda: _with_all(logs_now(operator), {"nginx-access.txt"}, request_id))

    for value in (mark, address, token):
        assert [name for name, text in logs.items() if value in text] == []


@pytest.mark.usefixtures("log_files")
def test_no_log_repeats_a_key(client, operator, admin):
    for api in (client, operator, admin):
        api.get("/producer/tasks?limit=1", headers={"Authorization": f"Bearer {api.key}"})

    logs = logs_now(operator)

    assert logs
    for api in (client, operator, admin):
        assert [name for name, text in logs.items() if api.key in text] == []


def test_the_report_of_a_held_message_tells_kinds_and_places_and_no_value(client, operator):
    """The four kinds come together in no other test, so that this report is of this message."""
    address, token = an_address(), a_token()
    text = f"To {address} at 81.2.69.142 with {token}, SSN 536-90-4399"
    answer = client.message(text, metadata={"note": address})
    alert_id = problem_of(answer, 422, "secret")["alert_id"]

    name, report = report_of(operator, alert_id)

    assert name.endswith(f"-secret-{alert_id}.txt")
    for told in ("Secret", "EMAIL_ADDRESS", "SECRET", "/text", "/metadata/note", alert_id):
        assert told in report
    for value in (address, address.partition("@")[0], token, "81.2.69.142", "536-90-4399"):
        assert value not in report


def test_the_report_of_personal_data_is_named_after_it(client, operator):
    request_id = secrets.token_hex(16)
    headers = {"X-Request-ID": request_id}
    text = f"{an_address()} and IBAN DE89 3704 0044 0532 0130 00"  # together in no other test: nothing to fold into
    answer = client.post("/producer/messages", json={"text": text}, headers=headers)
    alert_id = problem_of(answer, 422, "personal_data")["alert_id"]

    name, report = report_of(operator, alert_id)

    assert name.endswith(f"-personal_data-{alert_id}.txt")
    assert "PersonalData" in report
    assert "DE89" not in report
    assert operator.look(f"/producer/alerts/{alert_id}")["request_id"] in report


def test_a_report_comes_to_tell_how_often_it_happened(client, operator):
    alert_id = None
    for _ in range(4):  # within a minute, unless it just ends
        alert_id = problem_of(client.message("SSN 536-90-4399"), 422)["alert_id"]

    def tells_all():  # a repeat is counted a little after its answer
        count = operator.look(f"/producer/alerts/{alert_id}")["count"]
        return re.search(rf"^count:.*\b{count}\b", report_of(operator, alert_id)[1], re.MULTILINE)

    assert eventually(tells_all, within_s=PATIENCE_S)


def test_the_folder_of_reports_is_sorted_by_date(client, operator):
    client.message(an_address())

    assert eventually(lambda: [name for name in listed(operator, "/error_reports/") if re.fullmatch(r"20\d\d/", name)])


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_shows_no_dot_files(operator, folder):
    assert not [name for name in listed(operator, folder) if name.startswith(".")]


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("name", [".env", "%2eenv", ".git/config", "2026/.x", "2026/%2ex", ".", "..", "%2e%2e"])
def test_dot_files_are_not_there(url, operator, folder, name):
    answer = send_raw(url, "GET", folder + name, headers=[("X-API-Key", operator.key)])

    assert answer.status_code in {200, 302, 308, 400, 404}
    assert answer.status_code != 200 or name in {".", "..", "%2e%2e"}  # which only name the folder, or the front door
    assert not FROM_THE_INSIDE.search(answer.text)


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("wanted", [".env", "gateway.toml", "var/ledger.db", "var/nginx/nginx.conf", "README.md"])
@pytest.mark.parametrize(
    "way",
    [
        "{folder}../{wanted}",
        "{folder}%2e%2e/{wanted}",
        "{folder}.%2e/{wanted}",
        "{folder}..%2f{wanted}",
        "{folder}%2e%2e%2f{wanted}",
        "{folder}..%5c{wanted}",
        "{folder}..\\{wanted}",
        "{folder}%252e%252e/{wanted}",
        "{folder}..;/{wanted}",
        "{folder}//../{wanted}",
        "{folder}x/../../{wanted}",
        "{folder}2026/%2e%2e/%2e%2e/{wanted}",
        "{folder}2026/..%2f..%2f{wanted}",
        "{bare}../{wanted}",
        "{bare}..%2f{wanted}",
        "{bare}%2f..%2f{wanted}",
        "{bare}%2e%2e/{wanted}",
        "{folder}%00/../../{wanted}",
        "{folder}%c0%ae%c0%ae/{wanted}",
    ],
)
def test_no_way_leads_out_of_a_folder(url, operator, folder, wanted, way):
    path = way.format(folder=folder, bare=folder.rstrip("/"), wanted=wanted)

    answer = send_raw(url, "GET", path, headers=[("X-API-Key", operator.key)])

    assert answer.status_code in {400, 404}
    assert not FROM_THE_INSIDE.search(answer.text)


@pytest.mark.parametrize(
    "path", ["%2fetc%2fpasswd", "/etc/passwd", "../../../../etc/passwd", "..%2f..%2f..%2fetc/passwd"]
)
@pytest.mark.parametrize("folder", FOLDERS)
def test_no_way_leads_to_the_system(url, operator, folder, path):
    answer = send_raw(url, "GET", folder + path, headers=[("X-API-Key", operator.key)])

    assert answer.status_code in {400, 404}


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_written_into_a_folder(operator, folder, method):
    answer = operator.request(method, f"{folder}new.txt", data="Hello")

    assert answer.status_code in {403, 404, 405}
    assert "new.txt" not in listed(operator, folder)


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_is_shown_is_not_kept_by_the_browser(operator, folder):
    assert operator.get(folder).headers["Cache-Control"] == "no-store"
