"""
A swarm of invented people: messages that are forwarded, queued (and followed to their result) and held.

From its page under `/load-test/`, or without a screen by `make load`. It knows the gateway by its URL and a key only.
The page is NGINX's alone to ask for, and a swarm goes nowhere but to the gateway: its key must not.
"""

import base64
import hmac
import json
import os
import random
import re
import sys
import time
from http import HTTPStatus

from faker import Faker
from flask import Response, abort, request
from locust import FastHttpUser, between, events, task

API = "/producer"
POLL_S = 0.5
LONGEST_WAIT_S = 60
TOPICS = ("the garden", "a late train", "the blue kettle", "next week's plan", "an old map", "the kitchen light")
LONG_TEXT = 2500  # characters: beyond what the shipped policy answers at once
#: What the form of a swarm may hold, besides the gateway's own `host`. Locust would answer 200, repeat a bad value and
#: log it; and by other names it changes its options, the file of its report among them.
FORM = {
    "user_count": (r"[0-9]{1,5}", "a whole number up to 99999"),
    "spawn_rate": (r"(?![0.]*$)[0-9]{1,5}(\.[0-9]{1,3})?", "a number above 0, up to 99999"),
    "run_time": (r"[0-9]{1,6}|([0-9]{1,4}h)?([0-9]{1,4}m)?([0-9]{1,6}s)?", "like 90, 90s, 3m or 1h20m"),
    "profile": ("", "empty"),
}
NEEDED = {"user_count": "", "spawn_rate": ""}

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


@events.init.add_listener
def guard_the_page(environment, web_ui, **_) -> None:  # noqa: ANN001, ANN003 - Locust's own
    """Let in only who shows the mesh's own login, which NGINX adds for an admin; Locust's port asks nobody for any."""
    if web_ui is None:
        return
    token = os.environ.get("GATEWAY_MESH_TOKEN")
    if not (token and environment.host):
        sys.exit("the page needs GATEWAY_MESH_TOKEN and --host: anybody could use it, and aim it anywhere")
    login = b"Basic " + base64.b64encode(f"mesh:{token}".encode())
    form = {**FORM, "host": (re.escape(environment.host), "the gateway's own address")}

    def check() -> Response | None:
        if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), login):
            abort(401)
        if request.endpoint == "locust.update_user":
            abort(403)  # it would change the users' own host
        return refusal(form) if request.endpoint == "locust.swarm" else None

    web_ui.app.before_request(check)


def refusal(form: dict[str, tuple[str, str]]) -> Response | None:
    """Return the problem that the request's form is, by the name of a field and never by its value."""
    given = {**NEEDED, **request.form.to_dict()}
    if not given.keys() <= form.keys():
        return problem(f"The form may hold {', '.join(form)} and nothing else.")
    for name, value in given.items():
        pattern, is_to_be = form[name]
        if not re.fullmatch(pattern, value):
            return problem(f"{name} has to be {is_to_be}.", field=f"/{name}")
    return None


def problem(detail: str, **more: str) -> Response:
    """Return an answer in the form that all errors of the gateway have."""
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    told = {"type": "about:blank", "title": status.phrase, "status": status, "code": "invalid_request"}
    return Response(json.dumps({**told, "detail": detail, **more}), status, content_type="application/problem+json")


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
