import threading

import pytest
from harness.eventually import eventually

from gateway.journal import Journal
from gateway.processing.outbox import Outbox


class Book:
    """What is written; while it is closed, whoever writes waits."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.writes: list[list[int]] = []
        self.begun = 0
        self.refused: set[int] = set()

    def write(self, done) -> None:
        self.begun += 1
        self.open.wait(60)
        if self.refused.intersection(done):
            raise OSError
        self.writes.append(list(done))


@pytest.fixture
def book():
    book = Book()
    yield book
    book.open.set()


@pytest.fixture
def outbox(book):
    return Outbox(book.write, Journal())


def test_a_worker_goes_on_before_its_ends_are_written(book, outbox):
    outbox.put([1])

    assert not outbox.flush(within_s=0.05)
    book.open.set()
    assert outbox.flush(within_s=60)
    assert book.writes == [[1]]


def test_ends_that_gather_are_written_together_and_in_their_order(book, outbox):
    outbox.put([1])
    eventually(lambda: book.begun == 1)
    outbox.put([2, 3])
    outbox.put([4])
    book.open.set()

    assert outbox.flush(within_s=60)
    assert book.writes == [[1], [2, 3, 4]]


def test_a_worker_whose_ends_are_not_written_waits(book, outbox):
    outbox.put(range(64))
    one_more = threading.Thread(target=outbox.put, args=([64],))
    one_more.start()

    one_more.join(0.2)
    assert one_more.is_alive()
    book.open.set()
    one_more.join(60)
    assert outbox.flush(within_s=60)
    assert [end for ends in book.writes for end in ends] == list(range(65))


def test_an_end_that_cannot_be_written_spoils_no_other(book, outbox, lines):
    book.refused = {2}
    outbox.put([0])
    eventually(lambda: book.begun == 1)
    outbox.put([1, 2])
    outbox.put([3])
    book.open.set()
    assert outbox.flush(within_s=60)
    outbox.put([4])

    assert outbox.flush(within_s=60)
    assert book.writes == [[0], [1], [3], [4]]
    assert ["tasks=3 error=OSError" in line for line in lines.of("task.unwritten")] == [True, False]


def test_where_no_thread_can_be_had_ends_are_written_all_the_same(book, outbox, monkeypatch):
    def no_more(_) -> None:
        raise RuntimeError

    book.open.set()
    monkeypatch.setattr(threading.Thread, "start", no_more)
    outbox.put([1])

    assert book.writes == [[1]]
