from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from harness.door import KINDS, Door, open_door
from harness.journal import Lines
from harness.samples import CLEAN, EMAIL, WITH_EMAIL, WITH_SECRET, broken_screener, message

from gateway.errors import GatewayError, InvalidRequest, LedgerUnavailable, OutcomeUnknown, ServiceUnavailable
from gateway.intake import Outcome, Receipt
from gateway.kinds import Kinds, Pool
from gateway.message.message import Delivery
from gateway.policy.rules import Rule, RuleWhen, Then

REDACT = (Rule(when=RuleWhen(min_score=0.5), then=Then.REDACT), Rule(then=Then.ALLOW))
REDACT_CHATS = (
    Rule(when=RuleWhen(min_score=0.5, kinds=frozenset({"chat"})), then=Then.REDACT),
    Rule(when=RuleWhen(min_score=0.5, kinds=frozenset({"support"})), then=Then.ALLOW),
    Rule(when=RuleWhen(min_score=0.5), then=Then.HOLD),
    Rule(then=Then.ALLOW),
)


@pytest.fixture
def door_with(tmp_path: Path, database_url: str) -> Iterator[Callable[..., Door]]:
    with ExitStack() as stack:
        yield lambda **given: stack.enter_context(open_door(tmp_path, database_url, **given))


@pytest.fixture
def door(door_with) -> Door:
    return door_with()


def outcome_of(end: Receipt | GatewayError) -> Any:
    return end.outcome if isinstance(end, Receipt) else type(end)


def test_each_message_ends_as_it_would_alone(door: Door):
    sent = [
        message(),
        message(WITH_EMAIL),
        message(delivery=Delivery.QUEUED),
        message(kind="poem"),
        message(WITH_SECRET, kind="chat"),
        message("word " * 401),
    ]

    ends = door.intake.receive_all(sent)

    assert [outcome_of(end) for end in ends] == [
        Outcome.FORWARDED,
        Outcome.HELD,
        Outcome.QUEUED,
        InvalidRequest,
        Outcome.HELD,
        Outcome.QUEUED,
    ]
    assert [end.id for end in ends if isinstance(end, Receipt)] == [m.id for m in sent if m.kind != "poem"]
    assert [m.id for m in door.forwarder.seen] == [sent[0].id]
    assert sorted(task.id for task in door.ledger.tasks()) == sorted((sent[2].id, sent[5].id))
    assert sorted(door.queue.launched) == sorted((sent[2].id, sent[5].id))


def test_findings_of_one_among_many_are_those_that_it_would_have_alone(door: Door):
    sent = message(WITH_EMAIL, metadata={"to": [EMAIL]})

    alone = door.intake.receive(sent)
    _, among_many, _ = door.intake.receive_all([message(), sent, message()])

    assert among_many.findings == alone.findings
    assert {finding.path for finding in alone.findings} == {"/text", "/metadata/to/0"}


def test_messages_that_are_quickly_done_are_forwarded_together(door: Door):
    door.intake.receive_all([message() for _ in range(7)])

    assert door.forwarder.together == [7]


def test_messages_with_a_processor_of_their_own_are_forwarded_one_by_one(door: Door):
    door.intake._kinds = Kinds(messages=KINDS.messages, pools={"chat": Pool.CPU})
    door.forwarder.answers = {"quick": "together"}
    door.forwarder.answer = "alone"
    sent = [message("slow", kind="chat"), message("quick"), message("slow", kind="chat")]

    ends = door.intake.receive_all(sent)

    assert [end.result for end in ends] == ["alone", "together", "alone"]
    assert door.forwarder.together == [1]


def test_what_the_policy_takes_out_is_forwarded_and_kept_without_it(door_with):
    door = door_with(rules=REDACT)

    ends = door.intake.receive_all(
        [message(WITH_EMAIL, metadata={"to": EMAIL}), message(WITH_EMAIL, delivery=Delivery.QUEUED)]
    )

    without = "Please write to <EMAIL_ADDRESS> soon."
    assert [end.redacted for end in ends] == [True, True]
    assert (door.forwarder.seen[0].text, door.forwarder.seen[0].metadata) == (without, {"to": "<EMAIL_ADDRESS>"})
    assert ends[1].task.payload["content"] == without


@pytest.mark.parametrize(
    "answer", [{"note": EMAIL}, {EMAIL: 1}, [EMAIL], EMAIL, {"a": {"text": EMAIL}}, {"text": EMAIL}, {"id": EMAIL}]
)
def test_answers_are_screened_before_they_are_told(door: Door, answer: Any):
    door.forwarder.answers = {"asks": answer}

    first, asked = door.intake.receive_all([message(), message("asks")])

    assert first.result == {"words": 2}
    assert EMAIL not in str(asked.result)
    assert "<EMAIL_ADDRESS>" in str(asked.result)


def test_an_answer_that_repeats_another_ones_finding_loses_it_too(door: Door):
    door.forwarder.answer = {"note": EMAIL}

    ends = door.intake.receive_all([message() for _ in range(3)])

    assert [end.result for end in ends] == [{"note": "<EMAIL_ADDRESS>"}] * 3


def test_one_messages_text_in_anothers_answer_is_screened_there(door_with):
    """What may go on for one kind may not for another."""
    door = door_with(rules=REDACT_CHATS)
    door.forwarder.answers = {WITH_EMAIL: {"text": WITH_EMAIL}, "Hello": {"text": WITH_EMAIL}}

    allowed, redacted = door.intake.receive_all([message(WITH_EMAIL, kind="support"), message("Hello", kind="chat")])

    assert allowed.result == {"text": WITH_EMAIL}
    assert redacted.result == {"text": "Please write to <EMAIL_ADDRESS> soon."}


def test_an_answer_that_cannot_be_screened_spoils_only_itself(door: Door):
    door.forwarder.answers = {"odd": {"strange": object()}}

    ends = door.intake.receive_all([message(), message("odd"), message()])

    assert [outcome_of(end) for end in ends] == [Outcome.FORWARDED, OutcomeUnknown, Outcome.FORWARDED]


def test_where_nothing_can_be_screened_nothing_goes_on(door_with):
    door = door_with(screener=broken_screener())

    ends = door.intake.receive_all([message(), message(delivery=Delivery.QUEUED)])

    assert [end.code for end in ends] == ["screening_unavailable"] * 2
    assert (door.forwarder.seen, door.ledger.tasks()) == ([], [])


def test_a_ledger_that_cannot_be_written_stops_what_needs_it_and_nothing_else(door: Door):
    door.ledger.close()

    ends = door.intake.receive_all([message(), message(delivery=Delivery.QUEUED), message(WITH_EMAIL)])

    assert [outcome_of(end) for end in ends] == [Outcome.FORWARDED, LedgerUnavailable, LedgerUnavailable]
    assert door.queue.launched == []


def test_a_broker_that_is_away_changes_nothing_for_the_sender(door: Door):
    door.queue.down = True

    (end,) = door.intake.receive_all([message(delivery=Delivery.QUEUED)])

    assert (end.outcome, door.task(end.id).status) == (Outcome.QUEUED, "pending")


def test_tasks_are_written_down_before_the_broker_is_told(door: Door):
    told: list[tuple[str, bool]] = []

    def launch_all(tasks, done):
        told.extend((task.id, door.task(task.id).pool == task.pool) for task in tasks)
        done(True)

    door.queue.launch_all = launch_all

    ends = door.intake.receive_all([message(delivery=Delivery.QUEUED) for _ in range(3)])

    assert told == [(end.id, True) for end in ends]


def test_a_service_that_takes_nothing_is_told_for_each(door: Door):
    door.forwarder.error = ServiceUnavailable()

    ends = door.intake.receive_all([message(), message(delivery=Delivery.QUEUED), message()])

    assert [outcome_of(end) for end in ends] == [ServiceUnavailable, Outcome.QUEUED, ServiceUnavailable]


def test_many_held_messages_fold_into_one_alert(door: Door):
    ends = door.intake.receive_all([message(WITH_EMAIL) for _ in range(5)])

    (alert,) = door.ledger.alerts()
    assert {end.alert_id for end in ends} == {alert.id}
    assert alert.count == 5


def test_each_message_leaves_the_line_that_it_would_leave_alone(door: Door, lines: Lines):
    door.forwarder.answers = {"fails": OutcomeUnknown()}
    sent = [message(), message(WITH_EMAIL), message(delivery=Delivery.QUEUED), message("fails")]

    door.intake.receive_all(sent)

    for event, one in zip(("forwarded", "held", "queued", "refused"), sent, strict=True):
        (line,) = lines.of(f"message.{event}")
        assert f"message_id={one.id}" in line
        assert f"request_id={one.request_id}" in line
    assert "caller=shop" in lines.of("message.held")[0]
    assert "findings=1" in lines.of("message.held")[0]
    assert EMAIL not in lines.text


def test_no_messages_are_nothing_to_do(door: Door):
    assert door.intake.receive_all([]) == []
    assert door.forwarder.together == []


def test_many_is_as_many_times_one(door: Door):
    """What is shared is no business of the sender's."""
    texts = [CLEAN, WITH_EMAIL, WITH_SECRET, "word " * 500, "x", EMAIL]

    together = door.intake.receive_all([message(text) for text in texts])
    alone = [door.intake.receive(message(text)) for text in texts]

    assert [(end.outcome, end.findings, end.redacted, end.result) for end in together] == [
        (end.outcome, end.findings, end.redacted, end.result) for end in alone
    ]


def test_a_task_that_the_ledger_refuses_spoils_only_itself(door: Door):
    sent = [message(delivery=Delivery.QUEUED) for _ in range(3)]
    door.intake.receive(sent[1])

    ends = door.intake.receive_all(sent)

    assert [outcome_of(end) for end in ends] == [Outcome.QUEUED, GatewayError, Outcome.QUEUED]


@pytest.mark.parametrize("part", ["alert", "queue", "forward", "forward alone"])
def test_what_nobody_expected_changes_no_end_of_another_message(door: Door, lines: Lines, part: str):
    door.intake._kinds = Kinds(messages=KINDS.messages, pools={"chat": Pool.CPU})
    sent = {
        "alert": message(WITH_EMAIL),
        "queue": message(delivery=Delivery.QUEUED),
        "forward": message(),
        "forward alone": message(kind="chat"),
    }

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(EMAIL)

    owner, name = {
        "alert": (door.ledger, "raise_alert"),
        "queue": (door.ledger, "accept_all"),
        "forward": (door.forwarder, "forward_all"),
        "forward alone": (door.forwarder, "forward"),
    }[part]
    setattr(owner, name, fail)

    ends = dict(zip(sent, door.intake.receive_all(list(sent.values())), strict=True))

    assert {outcome_of(end) for other, end in ends.items() if other != part} <= set(Outcome)
    assert ends[part].code == ("internal_error" if part == "alert" else "outcome_unknown")
    assert len(door.queue.launched) == (part != "queue")
    assert len(lines.of("request.error")) == len(lines.of("message.refused")) == 1
    assert "error=RuntimeError raised_at=test_batch.py:" in lines.of("request.error")[0]
    assert EMAIL not in lines.text


def test_what_nobody_expected_of_one_task_leaves_the_others_that_are_written_down_alone(door: Door, monkeypatch):
    sent = [message(delivery=Delivery.QUEUED) for _ in range(4)]
    door.intake.receive(sent[0])  # so that they are not written down together
    accept = door.ledger.accept

    def accept_but_one(task, **how):
        if task.id == sent[2].id:
            raise RuntimeError
        return accept(task, **how)

    monkeypatch.setattr(door.ledger, "accept", accept_but_one)

    ends = door.intake.receive_all(sent)

    assert [outcome_of(end) for end in ends] == [GatewayError, Outcome.QUEUED, OutcomeUnknown, Outcome.QUEUED]


def test_a_ledger_that_does_not_answer_is_asked_for_one_alert(door: Door):
    asked: list[object] = []

    def away(alert: object) -> None:
        asked.append(alert)
        raise LedgerUnavailable

    door.ledger.raise_alert = away

    ends = door.intake.receive_all([message(WITH_EMAIL) for _ in range(3)])

    assert [outcome_of(end) for end in ends] == [LedgerUnavailable] * 3
    assert len(asked) == 1
