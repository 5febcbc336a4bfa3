"""Idempotency-Key, as a client sees it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from harness.door import KINDS, Door
from harness.journal import Lines
from harness.samples import CLEAN, EMAIL, WITH_EMAIL, screener

from gateway.errors import GatewayError, LedgerUnavailable, OutcomeUnknown, ServiceUnavailable
from gateway.ledger.idempotency import KEY_KEPT_MS, KeyLease
from gateway.ledger.ledger import Chosen
from gateway.ledger.memory import MemoryLedger
from gateway.ledger.sql import SqlLedger
from gateway.policy.redactor import Redactor
from gateway.policy.rules import Policy, Rule, Then
from gateway.screening.redaction import Keys
from service_1.parts import replace_parts

KEY = {"Idempotency-Key": "order-17"}
QUEUED = {"text": CLEAN, "delivery": "queued"}
TAKEN_IN = [
    ("/messages", QUEUED, 202),
    ("/tasks", {"content": CLEAN}, 201),
    ("/task", {"content": CLEAN}, 201),
    ("/api/wait_and_return", {"seconds": 0}, 202),
    ("/api/sum", {"n": 3}, 202),
]


class Clock:
    """Tells the time that the test has set."""

    def __init__(self) -> None:
        self.now = 1_800_000_000_000

    def __call__(self) -> int:
        return self.now


class Dying(MemoryLedger):
    """A ledger whose process is gone before it can write the answer down."""

    dead = False

    def answer_key(self, key: KeyLease, sealed: str) -> bool:
        if self.dead:
            raise LedgerUnavailable
        return super().answer_key(key, sealed)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(clock: Clock) -> Dying:
    return Dying(clock=clock)


@pytest.fixture
def door(door_with, ledger: Dying) -> Door:
    return door_with(ledger=ledger)


def told(answer: Any) -> tuple[Any, ...]:
    kept = {name: answer.headers.get(name) for name in ("Content-Type", "Location", "Retry-After")}
    return answer.status_code, answer.data, kept


@pytest.mark.parametrize(("path", "body", "status"), TAKEN_IN)
def test_a_repeat_gets_the_stored_answer_and_nothing_is_done_twice(door: Door, shop, path, body, status):
    first = shop.post(path, body, headers=KEY)
    again = [shop.post(path, body, headers=KEY) for _ in range(2)]

    assert first.status_code == status
    assert [told(each) for each in again] == [told(first)] * 2
    assert [each.headers.get("Idempotent-Replayed") for each in (first, *again)] == [None, "true", "true"]
    assert len({each.headers["X-Request-ID"] for each in (first, *again)}) == 3
    assert len(door.ledger.tasks()) == 1
    assert len(door.queue.launched) == 1


def test_both_names_of_a_task_are_one_address(door: Door, shop):
    first, again = (shop.post(path, {"content": CLEAN}, headers=KEY) for path in ("/tasks", "/task"))

    assert first.json == again.json
    assert len(door.ledger.tasks()) == 1


def test_a_forwarded_message_is_forwarded_once(door: Door, shop):
    first = shop.post("/messages", {"text": CLEAN}, headers=KEY)
    door.forwarder.answer = {"words": 99}
    again = shop.post("/messages", {"text": CLEAN}, headers=KEY)

    assert told(again) == told(first)
    assert len(door.forwarder.seen) == 1


def test_a_held_message_is_told_again_and_alerted_once(door: Door, shop):
    first = shop.post("/messages", {"text": WITH_EMAIL}, headers=KEY)
    again = shop.post("/messages", {"text": WITH_EMAIL}, headers=KEY)

    assert (first.status_code, told(again)) == (422, told(first))
    assert [alert.count for alert in door.ledger.alerts()] == [1]


def test_without_a_key_everything_is_done_each_time(door: Door, shop):
    for _ in range(2):
        assert shop.post("/tasks", {"content": CLEAN}).status_code == 201

    assert len(door.ledger.tasks()) == 2


@pytest.mark.parametrize(
    ("path", "body", "more"),
    [
        ("/messages", {**QUEUED, "kind": "chat"}, {}),
        ("/tasks", {"content": CLEAN}, {}),
        ("/messages", None, {"data": CLEAN.encode(), "content_type": "text/plain"}),
    ],
)
def test_a_key_that_was_sent_with_another_request_is_refused(door: Door, shop, path, body, more):
    shop.post("/messages", QUEUED, headers=KEY)

    answer = shop.post(path, body, headers=KEY, **more)

    assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key_reused")
    assert len(door.ledger.tasks()) == 1


def test_two_callers_may_use_the_same_key(door: Door, shop, rival):
    answers = [who.post("/tasks", {"content": CLEAN}, headers=KEY) for who in (shop, rival)]

    assert [each.headers.get("Idempotent-Replayed") for each in answers] == [None, None]
    assert {task.caller for task in door.ledger.tasks()} == {"shop", "rival"}


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "schlüssel", "tab\there"])
def test_a_key_of_another_form_is_refused_by_its_name(door: Door, shop, key: str):
    answer = shop.post("/tasks", {"content": CLEAN}, headers={"Idempotency-Key": key})

    assert (answer.status_code, answer.json["code"]) == (422, "invalid_request")
    assert answer.json["field"] == "Idempotency-Key"
    assert door.ledger.tasks() == []


def test_without_a_key_of_ones_own_no_idempotency_key_is_looked_at(door: Door):
    assert door.client.post("/tasks", json={"content": CLEAN}, headers=KEY).status_code == 401


@pytest.mark.parametrize("path", ["/messages", "/tasks"])
def test_a_repeat_while_the_first_is_under_way_is_told_to_wait(door: Door, shop, path: str):
    begun, go_on = threading.Event(), threading.Event()
    forward, accept = door.forwarder.forward, door.ledger.accept

    def slowly(done):
        def wait(what, **more):
            begun.set()
            assert go_on.wait(30)
            return done(what, **more)

        return wait

    door.forwarder.forward, door.ledger.accept = slowly(forward), slowly(accept)
    body = {"text": CLEAN} if path == "/messages" else {"content": CLEAN}
    with ThreadPoolExecutor() as pool:
        first = pool.submit(shop.post, path, body, headers=KEY)
        assert begun.wait(30)
        second = shop.post(path, body, headers=KEY)
        other = shop.post(path, {**body, "kind": "chat"}, headers=KEY)
        go_on.set()

    assert (second.status_code, second.json["code"]) == (409, "idempotency_in_flight")
    assert int(second.headers["Retry-After"]) >= 1
    assert (other.status_code, other.json["code"]) == (422, "idempotency_key_reused")
    assert told(shop.post(path, body, headers=KEY)) == told(first.result())


@pytest.mark.parametrize("which", ["memory", "sqlite"])
def test_of_many_equal_requests_at_once_one_works(door_with, which: str, database_url: str):
    door = door_with(ledger=MemoryLedger() if which == "memory" else SqlLedger(database_url))
    headers = {**door.key("shop"), **KEY}

    def ask(_: int):
        return door.client.application.test_client().post("/tasks", json={"content": CLEAN}, headers=headers)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(24)))

    assert len(door.ledger.tasks()) == 1
    assert {each.status_code for each in answers} <= {201, 409}
    assert len({each.json["id"] for each in answers if each.status_code == 201}) == 1
    worked = [each for each in answers if each.status_code == 201 and "Idempotent-Replayed" not in each.headers]
    assert len(worked) == 1


@pytest.mark.parametrize("asked", TAKEN_IN)
@pytest.mark.parametrize("later_ms", [0, 61_000])
def test_a_crash_between_accept_and_answer_does_nothing_twice(door: Door, shop, clock: Clock, asked, later_ms: int):
    path, body, status = asked
    door.ledger.dead = True
    first = shop.post(path, body, headers=KEY)
    door.ledger.dead = False
    clock.now += later_ms
    again = shop.post(path, body, headers=KEY)

    assert first.status_code == status
    assert told(again) == told(first)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(door.ledger.tasks()) == 1
    assert len(door.queue.launched) == 1


def test_a_repeat_after_a_crash_tells_how_the_task_is_by_now(door: Door, shop, ledger: Dying):
    ledger.dead = True
    task_id = shop.post("/tasks", {"content": CLEAN}, headers=KEY).json["id"]
    door.run(task_id, result=1)

    again = shop.post("/tasks", {"content": CLEAN}, headers=KEY)

    assert (again.status_code, again.json["id"], again.json["status"]) == (201, task_id, "completed")


@pytest.mark.parametrize("asked", TAKEN_IN)
@pytest.mark.parametrize("answer", ["kept", "lost"])
def test_what_was_done_and_deleted_is_not_done_again(door: Door, shop, ledger: Dying, asked, answer: str):
    path, body, status = asked
    ledger.dead = answer == "lost"
    first = shop.post(path, body, headers=KEY)
    ledger.dead = False
    (task,) = door.ledger.tasks()
    door.run(task.id, result=1)
    assert shop.delete(f"/tasks/{task.id}").status_code == 204

    again = shop.post(path, body, headers=KEY)
    other = shop.post(path, {**body, "text": "another", "content": "another", "n": 4, "seconds": 1}, headers=KEY)

    assert (again.status_code, again.headers["Location"]) == (status, first.headers["Location"])
    assert again.headers["Idempotent-Replayed"] == "true"
    assert CLEAN not in again.text
    assert "completed" in again.text
    assert (other.status_code, other.json["code"]) == (422, "idempotency_key_reused")
    assert len(door.ledger.tasks()) == 1
    assert len(door.queue.launched) == 1


@pytest.mark.parametrize("asked", TAKEN_IN)
def test_what_was_done_and_purged_is_not_done_again(door: Door, shop, clock: Clock, asked):
    path, body, _ = asked
    shop.post(path, body, headers=KEY)
    (task,) = door.ledger.tasks()
    door.run(task.id, result=1)
    assert door.ledger.purge(Chosen(ids=(task.id,))) == 1

    again = shop.post(path, body, headers=KEY)
    clock.now += KEY_KEPT_MS
    next_day = shop.post(path, body, headers=KEY)

    assert (again.status_code, again.json["code"]) == (410, "task_deleted")
    assert "Retry-After" not in again.headers
    assert "Idempotent-Replayed" not in next_day.headers
    assert len(door.queue.launched) == 2


@pytest.mark.parametrize(
    ("path", "body"), [("/messages", {"text": WITH_EMAIL, "delivery": "queued"}), ("/tasks", {"content": WITH_EMAIL})]
)
def test_what_was_accepted_is_told_after_a_crash_whatever_the_rules_say_by_now(door_with, ledger: Dying, path, body):
    door = door_with(ledger=ledger, rules=(Rule(then=Then.ALLOW),))
    headers = {**door.key("shop"), **KEY}
    strict = {"screener": screener(), "policy": Policy(), "kinds": KINDS}
    redactor = Redactor(screener(), Policy(), operators={}, keys=Keys.throw_away())

    ledger.dead = True
    first = door.client.post(path, json=body, headers=headers)
    replace_parts(door.client.application, lambda old: {"intake": old.intake.under(**strict, redactor=redactor)})
    again = door.client.post(path, json=body, headers=headers)

    assert told(again) == told(first)
    assert door.client.post(path, json=body, headers=door.key("other")).status_code == 422


def test_a_crash_while_a_message_was_forwarded_leaves_it_unknown(door: Door, shop, ledger: Dying, clock: Clock):
    ledger.dead = True
    shop.post("/messages", {"text": CLEAN}, headers=KEY)
    ledger.dead = False
    at_once = shop.post("/messages", {"text": CLEAN}, headers=KEY)
    clock.now += 61_000
    later = shop.post("/messages", {"text": CLEAN}, headers=KEY)

    assert (at_once.status_code, at_once.json["code"]) == (409, "idempotency_in_flight")
    assert (later.status_code, later.json["code"]) == (504, "outcome_unknown")
    assert len(door.forwarder.seen) == 1


def test_a_request_that_died_before_it_did_anything_may_be_tried_again(door: Door, shop, clock: Clock):
    accept = door.ledger.accept
    door.ledger.accept = None  # calling it is a mistake of ours, which nobody expected
    assert shop.post("/tasks", {"content": CLEAN}, headers=KEY).status_code == 500
    door.ledger.accept = accept

    assert shop.post("/tasks", {"content": CLEAN}, headers=KEY).status_code == 409
    clock.now += 61_000
    assert shop.post("/tasks", {"content": CLEAN}, headers=KEY).status_code == 201


def test_an_error_that_says_nothing_of_what_was_done_frees_no_key(door: Door, shop, clock: Clock):
    door.forwarder.error = GatewayError()
    statuses = [shop.post("/messages", {"text": CLEAN}, headers=KEY).status_code for _ in range(2)]
    door.forwarder.error = None
    clock.now += 61_000
    later = shop.post("/messages", {"text": CLEAN}, headers=KEY)

    assert (statuses, later.status_code, later.json["code"]) == ([500, 409], 504, "outcome_unknown")
    assert door.forwarder.seen == []


def test_an_unknown_outcome_is_kept_so_that_nothing_is_sent_on_twice(door: Door, shop):
    door.forwarder.error = OutcomeUnknown()
    first = shop.post("/messages", {"text": CLEAN}, headers=KEY)
    door.forwarder.error = None
    again = shop.post("/messages", {"text": CLEAN}, headers=KEY)

    assert (first.status_code, told(again)) == (504, told(first))
    assert again.headers["Idempotent-Replayed"] == "true"
    assert door.forwarder.seen == []


@pytest.mark.parametrize("error", [ServiceUnavailable(), LedgerUnavailable()])
def test_what_was_not_done_may_be_asked_again_under_the_same_key(door: Door, shop, error):
    door.forwarder.error = error
    first = shop.post("/messages", {"text": CLEAN}, headers=KEY)
    door.forwarder.error = None
    again = shop.post("/messages", {"text": CLEAN}, headers=KEY)

    assert (first.status_code, again.status_code) == (503, 200)
    assert "Idempotent-Replayed" not in again.headers


@pytest.mark.parametrize(
    ("bad", "status"), [({"content": ""}, 422), ({"content": CLEAN, "kind": "poem"}, 422), ([], 422)]
)
def test_a_body_that_does_not_fit_may_be_put_right_under_the_same_key(shop, bad, status: int):
    assert shop.post("/tasks", bad, headers=KEY).status_code == status
    assert shop.post("/tasks", {"content": CLEAN}, headers=KEY).status_code == 201


def test_a_full_backlog_may_be_tried_again_under_the_same_key(door_with):
    door = door_with(backlog=1)
    headers = {**door.key("shop"), **KEY}
    door.client.post("/tasks", json={"content": CLEAN}, headers=door.key("other"))
    door.backlog.refresh("cpu")

    assert door.client.post("/tasks", json={"content": CLEAN}, headers=headers).status_code == 429
    door.ledger.cancel(door.ledger.tasks()[0].id, by="desk")
    door.backlog.refresh("cpu")
    assert door.client.post("/tasks", json={"content": CLEAN}, headers=headers).status_code == 201


def test_an_answer_is_forgotten_after_a_day(door: Door, shop, clock: Clock):
    shop.post("/tasks", {"content": CLEAN}, headers=KEY)
    clock.now += KEY_KEPT_MS

    assert "Idempotent-Replayed" not in shop.post("/tasks", {"content": CLEAN}, headers=KEY).headers
    assert len(door.ledger.tasks()) == 2


def test_without_a_ledger_nothing_is_done_under_a_key(door: Door, shop):
    door.ledger.close()

    answer = shop.post("/messages", {"text": CLEAN}, headers=KEY)

    assert (answer.status_code, answer.json["code"]) == (503, "ledger_unavailable")
    assert door.forwarder.seen == []


def test_a_batch_takes_no_key(door: Door, shop):
    answer = shop.post(
        "/messages/batch", data=b'"hello"\n', content_type="application/x-ndjson", headers={"Idempotency-Key": "k"}
    )

    assert (answer.status_code, answer.json["field"]) == (422, "Idempotency-Key")
    assert door.forwarder.seen == []


def test_what_takes_nothing_in_takes_no_notice_of_a_key(shop):
    for _ in range(2):
        answer = shop.post("/screen", {"text": CLEAN}, headers=KEY)
        assert (answer.status_code, "Idempotent-Replayed" in answer.headers) == (200, False)


def test_neither_a_key_nor_an_answer_is_written_down_readably(door_with, database_url, database_file, lines: Lines):
    door = door_with(ledger=SqlLedger(database_url))
    door.forwarder.answer = {"text": "a most remarkable sentence"}
    headers = {**door.key("shop"), "Idempotency-Key": EMAIL}

    answers = [door.client.post("/messages", json={"text": CLEAN}, headers=headers) for _ in range(2)]
    door.client.post("/messages", json={"text": "another"}, headers=headers)

    assert answers[0].data == answers[1].data
    door.ledger.close()
    stored = b"".join(file.read_bytes() for file in database_file.parent.glob("ledger.db*"))
    for word in (EMAIL, "remarkable", CLEAN):
        assert word.encode() not in stored
        assert word not in lines.text
