import pytest
from harness.samples import EMAIL
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import PermanentFailure, ScreeningUnavailable, TryLater
from gateway.kinds import WEBHOOK
from gateway.processing.retry import OWN_POLICIES, RetryPolicy, error_code


@given(failures=st.integers(0, 200), attempts=st.integers(1, 100), base=st.floats(0, 60), longest=st.floats(0, 3600))
def test_a_delay_lies_between_nothing_and_its_ceiling(failures: int, attempts: int, base: float, longest: float):
    policy = RetryPolicy(max_attempts=attempts, base_s=base, longest_s=longest)

    delay = policy.delay_ms(failures, ValueError())

    assert (delay is None) is (failures + 1 >= attempts)
    assert delay is None or 0 <= delay <= min(longest, base * 2**failures) * 1000


def test_delays_are_spread_and_their_ceiling_doubles():
    policy = RetryPolicy(max_attempts=100, base_s=1.0, longest_s=1000.0)

    longest = [max(policy.delay_ms(failures, ValueError()) or 0 for _ in range(2000)) for failures in range(5)]

    assert all(0.9 * 1000 * 2**n < longest[n] <= 1000 * 2**n for n in range(5))


def test_a_task_is_tried_as_often_as_the_policy_says():
    policy = RetryPolicy(max_attempts=3)

    tried = [policy.delay_ms(failures, ValueError()) is not None for failures in range(4)]

    assert tried == [True, True, False, False]


def test_a_permanent_failure_is_never_tried_again():
    class NoSuchCustomer(PermanentFailure):
        pass

    policy = RetryPolicy(max_attempts=100)

    assert [policy.delay_ms(0, error) for error in (PermanentFailure(), NoSuchCustomer())] == [None, None]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ValueError(EMAIL), "ValueError"),
        (KeyError(EMAIL), "KeyError"),
        (PermanentFailure(EMAIL), "PermanentFailure: permanent_failure"),
        (ScreeningUnavailable(EMAIL), "ScreeningUnavailable: screening_unavailable"),
    ],
)
def test_an_error_is_named_by_class_and_code_without_its_text(error: Exception, code: str):
    assert error_code(error) == code


def test_what_asks_for_time_gets_it_and_no_more_than_the_longest_wait():
    policy = RetryPolicy(max_attempts=100, base_s=1.0, longest_s=100.0)

    waits = [policy.delay_ms(0, TryLater(after_s=asked)) or 0 for asked in (0, 30, 10_000)]

    assert [least <= wait <= least + 1000 for wait, least in zip(waits, (0, 30_000, 100_000), strict=True)] == [
        True
    ] * 3


def test_a_receiver_that_is_away_for_hours_still_gets_its_webhook():
    policy = OWN_POLICIES[WEBHOOK]

    waits = [max(policy.delay_ms(failures, TryLater()) or 0 for _ in range(500)) / 1000 for failures in range(7)]

    assert waits[0] <= 5
    assert waits[-1] > 3600
    assert policy.delay_ms(7, TryLater()) is None
