"""The folders and the tools behind the gate: who may, and how one signs in."""

import base64
import re

import pytest
from harness.api import problem_of, send_raw

FOR_OPERATORS = ["/logs/", "/error_reports/", "/dashboard/"]
FOR_ADMINS = ["/load-test/"]
PLACES = [*FOR_OPERATORS, *FOR_ADMINS]
BASIC = re.compile(r"(?:^|, )Basic realm=")  # what makes a browser ask; others may stand beside it
UNKNOWN = "pk_" + "A" * 43


def basic(key):
    return "Basic " + base64.b64encode(f"anybody:{key}".encode()).decode()


WAYS = {
    "Basic": lambda key: {"Authorization": basic(key)},
    "Bearer": lambda key: {"Authorization": f"Bearer {key}"},
    "X-API-Key": lambda key: {"X-API-Key": key},
}


@pytest.mark.parametrize("place", PLACES)
def test_a_browser_without_a_key_is_asked_to_sign_in(keyless, place):
    """Also where requests without a key are a client's: else a browser could not show one."""
    answer = keyless.get(place)

    problem_of(answer, 401, "unauthenticated")
    assert BASIC.search(answer.headers["WWW-Authenticate"])


@pytest.mark.parametrize("place", PLACES)
def test_a_stranger_without_a_key_is_asked_to_sign_in(stranger, place):
    answer = stranger.get(place)

    problem_of(answer, 401, "unauthenticated")
    assert BASIC.search(answer.headers["WWW-Authenticate"])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("place", PLACES)
def test_an_unknown_key_is_asked_again(keyless, place, way):
    answer = keyless.get(place, headers=WAYS[way](UNKNOWN))

    problem_of(answer, 401, "unauthenticated")
    assert BASIC.search(answer.headers["WWW-Authenticate"])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("place", "who"), [*((place, "client") for place in PLACES), *((place, "operator") for place in FOR_ADMINS)]
)
def test_a_key_with_too_low_a_role_is_refused(request, keyless, place, who, way):
    key = request.getfixturevalue(who).key

    problem_of(keyless.get(place, headers=WAYS[way](key)), 403, "forbidden")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("place", "who"),
    [*((place, who) for place in FOR_OPERATORS for who in ("operator", "admin")), *((p, "admin") for p in FOR_ADMINS)],
)
def test_a_key_with_the_right_role_opens_the_place(request, keyless, place, who, way):
    key = request.getfixturevalue(who).key

    answer = keyless.get(place, headers=WAYS[way](key))

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("place", PLACES)
def test_the_missing_slash_leads_to_the_place(keyless, place):
    answer = keyless.get(place.rstrip("/"))

    assert (answer.status_code, answer.headers["Location"]) == (308, place)


@pytest.mark.parametrize(
    "path",
    [
        "/logs/service_1.txt",
        "/logs/nothing.txt",
        "/error_reports/2026/",
        "/dashboard/workers",
        "/dashboard/api/workers",
        "/dashboard/static/css/flower.css",
        "/dashboard/healthcheck",
        "/dashboard/metrics",
        "/load-test/stats/requests",
        "/load-test/logs",
        "/%6cogs/service_1.txt",
        "//logs/service_1.txt",
        "/logs//service_1.txt",
        "/x/../logs/service_1.txt",
        "/docs/%2e%2e/logs/service_1.txt",
        "/docs/../dashboard/workers",
        "/producer/../load-test/",
    ],
)
def test_nothing_inside_is_open_either(url, client, path):
    without = send_raw(url, "GET", path, headers=[("Via", "1.1 somewhere")])
    with_too_low_a_role = send_raw(url, "GET", path, headers=[("X-API-Key", client.key)])

    assert (without.status_code, with_too_low_a_role.status_code) == (401, 403)


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("place", PLACES)
def test_no_method_goes_around_the_sign_in(stranger, place, method):
    answer = stranger.request(method, place)

    assert answer.status_code in {401, 403, 405}
