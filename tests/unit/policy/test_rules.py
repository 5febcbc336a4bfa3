import pytest
from harness.samples import finding, message
from hypothesis import given
from hypothesis import strategies as st

from gateway.kinds import Pool
from gateway.message.message import Delivery
from gateway.policy.rules import Policy, Route, RouteWhen, Rule, RuleWhen, Then

EMAIL, PHONE, CARD = (finding(kind) for kind in ("EMAIL_ADDRESS", "PHONE_NUMBER", "CREDIT_CARD"))


def rule(then: Then, *entity_types: str, kinds: tuple[str, ...] = (), min_score: float = 0.0) -> Rule:
    when = RuleWhen(entity_types=frozenset(entity_types), kinds=frozenset(kinds), min_score=min_score)
    return Rule(when=when, then=then)


def test_a_clean_message_goes_on_whatever_the_rules_say():
    decision = Policy(rules=(rule(Then.HOLD),)).decide("message", [])

    assert not decision.held
    assert not decision.redacted


def test_the_first_rule_that_matches_a_finding_wins():
    policy = Policy(rules=(rule(Then.ALLOW, "EMAIL_ADDRESS"), rule(Then.HOLD)))

    decisions = [policy.decide("message", [found]).held for found in (EMAIL, PHONE)]

    assert decisions == [False, True]


def test_the_strictest_outcome_of_a_message_wins():
    policy = Policy(
        rules=(rule(Then.ALLOW, "EMAIL_ADDRESS"), rule(Then.REDACT, "PHONE_NUMBER"), rule(Then.HOLD, "CREDIT_CARD"))
    )

    held = policy.decide("message", [EMAIL, PHONE, CARD])
    redacted = policy.decide("message", [EMAIL, PHONE])

    assert (held.held, held.to_redact) == (True, ())
    assert (redacted.held, redacted.to_redact) == (False, (PHONE,))


def test_a_finding_that_no_rule_speaks_of_is_held():
    policy = Policy(rules=(rule(Then.ALLOW, "EMAIL_ADDRESS"),))

    assert policy.decide("message", [CARD]).held
    assert Policy(rules=()).decide("message", [EMAIL]).held


@pytest.mark.parametrize(("score", "held"), [(0.49, False), (0.5, True), (1.0, True)])
def test_the_shipped_rules_hold_from_a_score_of_a_half(score: float, *, held: bool):
    decision = Policy().decide("message", [finding(score=score)])

    assert decision.held is held
    assert not decision.redacted


def test_all_fields_of_a_rule_have_to_match():
    policy = Policy(rules=(rule(Then.REDACT, "EMAIL_ADDRESS", kinds=("support",), min_score=0.8), rule(Then.HOLD)))

    def held(kind: str, entity_type: str, score: float) -> bool:
        return policy.decide(kind, [finding(entity_type, score)]).held

    assert not held("support", "EMAIL_ADDRESS", 0.8)
    assert held("chat", "EMAIL_ADDRESS", 0.8)
    assert held("support", "PHONE_NUMBER", 0.8)
    assert held("support", "EMAIL_ADDRESS", 0.79)


def test_two_findings_of_one_type_are_judged_each_by_its_own_score():
    weak, strong = finding(score=0.2), finding(score=0.9)
    policy = Policy(rules=(rule(Then.REDACT, min_score=0.5), rule(Then.ALLOW)))

    assert policy.decide("message", [weak, strong]).to_redact == (strong,)


def test_what_a_result_may_not_hold_is_what_the_policy_would_hold_or_redact():
    policy = Policy(
        rules=(rule(Then.ALLOW, "EMAIL_ADDRESS"), rule(Then.REDACT, "PHONE_NUMBER"), rule(Then.HOLD, "CREDIT_CARD"))
    )

    assert policy.not_allowed("message", [EMAIL, PHONE, CARD]) == (PHONE, CARD)


@given(scores=st.lists(st.floats(0, 1), max_size=5), thens=st.lists(st.sampled_from(Then), max_size=4))
def test_nothing_is_both_held_and_redacted_and_nothing_held_goes_on(scores: list[float], thens: list[Then]):
    policy = Policy(rules=tuple(rule(then, min_score=at / 4) for at, then in enumerate(reversed(thens))))
    findings = [finding(score=score) for score in scores]

    decision = policy.decide("message", findings)

    alone = [policy.decide("message", [found]) for found in findings]
    assert decision.held is any(each.held for each in alone)
    assert not (decision.held and decision.to_redact)
    assert set(decision.to_redact) <= set(policy.not_allowed("message", findings))


@pytest.mark.parametrize("delivery", [Delivery.SYNC, Delivery.QUEUED])
def test_what_the_sender_asks_for_goes_over_the_routes(delivery: Delivery):
    assert Policy().route(message("x" * 5000, delivery=delivery)) == (delivery, None)


@pytest.mark.parametrize(
    ("characters", "expected"), [(2000, (Delivery.SYNC, None)), (2001, (Delivery.QUEUED, Pool.CPU))]
)
def test_the_shipped_routes_queue_long_texts_to_the_cpu_pool(characters: int, expected: tuple[Delivery, Pool | None]):
    assert Policy().route(message("ü" * characters)) == expected


def test_the_first_route_that_matches_decides_and_none_means_sync():
    routes = (
        Route(when=RouteWhen(kinds=frozenset({"report"}), min_characters=10), deliver=Delivery.QUEUED, pool=Pool.IO),
        Route(when=RouteWhen(kinds=frozenset({"report"})), deliver=Delivery.SYNC),
        Route(when=RouteWhen(min_characters=20), deliver=Delivery.QUEUED),
    )
    policy = Policy(routes=routes)

    assert policy.route(message("x" * 10, kind="report")) == (Delivery.QUEUED, Pool.IO)
    assert policy.route(message("x" * 9, kind="report")) == (Delivery.SYNC, None)
    assert policy.route(message("x" * 20)) == (Delivery.QUEUED, None)
    assert policy.route(message("x" * 19)) == (Delivery.SYNC, None)
