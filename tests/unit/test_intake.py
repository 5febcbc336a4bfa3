import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from harness.door import Door, open_door
from harness.journal import Lines
from harness.samples import CLEAN, EMAIL, WITH_EMAIL, message, screener

from gateway.errors import InvalidRequest, LedgerUnavailable, OutcomeUnknown, UnknownKind
from gateway.intake import Outcome, Receipt
from gateway.kinds import Kinds, Pool
from gateway.ledger.task import NewTask, Task
from gateway.message.ids import new_id
from gateway.message.message import Delivery
from gateway.policy.redactor import Redactor
from gateway.policy.rules import Policy, Rule, RuleWhen, Then
from gateway.screening.redaction import Keys, Operator
from gateway.screening.tokens import TokenKeys

REDACT = (Rule(when=RuleWhen(min_score=0.5), then=Then.REDACT), Rule(then=Then.ALLOW))
ALLOW = (Rule(then=Then.ALLOW),)


@pytest.fixture
def door_with(tmp_path: Path, database_url: str) -> Iterator[Callable[..., Door]]:
    with ExitStack() as stack:
        yield lambda **given: stack.enter_context(open_door(tmp_path, database_url, **given))


@pytest.fixture
def door(door_with) -> Door:
    return door_with()


def new_task(**fields) -> NewTask:
    usual = {"caller": "shop", "kind": "process", "pool": "", "payload": {"content": CLEAN}, "request_id": "0" * 32}
    return NewTask(**{"id": new_id(), **usual, **fields})


@pytest.mark.parametrize(
    ("text", "delivery", "outcome"),
    [
        (CLEAN, Delivery.AUTO, Outcome.FORWARDED),
        (CLEAN, Delivery.QUEUED, Outcome.QUEUED),
        ("word " * 401, Delivery.AUTO, Outcome.QUEUED),
        (WITH_EMAIL, Delivery.AUTO, Outcome.HELD),
        (WITH_EMAIL, Delivery.QUEUED, Outcome.HELD),
    ],
)
def test_a_message_is_forwarded_queued_or_held(door: Door, text: str, delivery: Delivery, outcome: Outcome):
    receipt = door.intake.receive(message(text, delivery=delivery))

    happened = {
        Outcome.FORWARDED: bool(door.forwarder.seen),
        Outcome.QUEUED: bool(door.ledger.tasks()),
        Outcome.HELD: bool(door.ledger.alerts()),
    }
    assert receipt.outcome is outcome
    assert [each for each, true in happened.items() if true] == [outcome]


def test_what_is_allowed_goes_on_as_it_came(door_with):
    door = door_with(rules=ALLOW)
    sent = message(WITH_EMAIL, metadata={"to": EMAIL})

    receipt = door.intake.receive(sent)

    assert (receipt.redacted, len(receipt.findings)) == (False, 2)
    assert door.forwarder.seen == [sent]


@pytest.mark.parametrize(
    "sent",
    [
        message(metadata={"password": f"correct horse {EMAIL} staple"}),
        message(f"password: {EMAIL}#Jam7"),
        message(f"API_KEY={EMAIL}:9f8e7d6c5b4a3f2e1d0c"),
        message("password=4111111111111111!abc"),
    ],
    ids=["words", "behind an address", "behind a name", "behind a card"],
)
def test_a_secret_is_held_whatever_stands_inside_it(door_with, sent):
    secrets = RuleWhen(entity_types=frozenset({"PASSWORD", "SECRET"}))
    door = door_with(rules=(Rule(when=secrets, then=Then.HOLD), Rule(then=Then.REDACT)))

    assert door.intake.receive(sent).outcome is Outcome.HELD


def test_a_message_of_an_unknown_kind_is_not_even_screened(door: Door):
    with pytest.raises(InvalidRequest):
        door.intake.receive(message(WITH_EMAIL, kind="poem"))

    assert door.ledger.alerts() == []


def test_a_result_that_cannot_be_screened_is_not_answered(door: Door):
    door.forwarder.answer = {"strange": object()}

    with pytest.raises(OutcomeUnknown):
        door.intake.receive(message())


def test_a_receipt_shows_no_result_in_repr(door_with):
    door = door_with(rules=ALLOW)
    door.forwarder.answer = WITH_EMAIL

    receipt = door.intake.receive(message())

    assert receipt.result == WITH_EMAIL
    assert EMAIL not in repr(receipt)


def test_a_message_that_was_refused_leaves_a_line_with_its_code(door: Door, lines: Lines):
    door.forwarder.error = OutcomeUnknown()

    with pytest.raises(OutcomeUnknown):
        door.intake.receive(message(request_id="b" * 32))

    (line,) = lines.of("message.refused")
    assert f"request_id={'b' * 32}" in line
    assert "code=outcome_unknown" in line


def test_a_queued_message_goes_to_the_pool_of_its_route_else_of_its_kind(door: Door):
    asked = door.intake.receive(message(kind="chat", delivery=Delivery.QUEUED))

    assert asked.task.pool == Pool.CPU
    assert door.queue.take("cpu") == [asked.id]


def test_a_task_is_written_down_before_the_broker_is_told(door: Door):
    told: list[bool] = []

    def launch_all(tasks, done):
        told.extend(door.task(task.id).pool == task.pool for task in tasks)
        done(True)

    door.queue.launch_all = launch_all

    door.intake.receive_task(new_task())

    assert told == [True]


def test_a_task_for_later_is_not_told_to_the_broker_yet(door: Door):
    later = door.intake.receive_task(new_task(not_before=int(time.time() * 1000) + 3_600_000))

    assert door.task(later.id).status == "pending"
    assert door.queue.launched == []


@pytest.mark.parametrize("fails", ["refuses", "breaks", "is silent"])
def test_a_task_of_which_the_broker_was_not_told_is_accepted(door: Door, lines: Lines, fails: str):
    def launch_all(_tasks, told):
        if fails == "refuses":
            told(False)
        elif fails == "breaks":
            raise RuntimeError(EMAIL)

    door.queue.launch_all = launch_all

    task = door.intake.receive_task(new_task())

    assert door.task(task.id).status == "pending"
    assert [f"task_id={task.id}" in line for line in lines.of("task.unlaunched")] == [True]
    assert EMAIL not in lines.text


def test_a_task_that_cannot_be_written_down_is_not_told_to_the_broker(door: Door):
    door.ledger.close()

    with pytest.raises(LedgerUnavailable):
        door.intake.receive_task(new_task())

    assert door.queue.launched == []


def test_a_held_task_comes_back_as_a_receipt(door: Door):
    taken = door.intake.receive_task(new_task(payload={"content": WITH_EMAIL}))

    assert isinstance(taken, Receipt)
    assert (taken.outcome, door.ledger.alert(taken.alert_id).count) == (Outcome.HELD, 1)


def test_a_redacted_task_is_kept_redacted(door_with):
    door = door_with(rules=REDACT)

    taken = door.intake.receive_task(new_task(payload={"content": WITH_EMAIL, "args": {"to": EMAIL}}))

    assert isinstance(taken, Task)
    assert door.task(taken.id).payload == {
        "content": "Please write to <EMAIL_ADDRESS> soon.",
        "args": {"to": "<EMAIL_ADDRESS>"},
    }


def test_a_task_of_an_unknown_kind_is_not_taken(door: Door):
    with pytest.raises(UnknownKind):
        door.intake.receive_task(new_task(kind="poem"))


@pytest.mark.parametrize(("pool", "expected"), [("", "cpu"), ("io", "io")])
def test_a_task_goes_to_the_pool_that_is_named_else_to_its_kinds(door: Door, pool: str, expected: str):
    task = door.intake.receive_task(new_task(pool=pool))

    assert door.queue.take(expected) == [task.id]


def test_an_intake_under_other_rules_leaves_the_one_before_as_it_was(door: Door):
    lenient = Policy(rules=(Rule(then=Then.ALLOW),))
    keys = Keys.throw_away()
    redactor = Redactor(screener(), lenient, operators={}, keys=keys)
    kinds = Kinds(messages=frozenset({"invoice"}))

    renewed = door.intake.under(screener=screener(), policy=lenient, redactor=redactor, kinds=kinds)

    assert renewed.preview(message(WITH_EMAIL, kind="invoice")).outcome is Outcome.FORWARDED
    assert door.intake.preview(message(WITH_EMAIL)).outcome is Outcome.HELD
    with pytest.raises(InvalidRequest):
        door.intake.preview(message(WITH_EMAIL, kind="invoice"))


def test_a_preview_makes_nothing_with_the_keys_of_the_mesh(door: Door):
    no_keys = Keys(hash=b"", token=TokenKeys([]))
    policy = Policy(rules=REDACT)
    redactor = Redactor(screener(), policy, operators={"EMAIL_ADDRESS": Operator.TOKEN}, keys=no_keys)
    kinds = Kinds(messages=frozenset({"message"}))
    intake = door.intake.under(screener=screener(), policy=policy, redactor=redactor, kinds=kinds)

    assert EMAIL not in intake.preview(message(WITH_EMAIL)).redacted_text
    with pytest.raises(KeyError):
        intake.receive(message(WITH_EMAIL))
