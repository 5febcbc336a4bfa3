import threading

from gateway.delivery.breaker import Breaker


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def opened(clock: Clock, *, failures: int = 3) -> Breaker:
    breaker = Breaker(failures=failures, open_for_s=2.0, clock=clock)
    for _ in range(failures):
        breaker.failed()
    return breaker


def test_a_breaker_lets_calls_through_until_enough_failed_in_a_row():
    breaker = Breaker(failures=3, open_for_s=2.0, clock=Clock())

    allowed = []
    for _ in range(4):
        allowed.append(breaker.allows())
        breaker.failed()

    assert allowed == [True, True, True, False]


def test_a_success_between_failures_starts_the_count_anew():
    breaker = Breaker(failures=2, open_for_s=2.0, clock=Clock())

    for _ in range(5):
        breaker.failed()
        breaker.succeeded()

    assert breaker.allows()


def test_an_open_breaker_refuses_until_its_time_is_up():
    clock = Clock()
    breaker = opened(clock)

    clock.now += 1.999

    assert not breaker.allows()


def test_when_the_time_is_up_one_call_may_try():
    clock = Clock()
    breaker = opened(clock)

    clock.now += 2.0

    assert [breaker.allows() for _ in range(5)] == [True, False, False, False, False]


def test_of_many_threads_that_ask_when_the_time_is_up_one_may_try():
    clock = Clock()
    breaker = opened(clock)
    clock.now += 2.0
    gate, allowed = threading.Barrier(8), []

    def ask() -> None:
        gate.wait()
        allowed.append(breaker.allows())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(allowed) == [False] * 7 + [True]


def test_a_try_that_fails_opens_it_again():
    clock = Clock()
    breaker = opened(clock)
    clock.now += 2.0
    breaker.allows()

    breaker.failed()
    clock.now += 1.999

    assert not breaker.allows()


def test_a_try_that_succeeds_closes_it():
    clock = Clock()
    breaker = opened(clock)
    clock.now += 2.0
    breaker.allows()

    breaker.succeeded()

    assert all(breaker.allows() for _ in range(10))


def test_a_try_that_never_comes_back_does_not_keep_it_open_for_ever():
    clock = Clock()
    breaker = opened(clock)
    clock.now += 2.0
    breaker.allows()

    clock.now += 2.0

    assert breaker.allows()
