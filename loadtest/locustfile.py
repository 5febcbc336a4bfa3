"""
A swarm of invented people: messages that are forwarded, queued (and followed to their result) and held.

From its page under `/load-test/`, or without a screen by `make load`. It knows the gateway by its URL and a key only.
"""

import os
import random
import time

from faker import Faker
from locust import FastHttpUser, between, task

API = "/producer"
POLL_S = 0.5
LONGEST_WAIT_S = 60
TOPICS = ("the garden", "a late train", "the blue kettle", "next week's plan", "an old map", "the kitchen light")
LONG_TEXT = 2500  # characters: beyond what the shipped policy answers at once

fake = Faker()


def small_talk() -> str:
    """Return a sentence or two without anything personal."""
    return f"Could somebody look at {random.choice(TOPICS)}? It would be good to know by noon."


def about_a_person() -> str:
    """Return a message that the gate has to hold: the person in it is invented."""
    person = (
        f"Please call me back at {fake.email(domain='mail.acme-widgets.com')}.",
        f"My card is {fake.credit_card_number(card_type='visa16')}, charge it twice.",
        f"Pay to {fake.iban()} by Friday.",
    )
    return random.choice(person)


class Sender(FastHttpUser):
    """Sends the mix that a gateway sees: mostly short messages, some long, a few that must not pass."""

    wait_time = between(0.1, 1.0)

    def on_start(self) -> None:
        """Use the load test's key where there is one; on loopback none is needed."""
        key = os.environ.get("GATEWAY_LOADTEST_KEY")
        self.key = {"X-API-Key": key} if key else {}

    @task(12)
    def forwarded(self) -> None:
        """Send a message that is answered at once."""
        with self._post("/messages", {"text": small_talk()}, name="message forwarded") as response:
            self._expect(response, 200)

    @task(3)
    def queued(self) -> None:
        """Send a message that becomes a task, and wait for its result."""
        text = " ".join(small_talk() for _ in range(LONG_TEXT // 60))
        with self._post("/messages", {"text": text, "delivery": "queued"}, name="message queued") as response:
            if not self._expect(response, 202):
                return
            place = response.headers["Location"]
        self._follow(place)

    @task(3)
    def held(self) -> None:
        """Send a message that has to be held."""
        with self._post("/messages", {"text": about_a_person()}, name="message held") as response:
            self._expect(response, 422)

    @task(1)
    def counted(self) -> None:
        """Start a job that computes, and wait for its result."""
        with self._post("/api/sum", {"n": 200_000}, name="job sum") as response:
            if not self._expect(response, 202):
                return
            task_id = response.json()["job_id"]
        self._follow(f"{API}/tasks/{task_id}")

    def _follow(self, place: str) -> None:
        deadline = time.monotonic() + LONGEST_WAIT_S
        while time.monotonic() < deadline:
            with self.client.get(place, headers=self.key, name="task", catch_response=True) as response:
                if not self._expect(response, 200):
                    return
                status = response.json()["status"]
                if status == "completed":
                    return
                if status in {"failed", "canceled"}:
                    response.failure(f"the task has {status}")
                    return
            time.sleep(POLL_S)

    def _post(self, path: str, body: dict, name: str):  # noqa: ANN202 - Locust's own context manager
        return self.client.post(f"{API}{path}", json=body, headers=self.key, name=name, catch_response=True)

    @staticmethod
    def _expect(response, status: int) -> bool:  # noqa: ANN001 - Locust's own response
        if response.status_code == status:
            response.success()
            return True
        response.failure(f"answered {response.status_code}, not {status}")
        return False
