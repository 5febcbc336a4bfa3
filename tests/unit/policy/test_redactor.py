import pytest
from harness.samples import CLEAN, EMAIL, WITH_EMAIL, WITH_SECRET, broken_screener, screener

from gateway.errors import ScreeningUnavailable
from gateway.policy.redactor import Redactor
from gateway.policy.rules import Policy, Rule, RuleWhen, Then
from gateway.screening.redaction import Keys, Operator


def redactor(operator: Operator = Operator.REPLACE, policy: Policy | None = None) -> Redactor:
    keys = Keys.throw_away()
    return Redactor(screener(), policy or Policy(), operators={"EMAIL_ADDRESS": operator}, keys=keys)


def test_a_result_is_given_out_without_what_the_policy_does_not_allow():
    result = {"text": WITH_EMAIL, "deep": [{"again": WITH_SECRET}], "words": 3}

    cleaned = redactor().clean("message", result)

    assert cleaned["text"] == "Please write to <EMAIL_ADDRESS> soon."
    assert cleaned["deep"] == [{"again": "The key is <SECRET> for now."}]
    assert cleaned["words"] == 3


def test_what_the_policy_allows_in_messages_of_a_kind_stays_in_their_results():
    rules = (Rule(when=RuleWhen(kinds=frozenset({"support"})), then=Then.ALLOW), Rule(then=Then.HOLD))
    allowing = redactor(policy=Policy(rules=rules))

    assert allowing.clean("support", WITH_EMAIL) == WITH_EMAIL
    assert EMAIL not in allowing.clean("chat", WITH_EMAIL)


@pytest.mark.parametrize("value", [CLEAN, None, 7, [], {"a": [True]}])
def test_a_clean_value_comes_back_as_it_was(value: object):
    assert redactor().clean("message", value) is value


def test_one_value_has_one_hash():
    found = screener().screen(WITH_EMAIL)
    hashing = redactor(Operator.HASH)

    here, again = hashing.redact(WITH_EMAIL, found), hashing.redact(WITH_EMAIL, found)

    assert here == again
    assert EMAIL not in here


def test_whoever_asks_what_would_become_of_a_value_gets_another_hash_each_time():
    found = screener().screen(WITH_EMAIL)
    hashing = redactor(Operator.HASH)

    shown = {hashing.redact(WITH_EMAIL, found), hashing.show(WITH_EMAIL, found), hashing.show(WITH_EMAIL, found)}

    assert len(shown) == 3
    assert EMAIL not in "".join(shown)


def test_a_result_that_cannot_be_screened_goes_nowhere():
    failing = Redactor(broken_screener(), Policy(), operators={}, keys=Keys.throw_away())

    with pytest.raises(ScreeningUnavailable) as caught:
        failing.clean("message", WITH_EMAIL)

    assert EMAIL not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
