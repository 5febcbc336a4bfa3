import pytest
from flask import Flask, Request, Response
from werkzeug.test import EnvironBuilder

from gateway.errors import InvalidRequest, OutcomeUnknown
from gateway.web.idempotency import AskedUnderKey, IdempotencyKeys

KEYS = IdempotencyKeys(b"a secret of the mesh")


def asked(key: str = "order-17", *, caller: str = "shop", keys: IdempotencyKeys = KEYS, **request) -> AskedUnderKey:
    usual = {"path": "/tasks", "method": "POST", "data": b"{}", "content_type": "application/json"}
    environ = EnvironBuilder(**{**usual, **request}, headers={"Idempotency-Key": key}).get_environ()
    made = Request(environ)
    app = Flask(__name__)
    for path in ("/tasks", "/messages"):
        app.add_url_rule(path, path, view_func=lambda: "", methods=["POST", "PUT"])
    made.url_rule, _ = app.url_map.bind_to_environ(environ).match(return_rule=True)
    return keys.read(made, caller=caller)


@pytest.mark.parametrize("key", ["x", "!", "~" * 255, '"8e03978e-40d5-43e8-bc93-6894a57f9324"'])
def test_a_key_is_made_of_visible_ascii(key: str):
    assert asked(key).key_hash != asked().key_hash


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "é", "a,\tb"])
def test_any_other_key_is_refused_by_the_headers_name(key: str):
    with pytest.raises(InvalidRequest) as caught:
        asked(key)

    assert caught.value.field == "Idempotency-Key"


def test_the_same_request_has_the_same_hashes_in_every_process():
    again = asked(keys=IdempotencyKeys(b"a secret of the mesh"))

    assert (again.key_hash, again.body_hash) == (asked().key_hash, asked().body_hash)


@pytest.mark.parametrize(
    "other",
    [{"path": "/messages"}, {"method": "PUT"}, {"data": b"{ }"}, {"content_type": "text/plain"}],
)
def test_another_request_has_another_hash_under_the_same_key(other: dict[str, object]):
    assert asked(**other).body_hash != asked().body_hash
    assert asked(**other).key_hash == asked().key_hash


def test_another_caller_or_mesh_has_another_key():
    hashes = {
        asked().key_hash,
        asked(caller="rival").key_hash,
        asked(caller="shopo", key="rder-17").key_hash,
        asked(keys=IdempotencyKeys(b"another secret")).key_hash,
    }

    assert len(hashes) == 4


def test_an_answer_comes_back_with_what_matters_of_it():
    answer = Response('{"id": "ü"}', 201, {"Location": "/x", "X-Request-ID": "1"}, content_type="application/json")

    again = asked().open(asked().seal(answer))

    assert (again.status_code, again.data, again.content_type) == (201, answer.data, "application/json")
    assert again.headers["Location"] == "/x"
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "X-Request-ID" not in again.headers


def test_an_answer_can_be_read_with_its_own_key_only():
    sealed = asked().seal(Response("remarkable", 200))

    assert "remarkable" not in sealed
    assert sealed != asked().seal(Response("remarkable", 200))
    for other in (asked("order-18"), asked(caller="rival"), asked(data=b"[]"), asked(keys=IdempotencyKeys(b"other"))):
        with pytest.raises(OutcomeUnknown):
            other.open(sealed)
    with pytest.raises(OutcomeUnknown):
        asked().open(sealed[:-8] + "AAAAAAA=")


def test_the_key_is_not_shown_in_repr():
    assert "order-17" not in repr(asked())
