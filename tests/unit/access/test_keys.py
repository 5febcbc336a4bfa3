import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from gateway.access import keys as keys_module
from gateway.access.keys import KeyNameTaken, KeyNotFound, KeyStore, generate
from gateway.access.roles import Caller, Role
from gateway.database_engine import BUSY_MS
from gateway.errors import InvalidRequest, LedgerUnavailable

NOON = 1_800_000_000.0


class Clock:
    """Both of the clocks that keys know: the wall's, and the one that only goes forward."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(keys_module, "time", SimpleNamespace(monotonic=clock, time=clock))
    return clock


@pytest.fixture
def store(keys_url: str, clock: Clock) -> Iterator[KeyStore]:
    store = KeyStore(keys_url, clock=clock)
    yield store
    store.close()


def test_a_key_tells_its_name_and_role(store: KeyStore):
    plain = store.create("shop", Role.OPERATOR)

    assert store.caller(plain) == Caller(name="shop", role=Role.OPERATOR)


def test_keys_are_256_random_bits_each():
    made = {generate() for _ in range(100)}

    assert len(made) == 100
    assert all(re.fullmatch(r"pk_[A-Za-z0-9_-]{43}", key) for key in made)


def test_a_key_that_is_brought_along_works(store: KeyStore):
    plain = generate()

    store.create("load", Role.CLIENT, plain=plain)

    assert store.caller(plain) == Caller(name="load", role=Role.CLIENT)


def test_nobody_has_a_key_that_was_never_made(store: KeyStore):
    store.create("shop", Role.ADMIN)

    assert store.caller(generate()) is None


@pytest.mark.parametrize(
    "shown", ["", "pk_", "shop", "' OR 1=1 --", "pk_" + "a" * 42, "pk_" + "a" * 44, "pk_" + "é" * 43]
)
def test_what_has_not_the_form_of_a_key_is_nobodys(store: KeyStore, shown: str):
    assert store.caller(shown) is None


@pytest.mark.parametrize("change", [lambda key: key + "\n", lambda key: key.swapcase(), lambda key: key[:-1] + "!"])
def test_a_key_that_is_almost_right_is_nobodys(store: KeyStore, change):
    plain = store.create("shop", Role.CLIENT)

    assert store.caller(change(plain)) is None


def test_a_revoked_key_ends_at_once_where_it_was_not_seen_a_moment_ago(store: KeyStore):
    plain = store.create("shop", Role.CLIENT)

    store.revoke("shop")

    assert store.caller(plain) is None


def test_a_running_service_learns_of_a_revoked_key_within_two_seconds(keys_url: str, store: KeyStore, clock: Clock):
    plain = store.create("shop", Role.CLIENT)
    service = KeyStore(keys_url, clock=clock)
    assert service.caller(plain) is not None
    store.revoke("shop")

    clock.now += 2.001
    after = service.caller(plain)

    service.close()
    assert after is None


def test_a_new_key_that_was_tried_too_early_works_within_two_seconds(store: KeyStore, clock: Clock):
    plain = generate()
    assert store.caller(plain) is None
    store.create("shop", Role.CLIENT, plain=plain)

    clock.now += 2.001

    assert store.caller(plain) is not None


def test_only_the_hash_of_a_key_is_in_the_database(database_url: str, database_file: Path):
    store = KeyStore(database_url)
    plain = store.create("shop", Role.CLIENT)
    store.caller(plain)
    store.close()

    written = b"".join(file.read_bytes() for file in database_file.parent.glob("ledger.db*"))

    assert b"shop" in written
    assert plain.encode() not in written
    assert plain.removeprefix("pk_").encode() not in written


def test_the_list_tells_everything_but_the_secret(store: KeyStore, clock: Clock):
    plain = store.create("shop", Role.CLIENT)
    clock.now += 60
    store.create("desk", Role.OPERATOR)
    store.caller(plain)
    store.revoke("desk")

    listed = store.list()

    now, then = int(clock.now * 1000), int(NOON * 1000)
    assert [(key.name, key.role) for key in listed] == [("shop", Role.CLIENT), ("desk", Role.OPERATOR)]
    assert [(key.created_at, key.last_used_at, key.revoked_at) for key in listed] == [
        (then, now, None),
        (now, None, now),
    ]
    assert plain not in repr(listed)


def test_when_a_key_was_used_is_told_to_the_minute(store: KeyStore, clock: Clock):
    plain = store.create("shop", Role.CLIENT)

    seen = []
    for seconds in (0, 30, 31):
        clock.now += seconds
        store.caller(plain)
        seen.append(store.list()[0].last_used_at)

    assert seen == [NOON * 1000, NOON * 1000, (NOON + 61) * 1000]


def test_a_name_stands_for_one_key_for_ever(store: KeyStore):
    store.create("shop", Role.CLIENT)
    store.revoke("shop")

    with pytest.raises(KeyNameTaken):
        store.create("shop", Role.ADMIN)


def test_one_of_many_who_make_a_key_of_one_name_gets_it(store: KeyStore):
    outcomes: list[str] = []
    gate = threading.Barrier(8)

    def make() -> None:
        gate.wait()
        try:
            store.create("shop", Role.CLIENT)
        except KeyNameTaken:
            outcomes.append("taken")
        else:
            outcomes.append("made")

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["made"] + ["taken"] * 7


@pytest.mark.parametrize("name", ["", "-shop", "a b", "a" * 65, "shop\n", "anna@fastmail.com", "<b>"])
def test_a_name_that_would_not_look_well_in_a_log_is_refused(store: KeyStore, name: str):
    with pytest.raises(InvalidRequest) as caught:
        store.create(name, Role.CLIENT)

    assert caught.value.field == "/name"
    assert store.list() == []


def test_revoking_twice_keeps_the_first_time(store: KeyStore, clock: Clock):
    store.create("shop", Role.CLIENT)
    store.revoke("shop")
    clock.now += 3600

    store.revoke("shop")

    assert store.list()[0].revoked_at == NOON * 1000


def test_revoking_a_key_that_is_not_there_is_told(store: KeyStore):
    with pytest.raises(KeyNotFound):
        store.revoke("shop")


@pytest.mark.parametrize("url", ["sqlite:////no/such/folder/ledger.db", "postgresql://nobody@127.0.0.1:1/nothing"])
def test_a_database_that_does_not_answer_is_no_wrong_key(url: str):
    away = KeyStore(url)

    for call in (
        lambda: away.caller(generate()),
        away.list,
        lambda: away.revoke("a"),
        lambda: away.create("a", Role.CLIENT),
    ):
        with pytest.raises(LedgerUnavailable):
            call()


def test_a_busy_ledger_does_not_keep_a_good_key_waiting(database_url: str, database_file: Path):
    store = KeyStore(database_url)
    plain = store.create("shop", Role.CLIENT)

    with sqlite3.connect(database_file, isolation_level=None) as writer:
        writer.execute("BEGIN IMMEDIATE")
        started = time.monotonic()
        assert store.caller(plain) is not None
        assert time.monotonic() - started < BUSY_MS / 1000

    store.close()


def test_guessing_keys_does_not_make_a_service_grow_or_forget_good_ones(store: KeyStore):
    plain = store.create("shop", Role.CLIENT)

    for _ in range(5000):
        store.caller(generate())

    assert store.caller(plain) is not None
    assert len(store._remembered) <= 4096


@pytest.mark.parametrize("plain", ["pk_short", "sk_" + "a" * 43, "pk_" + "a" * 42 + "!"])
def test_a_key_of_the_wrong_form_is_not_registered(store: KeyStore, plain: str):
    with pytest.raises(InvalidRequest) as caught:
        store.create("shop", Role.CLIENT, plain=plain)

    assert plain not in str(caught.value)
    assert store.list() == []


@pytest.mark.parametrize("name", ["anonymous", "monitor", "nobody"])
def test_a_name_that_stands_for_somebody_else_is_refused(store: KeyStore, name: str):
    with pytest.raises(InvalidRequest, match=rf"^a key cannot be named .*\b{name}\b") as caught:
        store.create(name, Role.CLIENT)

    assert caught.value.field == "/name"
