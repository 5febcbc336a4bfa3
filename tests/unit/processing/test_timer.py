import threading
import time

from harness.eventually import eventually

from gateway.processing.timer import Timer


def test_what_is_due_is_called_in_the_order_of_its_time():
    timer, called = Timer(), []

    for seconds in (0.3, 0.1, 0.2):
        timer.call_in(seconds, lambda seconds=seconds: called.append(seconds))

    assert eventually(lambda: len(called) == 3 and called) == [0.1, 0.2, 0.3]


def test_nothing_is_called_before_its_time():
    timer, called, begun = Timer(), [], time.monotonic()

    timer.call_in(0.1, lambda: called.append(time.monotonic() - begun))

    assert eventually(lambda: called)[0] >= 0.1


def test_what_was_called_off_is_not_called():
    timer, called = Timer(), []

    timer.call_in(0.05, lambda: called.append("off")).cancel()
    timer.call_in(0.1, lambda: called.append("on"))

    assert eventually(lambda: called) == ["on"]


def test_a_call_that_takes_long_keeps_no_other_waiting():
    timer, gate, called = Timer(), threading.Event(), []

    timer.call_in(0.0, lambda: gate.wait(60))
    timer.call_in(0.05, lambda: called.append("other"))

    assert eventually(lambda: called)
    gate.set()


def test_a_call_for_which_there_is_no_thread_is_made_once_there_is_one(monkeypatch):
    timer, called, refused = Timer(), [], []
    start = threading.Thread.start

    def one_too_many(thread: threading.Thread) -> None:
        if thread.name == "timer-call" and not refused:
            refused.append(thread)
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", one_too_many)
    timer.call_in(0.05, lambda: called.append("first"))
    timer.call_in(0.1, lambda: called.append("second"))

    assert eventually(lambda: len(called) == 2 and called) == ["second", "first"]


def test_calls_that_were_called_off_do_not_pile_up():
    timer = Timer()

    for _ in range(10_000):
        timer.call_in(600, print).cancel()

    assert len(timer._calls) < 200
