"""Who is calling, and what they may do."""

import base64

import pytest
from harness.api import problem_of, send_raw

UNKNOWN = "pk_" + "A" * 43
FORWARDED = ("X-Forwarded-For", "192.0.2.7")  # so that nobody is taken for this machine's own user
TASKS = "/producer/tasks?limit=1"


def basic(key, user="anybody"):
    return "Basic " + base64.b64encode(f"{user}:{key}".encode()).decode()


def asked(url, *headers, path=TASKS):
    return send_raw(url, "GET", path, headers=[FORWARDED, *headers])


def test_without_a_key_nothing_is_told(url):
    answer = asked(url)

    problem_of(answer, 401, "unauthenticated")
    assert "Bearer" in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/producer/messages"),
        ("POST", "/producer/screen"),
        ("POST", "/producer/tasks"),
        ("GET", "/producer/tasks"),
        ("GET", "/producer/tasks/01a20193-6410-765f-8ac9-85f9986e8ce6"),
        ("GET", "/producer/tasks/01a20193-6410-765f-8ac9-85f9986e8ce6/events"),
        ("PATCH", "/producer/tasks/01a20193-6410-765f-8ac9-85f9986e8ce6/cancel"),
        ("POST", "/producer/tasks/01a20193-6410-765f-8ac9-85f9986e8ce6/retry"),
        ("POST", "/producer/task"),
        ("GET", "/producer/task"),
        ("POST", "/producer/api/sum"),
        ("POST", "/producer/api/wait_and_return"),
        ("GET", "/producer/api/sum/01a20193-6410-765f-8ac9-85f9986e8ce6"),
        ("GET", "/producer/alerts"),
        ("GET", "/producer/alerts/01a20193-6410-765f-8ac9-85f9986e8ce6"),
        ("GET", "/producer/stats"),
        ("GET", "/producer/"),
    ],
)
def test_every_call_needs_a_key(stranger, method, path):
    problem_of(stranger.request(method, path), 401, "unauthenticated")


@pytest.mark.parametrize(
    "header",
    [
        ("X-API-Key", UNKNOWN),
        ("X-API-Key", "pk_short"),
        ("X-API-Key", "no key at all"),
        ("X-API-Key", "pk_" + "ä" * 10),
        ("X-API-Key", "k" * 4000),
        ("Authorization", f"Bearer {UNKNOWN}"),
        ("Authorization", "Bearer"),
        ("Authorization", "Bearer "),
        ("Authorization", basic(UNKNOWN)),
        ("Authorization", basic("")),
        ("Authorization", "Basic"),
        ("Authorization", "Basic !!!"),
        ("Authorization", 'Digest username="anybody"'),
        ("Authorization", UNKNOWN),
        ("Authorization", "nonsense"),
    ],
    ids=lambda header: f"{header[0]}: {header[1][:20]}",
)
@pytest.mark.parametrize("forwarded", [True, False], ids=["from elsewhere", "from here"])
def test_a_wrong_key_is_refused_and_never_taken_for_no_key(url, header, forwarded):
    answer = send_raw(url, "GET", TASKS, headers=[header, *([FORWARDED] if forwarded else [])])

    problem_of(answer, 401, "unauthenticated")
    assert UNKNOWN not in answer.text


@pytest.mark.parametrize("change", [lambda key: key[:-1], lambda key: key + "A", lambda key: key.upper(), str.swapcase])
def test_a_key_that_is_almost_right_is_wrong(url, client, change):
    problem_of(asked(url, ("X-API-Key", change(client.key))), 401, "unauthenticated")


def test_a_key_in_the_address_is_none(url, client):
    problem_of(asked(url, path=f"{TASKS}&api_key={client.key}&key={client.key}"), 401, "unauthenticated")


@pytest.mark.parametrize(
    "shown",
    [
        lambda key: ("X-API-Key", key),
        lambda key: ("x-api-key", key),
        lambda key: ("Authorization", f"Bearer {key}"),
        lambda key: ("Authorization", f"bearer {key}"),
        lambda key: ("Authorization", basic(key)),
        lambda key: ("Authorization", basic(key, user="")),
        lambda key: ("Authorization", basic(key).replace("Basic", "basic")),
    ],
    ids=["X-API-Key", "x-api-key", "Bearer", "bearer", "Basic", "Basic without a name", "basic"],
)
def test_a_key_may_be_shown_in_three_ways(url, client, shown):
    """The name of a scheme is the same in small letters. Source: RFC 9110, section 11.1."""
    assert asked(url, shown(client.key)).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/producer/alerts"),
        ("GET", "/producer/alerts/01a20193-6410-765f-8ac9-85f9986e8ce6"),
        ("GET", "/producer/stats"),
        ("POST", "/producer/tasks/01a20193-6410-765f-8ac9-85f9986e8ce6/retry"),
    ],
)
def test_what_is_for_operators_is_not_for_clients(client, method, path):
    problem_of(client.request(method, path), 403, "forbidden")


@pytest.mark.parametrize("path", ["/producer/alerts?limit=1", "/producer/stats", TASKS, "/producer/"])
@pytest.mark.parametrize("who", ["operator", "admin"])
def test_who_may_do_more_may_do_all_that_is_less(request, who, path):
    assert request.getfixturevalue(who).get(path).status_code == 200


@pytest.mark.parametrize("path", ["/producer/health", "/producer/ready", "/healthz", "/docs", "/producer/openapi.json"])
def test_health_and_documentation_are_for_everyone(url, path):
    assert asked(url, path=path).status_code == 200


@pytest.mark.parametrize("path", ["/producer/health", "/healthz", "/docs"])
def test_a_wrong_key_does_not_matter_where_none_is_needed(url, path):
    assert asked(url, ("X-API-Key", UNKNOWN), path=path).status_code == 200
