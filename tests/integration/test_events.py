"""What the workers tell of tasks, for Flower to list."""

import time
from collections import Counter
from contextlib import suppress

import pytest
from harness.broker import Broker
from harness.eventually import eventually

from gateway.delivery.celery_queue import CeleryQueue, celery_app
from gateway.kinds import Pool

_TASKS = 60
_AT_MOST_EVERY_S = 0.05
_FULL = 8  #: tasks whose events are sent before their time


@pytest.mark.usefixtures("workers")
def test_tasks_that_follow_each_other_are_told_of_together_and_each_of_them(
    broker: Broker, queue: CeleryQueue, accepted
):
    tasks = [accepted("process", Pool.IO, content="Two words.") for _ in range(_TASKS)]
    told: Counter[str] = Counter()
    messages: list[int] = []

    def take(body: object, _message: object) -> None:
        events = body if isinstance(body, list) else [body]
        of_tasks = [event for event in events if event["type"] == "task-succeeded"]
        told.update(event["uuid"] for event in of_tasks)
        messages.extend([len(of_tasks)] * bool(of_tasks))

    with celery_app(broker.url, publisher=False) as app, app.connection_for_read() as connection:
        receiver = app.events.Receiver(connection)
        with connection.Consumer(receiver.queue, callbacks=[take], accept=["json"]):
            started = time.monotonic()
            for task in tasks:
                queue.launch(task.id, pool=Pool.IO)

            def all_told() -> bool:
                with suppress(TimeoutError):
                    connection.drain_events(timeout=1)
                return told.keys() >= {task.id for task in tasks}

            eventually(all_told)
            seconds = time.monotonic() - started

    assert set(told.values()) == {1}
    assert len(messages) <= 2 + _TASKS / _FULL + seconds / _AT_MOST_EVERY_S  # a slow machine may take its time
