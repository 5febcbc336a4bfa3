import threading
import time
from collections.abc import Sequence

import pytest
from harness.eventually import eventually

from gateway.delivery.publisher import Address, Publisher
from gateway.errors import BrokerUnavailable

IO = Address("io", 1)


class Broker:
    """Takes messages; while it is closed, whoever talks to it hangs."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.open.set()
        self.down = False
        self.messages: list[tuple[Address, list[str]]] = []
        self.calls = 0

    def send(self, address: Address, ids: Sequence[str]) -> None:
        self.calls += 1
        self.open.wait(60)
        if self.down:
            raise BrokerUnavailable
        self.messages.append((address, list(ids)))

    @property
    def taken(self) -> list[list[str]]:
        return [ids for _, ids in self.messages]


@pytest.fixture
def broker():
    broker = Broker()
    yield broker
    broker.open.set()


def at_once(calls) -> list[threading.Thread]:
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    return threads


def gathered(publisher: Publisher, broker: Broker, parcels: Sequence[tuple[Address, list[str], bool]]) -> None:
    """Hand the parcels over while a message is on its way."""
    broker.open.clear()
    threads = at_once([lambda: publisher.publish(IO, ["first"], together=True)])
    eventually(lambda: broker.calls == 1)
    for number, parcel in enumerate(parcels, start=1):
        threads += at_once([lambda p=parcel: publisher.publish(p[0], p[1], together=p[2])])
        eventually(lambda number=number: len(publisher._waiting) == number)
    broker.open.set()
    for thread in threads:
        thread.join(60)


def test_what_gathers_while_a_message_is_on_its_way_shares_the_next(broker: Broker):
    gathered(Publisher(broker.send, most_together=16, wait_s=60), broker, [(IO, [f"{n}"], True) for n in range(5)])

    assert broker.taken == [["first"], ["0", "1", "2", "3", "4"]]


def test_a_message_takes_no_more_than_it_may(broker: Broker):
    gathered(
        Publisher(broker.send, most_together=2, wait_s=60), broker, [(IO, ["a", "b", "c"], True), (IO, ["d"], True)]
    )

    assert broker.taken == [["first"], ["a", "b"], ["c", "d"]]


def test_what_goes_elsewhere_or_is_more_urgent_shares_no_message(broker: Broker):
    other, urgent = Address("cpu", 1), Address("io", 2)
    parcels = [(IO, ["a"], True), (other, ["b"], True), (urgent, ["c"], True), (IO, ["d"], True)]

    gathered(Publisher(broker.send, most_together=16, wait_s=60), broker, parcels)

    assert broker.messages[1:] == [(IO, ["a", "d"]), (other, ["b"]), (urgent, ["c"])]


def test_what_wants_a_message_of_its_own_has_one(broker: Broker):
    parcels = [(IO, ["a"], True), (IO, ["b"], False), (IO, ["c"], True)]

    gathered(Publisher(broker.send, most_together=16, wait_s=60), broker, parcels)

    assert sorted(broker.taken[1:]) == [["a", "c"], ["b"]]


def test_a_broker_that_hangs_holds_nobody_for_longer_than_he_waits(broker: Broker):
    publisher = Publisher(broker.send, most_together=16, wait_s=0.1)
    broker.open.clear()
    told: list[str] = []

    def call() -> None:
        with pytest.raises(BrokerUnavailable):
            publisher.publish(IO, ["a"], together=True)
        told.append("unavailable")

    for thread in at_once([call] * 8):
        thread.join(60)

    assert (len(told), broker.calls) == (8, 1)


def test_after_a_failure_nobody_waits_until_one_has_tried_again(broker: Broker):
    publisher = Publisher(broker.send, most_together=16, wait_s=60, open_for_s=0.3)
    broker.down = True
    for _ in range(5):
        with pytest.raises(BrokerUnavailable):
            publisher.publish(IO, ["a"], together=True)
    calls = broker.calls

    broker.down = False
    time.sleep(0.3)
    publisher.publish(IO, ["b"], together=True)

    assert (calls, broker.taken) == (1, [["b"]])


def test_while_one_tries_again_the_others_do_not_wait(broker: Broker):
    publisher = Publisher(broker.send, most_together=16, wait_s=60, open_for_s=0.01)
    broker.down = True
    with pytest.raises(BrokerUnavailable):
        publisher.publish(IO, ["a"], together=True)
    broker.open.clear()
    publisher._breaker._open_for_s = 60.0
    time.sleep(0.02)

    def refused() -> None:
        with pytest.raises(BrokerUnavailable):
            publisher.publish(IO, ["b"], together=True)

    (trial,) = at_once([refused])
    eventually(lambda: broker.calls == 2)
    refused()  # would wait for a minute

    assert broker.calls == 2
    broker.open.set()
    trial.join(60)


def test_what_waited_for_a_broker_that_hung_is_published_when_it_goes_on(broker: Broker):
    publisher = Publisher(broker.send, most_together=16, wait_s=0.1, open_for_s=0.0)
    broker.open.clear()
    for name in ("hung", "waited"):
        with pytest.raises(BrokerUnavailable):
            publisher.publish(IO, [name], together=True)

    broker.open.set()

    eventually(lambda: broker.taken == [["hung"], ["waited"]])


def test_a_broker_that_hung_for_a_moment_is_used_again_at_once(broker: Broker):
    publisher = Publisher(broker.send, most_together=16, wait_s=0.1, open_for_s=600.0)
    broker.open.clear()
    with pytest.raises(BrokerUnavailable):
        publisher.publish(IO, ["hung"], together=True)

    broker.open.set()
    eventually(lambda: broker.taken and publisher._breaker.allows())
    publisher._wait_s = 60.0
    publisher.publish(IO, ["next"], together=True)

    assert broker.taken == [["hung"], ["next"]]
