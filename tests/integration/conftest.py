"""A broker, a ledger and both pools, all real, in a home of their own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from harness.broker import Broker, running_broker
from harness.workers import Site, a_site, a_worker

from gateway.delivery.celery_queue import CeleryQueue, celery_app
from gateway.kinds import Pool
from gateway.ledger.task import NewTask, Task
from gateway.message.ids import new_id

PATIENCE_S = 30  #: no monitor of these tests would launch what a busy machine does not take in half a second


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    with running_broker() as broker:
        yield broker


@pytest.fixture(scope="module")
def site(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with a_site(tmp_path_factory.mktemp("home"), broker, LEASE_S="1") as site:
        yield site


@pytest.fixture(scope="module")
def workers(site: Site) -> Iterator[Site]:
    """The site, with both pools at work."""
    with ExitStack() as stack:
        for pool in Pool:
            stack.enter_context(a_worker(site, pool))
        yield site


@pytest.fixture
def queue(broker: Broker) -> Iterator[CeleryQueue]:
    with celery_app(broker.url, publisher=False) as app:
        yield CeleryQueue(app, wait_s=PATIENCE_S)


@pytest.fixture
def accepted(site: Site) -> Callable[..., Task]:
    """Write a task down, and tell nobody."""

    def accept(kind: str, pool: Pool, **payload: object) -> Task:
        return site.ledger.accept(
            NewTask(id=new_id(), caller="shop", kind=kind, pool=pool, payload=payload, request_id="0" * 32)
        )

    return accept
