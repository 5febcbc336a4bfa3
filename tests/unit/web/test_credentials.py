import base64

import pytest
from flask import Flask, request

from gateway.access.keys import generate
from gateway.access.roles import ANONYMOUS, Caller, Role
from gateway.errors import Unauthenticated
from gateway.web.credentials import Credentials

KEY = generate()
SHOP = Caller(name="shop", role=Role.CLIENT)
DIRECT = {"X-Portcullis-Direct": "1"}


class OneKey:
    """Knows one key; `KeyStore` has tests of its own."""

    def caller(self, plain: str) -> Caller | None:
        return SHOP if plain == KEY else None


def caller(headers: dict[str, str], anonymous: str = "client", host: str = "127.0.0.1:8080") -> Caller:
    with Flask("site").test_request_context("/", headers={"Host": host, **headers}):
        return Credentials(OneKey(), anonymous).caller(request)


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": f"Bearer {KEY}"},
        {"Authorization": f"bearer {KEY}"},
        {"X-API-Key": KEY},
        {"Authorization": basic("anybody", KEY)},
        {"Authorization": basic("", KEY)},
    ],
    ids=["bearer", "bearer in small letters", "x-api-key", "basic", "basic without a user"],
)
@pytest.mark.parametrize("anonymous", ["client", "none"])
def test_a_key_is_shown_in_any_of_three_ways(headers: dict[str, str], anonymous: str):
    assert caller(headers, anonymous) == SHOP


WRONG = [
    {"Authorization": f"Bearer {generate()}"},
    {"Authorization": "Bearer "},
    {"Authorization": "Bearer"},
    {"Authorization": KEY},
    {"Authorization": f"Digest {KEY}"},
    {"Authorization": "Basic !!!"},
    {"Authorization": "Basic " + base64.b64encode(b"no colon").decode()},
    {"Authorization": basic("anybody", generate())},
    {"Authorization": basic(KEY, "")},
    {"X-API-Key": generate()},
    {"X-API-Key": "anything"},
    {"X-API-Key": ""},
    {"Authorization": ""},
]


@pytest.mark.parametrize("headers", WRONG)
@pytest.mark.parametrize("anonymous", ["client", "client-anywhere", "none"])
def test_a_wrong_key_never_falls_back_to_anonymous(headers: dict[str, str], anonymous: str):
    with pytest.raises(Unauthenticated):
        caller({**DIRECT, **headers}, anonymous)


def test_somebody_on_this_machine_is_anonymous():
    assert caller(DIRECT) == ANONYMOUS


@pytest.mark.parametrize("header", [{}, {"X-Portcullis-Direct": "0"}, {"X-Portcullis-Direct": "true"}])
def test_without_the_gates_word_nobody_is_anonymous(header: dict[str, str]):
    with pytest.raises(Unauthenticated):
        caller(header)


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "http://127.0.0.1",
        "http://127.0.0.1:9999",
        "http://127.0.0.1:8080.evil.example",
        "http://evil.example/127.0.0.1:8080",
        "http://user@127.0.0.1:8080",
        "",
    ],
)
def test_a_page_of_another_site_is_nobody(origin: str):
    with pytest.raises(Unauthenticated):
        caller({**DIRECT, "Origin": origin})


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8080",
        "localhost.evil.example",
        "127.0.0.1.evil.example:8080",
        "localhost.",
        "10.0.0.1",
        "[2001:db8::1]:8080",
        "0.0.0.0",
        "",
    ],
)
def test_a_page_that_points_its_own_name_here_is_nobody(host: str):
    for headers in (DIRECT, {**DIRECT, "Origin": f"http://{host}"}, {**DIRECT, "X-Forwarded-Host": "localhost"}):
        with pytest.raises(Unauthenticated):
            caller(headers, host=host)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8080", "127.0.0.2:8080", "[::1]", "[::1]:8080"])
def test_every_loopback_name_will_do(host: str):
    assert caller({**DIRECT, "Origin": f"http://{host}"}, host=host) == ANONYMOUS


def test_a_page_of_our_own_is_anonymous():
    assert caller({**DIRECT, "Origin": "http://127.0.0.1:8080"}) == ANONYMOUS


def test_where_keys_are_needed_nobody_is_anonymous():
    with pytest.raises(Unauthenticated):
        caller(DIRECT, "none")


def test_where_it_was_said_outright_anybody_is_anonymous():
    assert caller({"Origin": "https://elsewhere.example"}, "client-anywhere") == ANONYMOUS
