"""Locust under /load-test/: an admin starts a swarm there."""

from urllib.parse import urlsplit

import pytest
from harness.api import PATIENCE_S, problem_of, send_raw
from harness.eventually import eventually
from harness.pages import loaded_by_css, loaded_by_html, paths_here

ROUTES = {"message forwarded", "message queued", "message held", "task"}
USERS, ENOUGH = 4, 40  # requests
FOREIGN = [
    {"Origin": "http://example.com"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://example.com"},
]


@pytest.fixture
def swarm(admin):
    """Locust at rest; brought to rest again at the end."""
    if admin.look("/load-test/stats/requests")["state"] in {"spawning", "running"}:
        pytest.skip("somebody's swarm is at work")
    yield admin
    admin.post("/load-test/stop")
    eventually(lambda: admin.look("/load-test/stats/requests")["state"] not in {"spawning", "running", "stopping"})


def test_the_page_loads_all_its_files_from_us(admin, url):
    host = urlsplit(url).netloc
    answer = admin.get("/load-test/")
    assert answer.status_code == 200
    paths = set(paths_here(loaded_by_html(answer.text), page="/load-test/", host=host))

    assert len(paths) >= 2
    for path in paths:
        assert path.startswith("/load-test/")
        loaded = admin.get(path)
        assert loaded.status_code == 200, path
        assert loaded.content
        if urlsplit(path).path.endswith(".css"):
            for inner in paths_here(loaded_by_css(loaded.text), page=path, host=host):
                assert admin.get(inner).status_code == 200, inner


def test_a_swarm_sends_messages_of_every_sort_and_none_fails(swarm):
    form = {"user_count": USERS, "spawn_rate": USERS, "run_time": "120s"}

    started = swarm.post("/load-test/swarm", data=form)
    told = eventually(lambda: _enough(swarm.look("/load-test/stats/requests")), within_s=PATIENCE_S)
    stopped = swarm.post("/load-test/stop")
    at_rest = eventually(lambda: _stopped(swarm.look("/load-test/stats/requests")))

    assert (started.status_code, started.json()["success"]) == (200, True)
    assert (stopped.status_code, stopped.json()["success"]) == (200, True)
    for stats in (told, at_rest):
        assert [(each["name"], each["num_failures"]) for each in stats["stats"] if each["num_failures"]] == []
        assert stats["errors"] == []
        assert stats["fail_ratio"] == 0
    assert at_rest["user_count"] == 0


def _enough(stats):
    sent = {each["name"]: each["num_requests"] for each in stats["stats"]}
    of_this_swarm = stats["state"] == "running" and stats["user_count"] == USERS
    return stats if of_this_swarm and sent["Aggregated"] >= ENOUGH and set(sent) >= ROUTES else None


def _stopped(stats):
    return stats if stats["state"] == "stopped" else None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("user_count", ""),
        ("user_count", "lots"),
        ("user_count", "-1"),
        ("user_count", "4111111111111111"),
        ("spawn_rate", ""),
        ("spawn_rate", "0.000"),
        ("spawn_rate", "nan"),
        ("spawn_rate", "1e5"),
        ("run_time", "a while"),
        ("run_time", "99999999s"),
        ("host", "http://example.com"),
        ("host", ""),
        ("profile", "kim@mail.acme-widgets.com"),
    ],
)
def test_a_swarm_that_cannot_be_meant_is_refused_by_the_fields_name(swarm, field, value):
    form = {"user_count": 1, "spawn_rate": 1, "run_time": "5s", field: value}

    answer = swarm.post("/load-test/swarm", data=form)

    problem = problem_of(answer, 422, "invalid_request")
    assert problem["field"] == f"/{field}"
    assert field in problem["detail"]
    assert not value or value not in answer.text
    assert swarm.look("/load-test/stats/requests")["state"] not in {"spawning", "running"}


@pytest.mark.parametrize("missing", ["user_count", "spawn_rate"])
def test_a_swarm_needs_its_size_and_its_pace(swarm, missing):
    form = {name: 1 for name in ("user_count", "spawn_rate") if name != missing}

    answer = swarm.post("/load-test/swarm", data=form)

    assert problem_of(answer, 422, "invalid_request")["field"] == f"/{missing}"


@pytest.mark.parametrize("name", ["html_file", "loglevel", "kim@mail.acme-widgets.com"])
def test_a_swarm_cannot_change_locusts_own_options(swarm, name):
    answer = swarm.post("/load-test/swarm", data={"user_count": 1, "spawn_rate": 1, name: "x"})

    problem_of(answer, 422, "invalid_request")
    assert name not in answer.text


def test_the_users_of_a_swarm_cannot_be_sent_elsewhere(swarm):
    answer = swarm.post("/load-test/user", json={"user_class_name": "Sender", "host": "http://example.com"})

    problem_of(answer, 403, "forbidden")


@pytest.mark.parametrize("path", ["/load-test/swarm", "/load-test/stop", "/load-test/"])
@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_write_from_another_site_is_refused(swarm, headers, path):
    answer = swarm.post(path, data={"user_count": 1, "spawn_rate": 1, "run_time": "5s"}, headers=headers)

    problem_of(answer, 403, "forbidden")
    assert swarm.look("/load-test/stats/requests")["state"] not in {"spawning", "running"}


def test_a_write_from_locusts_own_page_is_taken(swarm, url):
    headers = {"Origin": url, "Sec-Fetch-Site": "same-origin"}

    answer = swarm.post("/load-test/stop", headers=headers)

    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["", "swarm", "stop", "stats/requests", "exceptions", "logs"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_locust_is_not_for_operators(operator, method, path):
    problem_of(operator.request(method, f"/load-test/{path}"), 403, "forbidden")


def test_other_pages_may_not_read_locusts_answers(admin):
    for path in ("/load-test/", "/load-test/stats/requests"):
        answer = admin.get(path, headers={"Origin": "http://example.com"})

        assert answer.status_code == 200
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_locust_does_not_show_the_key_that_it_uses(admin):
    page = admin.get("/load-test/").text

    assert "<title>Locust</title>" in page
    assert "pk_" not in page


@pytest.mark.usefixtures("swarm")
def test_a_page_that_points_its_own_name_here_cannot_write(url):
    """Its Origin and its Host are one, but a browser does not give it the key: it has another name."""
    headers = [("Origin", "http://example.com"), ("Content-Length", "0")]

    answer = send_raw(url, "POST", "/load-test/stop", host="example.com", headers=headers)

    assert answer.status_code == 401
