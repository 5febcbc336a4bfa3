import pytest

from gateway.errors import InvalidRequest, UnknownKind
from gateway.kinds import WEBHOOK, Kinds, Pool

KINDS = Kinds(messages=frozenset({"message", "chat"}), pools={"letter": Pool.IO, "sum": Pool.IO})


def test_a_message_is_of_a_declared_kind():
    assert KINDS.check_message("chat") == "chat"


@pytest.mark.parametrize("kind", ["sum", "letter", "", "Chat", "anna.schmidt@fastmail.com"])
def test_a_message_of_any_other_kind_is_refused_without_its_name(kind: str):
    with pytest.raises(InvalidRequest) as caught:
        KINDS.check_message(kind)

    assert caught.value.field == "/kind"
    assert str(caught.value) == "not one of the declared kinds"


@pytest.mark.parametrize("kind", ["message", "chat", "process", "wait_and_return", "sum", "letter"])
def test_a_task_is_of_a_kind_that_somebody_runs(kind: str):
    assert KINDS.check_task(kind) == kind


def test_a_task_of_an_unknown_kind_is_refused_with_a_code_of_its_own():
    with pytest.raises(UnknownKind) as caught:
        KINDS.check_task("leter")

    assert (caught.value.code, caught.value.field) == ("unknown_kind", "/kind")
    assert "leter" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "pool"),
    [("letter", Pool.IO), ("sum", Pool.IO), ("wait_and_return", Pool.IO), ("process", Pool.CPU), ("chat", Pool.CPU)],
)
def test_a_kind_runs_in_its_own_pool_else_where_it_is_shipped_to_else_in_cpu(kind: str, pool: Pool):
    assert KINDS.pool(kind) is pool


@pytest.mark.parametrize(
    ("kind", "expected"), [("message", True), ("chat", True), ("process", True), ("letter", False), ("sum", False)]
)
def test_a_kind_without_a_processor_runs_process(kind, expected):
    assert KINDS.runs_process(kind) is expected


def test_no_kind_runs_the_shipped_process_where_the_user_has_another_one():
    assert not Kinds(messages=frozenset({"chat"}), pools={"process": Pool.CPU}).runs_process("chat")


def test_nobody_can_ask_for_a_delivery():
    with pytest.raises(UnknownKind):
        Kinds(messages=frozenset({"message"})).check_task(WEBHOOK)
