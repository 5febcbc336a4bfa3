import os
import signal
import threading
import time
from collections.abc import Mapping, Sequence

import pytest
from harness.eventually import eventually

from gateway.delivery.publisher import Address, Publisher
from gateway.errors import BrokerUnavailable

IO, CPU, URGENT = Address("io", 1), Address("cpu", 1), Address("io", 2)


class Broker:
    """Takes messages; while it is closed, whoever talks to it hangs."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.open.set()
        self.down = False
        self.refused: set[str] = set()  #: pools
        self.messages: list[tuple[Address, list[str]]] = []
        self.calls = 0

    def send(self, address: Address, ids: Sequence[str]) -> None:
        self.calls += 1
        self.open.wait(60)
        if self.down or address.pool in self.refused:
            raise BrokerUnavailable
        self.messages.append((address, list(ids)))

    @property
    def taken(self) -> list[list[str]]:
        return [ids for _, ids in self.messages]


class Ear:
    """Keeps what one caller was told."""

    def __init__(self) -> None:
        self.heard: list[bool] = []

    def __call__(self, taken) -> None:
        self.heard.append(taken)

    def told(self) -> bool:
        """Wait for it, then return it."""
        eventually(lambda: self.heard)
        return self.heard[0]


@pytest.fixture
def broker():
    broker = Broker()
    yield broker
    broker.open.set()


def hand_over(publisher: Publisher, ids: Mapping[Address, Sequence[str]], *, together: bool = True) -> Ear:
    ear = Ear()
    publisher.hand_over(ids, ear, together=together)
    return ear


def gathered(publisher: Publisher, broker: Broker, *parcels: tuple[Mapping[Address, Sequence[str]], bool]) -> list[Ear]:
    """Hand the parcels over while a message is on its way; return what their callers were told, once they were."""
    broker.open.clear()
    ears = [hand_over(publisher, {IO: ["first"]})]
    eventually(lambda: broker.calls == 1)
    ears += [hand_over(publisher, ids, together=together) for ids, together in parcels]
    broker.open.set()
    for ear in ears:
        ear.told()
    return ears[1:]


def patient(broker: Broker, *, most_together: int = 16, open_for_s: float = 5.0) -> Publisher:
    return Publisher(broker.send, most_together=most_together, wait_s=60, open_for_s=open_for_s)


def hasty(broker: Broker, *, open_for_s: float = 5.0) -> Publisher:
    return Publisher(broker.send, most_together=16, wait_s=0.1, open_for_s=open_for_s)


def test_what_gathers_while_a_message_is_on_its_way_shares_the_next(broker: Broker):
    gathered(patient(broker), broker, *(({IO: [f"{n}"]}, True) for n in range(5)))

    assert broker.taken == [["first"], ["0", "1", "2", "3", "4"]]


def test_a_message_takes_no_more_than_it_may(broker: Broker):
    gathered(patient(broker, most_together=2), broker, ({IO: ["a", "b", "c"]}, True), ({IO: ["d"]}, True))

    assert broker.taken == [["first"], ["a", "b"], ["c", "d"]]


def test_what_goes_elsewhere_or_is_more_urgent_shares_no_message(broker: Broker):
    parcels = [({IO: ["a"]}, True), ({CPU: ["b"], URGENT: ["c"]}, True), ({IO: ["d"]}, True)]

    gathered(patient(broker), broker, *parcels)

    assert broker.messages[1:] == [(IO, ["a", "d"]), (CPU, ["b"]), (URGENT, ["c"])]


def test_what_wants_a_message_of_its_own_has_one(broker: Broker):
    gathered(patient(broker), broker, ({IO: ["a"]}, True), ({IO: ["b"]}, False), ({IO: ["c"]}, True))

    assert sorted(broker.taken[1:]) == [["a", "c"], ["b"]]


def test_each_is_told_once_that_all_of_his_were_taken(broker: Broker):
    publisher = patient(broker, most_together=1)

    ears = gathered(publisher, broker, ({IO: ["a", "b"], CPU: ["c"]}, True), ({CPU: ["d"]}, False))
    publisher.publish(IO, "e")  # so that whatever would have been told twice has been

    assert [ear.heard for ear in ears] == [[True], [True]]


def test_who_has_any_that_was_not_taken_is_told_so_and_the_others_are_not(broker: Broker):
    publisher = patient(broker, open_for_s=0.0)
    broker.refused = {"cpu"}
    parcels = [{IO: ["a"]}, {IO: ["b"], CPU: ["c"]}, {CPU: ["d"]}, {URGENT: ["after the failure"]}]

    ears = gathered(publisher, broker, *((parcel, True) for parcel in parcels))
    publisher.publish(IO, "e")

    assert [ear.heard for ear in ears] == [[True], [False], [False], [False]]
    assert broker.taken == [["first"], ["a", "b"], ["e"]]


def test_nobody_waits_to_hand_something_over(broker: Broker):
    broker.open.clear()

    ears = [hand_over(patient(broker), {IO: [name]}) for name in "abc"]  # would wait for a minute

    assert [ear.heard for ear in ears] == [[]] * 3


def test_one_who_cannot_bear_what_he_is_told_keeps_nothing_from_the_others(broker: Broker):
    publisher = patient(broker)
    broker.open.clear()
    hand_over(publisher, {IO: ["first"]})

    def faint(_) -> None:
        raise RuntimeError

    publisher.hand_over({IO: ["a"]}, faint, together=True)
    other = hand_over(publisher, {IO: ["b"]})
    broker.open.set()

    assert other.told() is True
    assert hand_over(publisher, {IO: ["c"]}).told() is True


def test_a_broker_that_hangs_holds_nobody_for_longer_than_he_waits(broker: Broker):
    publisher = hasty(broker)
    broker.open.clear()
    refusals: list[str] = []

    def call() -> None:
        with pytest.raises(BrokerUnavailable):
            publisher.publish(IO, "a")
        refusals.append("unavailable")

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert (len(refusals), broker.calls) == (8, 1)


def test_while_a_message_hangs_who_comes_is_refused_at_once(broker: Broker):
    publisher = hasty(broker)
    broker.open.clear()
    hung = hand_over(publisher, {IO: ["hung"]})
    eventually(lambda: broker.calls == 1)
    eventually(publisher._hangs)

    assert hand_over(publisher, {IO: ["late"]}).heard == [False]
    assert (hung.heard, broker.calls) == ([], 1)


def test_what_waited_for_a_broker_that_hung_is_published_when_it_goes_on(broker: Broker):
    publisher = hasty(broker)
    broker.open.clear()
    hung = hand_over(publisher, {IO: ["hung"]})
    eventually(lambda: broker.calls == 1)
    waited = hand_over(publisher, {IO: ["waited"]})
    eventually(publisher._hangs)

    broker.open.set()

    assert (hung.told(), waited.told()) == (True, True)
    assert broker.taken == [["hung"], ["waited"]]


def test_a_broker_that_hung_for_a_moment_is_used_again_at_once(broker: Broker):
    publisher = hasty(broker, open_for_s=600.0)
    broker.open.clear()
    hung = hand_over(publisher, {IO: ["hung"]})
    eventually(publisher._hangs)

    broker.open.set()
    hung.told()

    assert hand_over(publisher, {IO: ["next"]}).told() is True
    assert broker.taken == [["hung"], ["next"]]


def test_after_a_failure_nobody_waits_until_one_has_tried_again(broker: Broker):
    publisher = patient(broker, open_for_s=0.3)
    broker.down = True
    for _ in range(5):
        with pytest.raises(BrokerUnavailable):
            publisher.publish(IO, "a")
    calls = broker.calls

    broker.down = False
    time.sleep(0.3)
    publisher.publish(IO, "b")

    assert (calls, broker.taken) == (1, [["b"]])


def test_while_one_tries_again_the_others_do_not_wait(broker: Broker):
    publisher = patient(broker, open_for_s=0.01)
    broker.down = True
    with pytest.raises(BrokerUnavailable):
        publisher.publish(IO, "a")
    broker.open.clear()
    publisher._breaker._open_for_s = 60.0
    time.sleep(0.02)

    trial = hand_over(publisher, {IO: ["b"]})
    eventually(lambda: broker.calls == 2)

    assert hand_over(publisher, {IO: ["c"]}).heard == [False]
    assert (trial.heard, broker.calls) == ([], 2)


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_child_that_was_forked_amid_a_message_publishes_by_itself(broker: Broker):
    publisher = hasty(broker)
    broker.open.clear()
    hand_over(publisher, {IO: ["parent's"]})
    eventually(publisher._hangs)

    child = os.fork()
    if child == 0:
        signal.alarm(30)
        broker.open = threading.Event()  # the parent's is waited for by a thread that is not here
        broker.open.set()
        ear = hand_over(publisher, {IO: ["child's"]})
        until = time.monotonic() + 20
        while not ear.heard and time.monotonic() < until:
            time.sleep(0.01)
        os._exit(0 if ear.heard == [True] and broker.taken == [["child's"]] else 1)

    assert os.waitpid(child, 0)[1] == 0
