"""Flower under /dashboard/: it shows the workers, and does nothing to them."""

from urllib.parse import urlsplit

import pytest
from harness.api import PATIENCE_S, problem_of
from harness.eventually import eventually
from harness.pages import links_of_html, loaded_by_css, loaded_by_html, paths_here

PAGES = ["/dashboard/", "/dashboard/workers", "/dashboard/tasks", "/dashboard/broker"]


@pytest.fixture
def host(url):
    return urlsplit(url).netloc


def workers(api):
    """Return the workers that the page's own list has."""
    return {each["hostname"]: each for each in api.look("/dashboard/workers?json=1")["data"]}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_loads_all_its_files_from_us(operator, host, page):
    answer = operator.get(page)
    assert answer.status_code == 200
    paths = set(paths_here(loaded_by_html(answer.text), page=page, host=host))

    assert len(paths) >= 5
    for path in paths:
        loaded = operator.get(path)
        assert loaded.status_code == 200, path
        assert loaded.content
        if urlsplit(path).path.endswith(".css"):
            for inner in paths_here(loaded_by_css(loaded.text), page=path, host=host):
                assert operator.get(inner).status_code == 200, inner


def test_the_links_of_the_front_page_stay_below_it_and_lead_somewhere(operator, host):
    page = operator.get("/dashboard/").text

    here = [link for link in links_of_html(page) if not link.startswith(("http", "#"))]

    assert here
    for path in paths_here(here, page="/dashboard/", host=host):
        assert path.startswith("/dashboard/")
        assert operator.get(path).status_code == 200, path


def test_the_list_of_workers_shows_both_pools(operator):
    shown = eventually(lambda: _both_online(workers(operator)), within_s=PATIENCE_S)

    assert {name.partition("@")[0] for name in shown} >= {"io", "cpu"}


def _both_online(shown):
    online = {name.partition("@")[0] for name, worker in shown.items() if worker["status"]}
    return shown if {"io", "cpu"} <= online else None


def test_the_page_of_a_worker_can_be_seen(operator):
    name = next(iter(eventually(lambda: _both_online(workers(operator)), within_s=PATIENCE_S)))

    answer = operator.get(f"/dashboard/worker/{name}")

    assert answer.status_code == 200
    assert name in answer.text


def test_the_list_of_tasks_shows_no_content(operator, client):
    """The broker carries ids only."""
    task = client.task("The purple elephant sings.")
    client.ended(task["id"])

    page = operator.get("/dashboard/api/tasks?limit=1000")

    assert page.status_code == 200
    assert "elephant" not in page.text


@pytest.mark.parametrize("who", ["operator", "admin"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize(
    "path",
    [
        "/dashboard/",
        "/dashboard/api/worker/shutdown/io@vm",
        "/dashboard/api/worker/pool/grow/io@vm?n=1",
        "/dashboard/api/task/revoke/01a20193-6410-765f-8ac9-85f9986e8ce6?terminate=true",
        "/dashboard/api/task/async-apply/anything",
        "/dashboard/api/task/apply/anything",
        "//dashboard/api/worker/shutdown/io@vm",
        "/dashboard//api/worker/shutdown/io@vm",
        "/%64ashboard/api/worker/shutdown/io@vm",
    ],
)
def test_nothing_can_be_done_to_workers_and_tasks(request, who, method, path):
    api = request.getfixturevalue(who)

    problem_of(api.request(method, path, json={"args": []}), 403, "forbidden")


def test_a_worker_cannot_be_shut_down_from_here(operator, admin, client):
    names = [
        name for name, worker in workers(operator).items() if worker["status"] and name.startswith(("io@", "cpu@"))
    ]

    refused = [admin.post(f"/dashboard/api/worker/shutdown/{name}").status_code for name in names]

    assert refused
    assert set(refused) == {403}
    assert client.job_result("wait_and_return", seconds=0, value="still here") == "still here"
    assert client.job_result("sum", n=3) == 6


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://example.com"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "null"},
        {"X-HTTP-Method-Override": "GET"},
    ],
    ids=str,
)
def test_a_write_from_another_site_is_refused(operator, headers):
    answer = operator.post("/dashboard/api/worker/shutdown/io@vm", headers=headers)

    problem_of(answer, 403, "forbidden")


def test_flower_does_not_learn_the_key_that_opened_it(operator):
    """Its own login is the gate's to know: what comes back never asks for it."""
    answer = operator.get("/dashboard/api/workers")

    assert answer.status_code == 200
    assert "WWW-Authenticate" not in answer.headers
    assert operator.key not in answer.text
