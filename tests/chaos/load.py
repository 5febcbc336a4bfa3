"""The callers: steady, of every sort, over connections that are kept and new ones."""

import random
import secrets
import string
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import requests
from chaos.record import EITHER, FAILS, Accepted, Record

TIMEOUT_S: Final = 45
PROBLEM: Final = "application/problem+json"
HONEST: Final = frozenset({429, 503, 504})  #: what a client may be told of a mesh that is being broken
ENDED: Final = frozenset({"completed", "failed", "canceled"})
_REFUSED_PAUSE_S: Final = 0.2  #: after a connection that was not made, or broke
_AGAIN: Final = 6  #: tries of a request with an Idempotency-Key
_AGAIN_AFTER_S: Final = 0.7
_RECENT: Final = 12  #: tasks among which one to cancel is chosen
_LETTERS: Final = string.ascii_lowercase

Sent = tuple[str, dict[str, Any], str, Any]  #: path, body, kind, expected result


class Caller(threading.Thread):
    """One client that sends a request after the other."""

    def __init__(self, url: str, record: Record, *, seed: str, pause_s: Callable[[], float], replays: bool) -> None:
        """
        Make one.

        Args:
            pause_s: tells how long to wait before the next request.
            replays: whether the mesh answers a repeated Idempotency-Key with what it answered first.
        """
        super().__init__(daemon=True, name=f"caller {seed}")
        self._url = url
        self._record = record
        self._random = random.Random(seed)
        self._pause_s = pause_s
        self._replays = replays
        self._stop_now = threading.Event()
        self._session = _session()
        self.personal: list[str] = []  #: invented values that must be nowhere

    def run(self) -> None:
        try:
            while not self._stop_now.wait(self._pause_s()):
                self._choose()()
        except BaseException as error:  # noqa: BLE001 - told by the thread that waits for the end
            self._record.failure = error

    def stop(self) -> None:
        self._stop_now.set()

    def _choose(self) -> Callable[[], None]:
        choices: Mapping[Callable[[], None], int] = {
            self._make: 68,
            self._forward: 12,
            self._cancel: 9,
            self._look: 8,
            self._personal: 3,
        }
        return self._random.choices(list(choices), weights=list(choices.values()))[0]

    def _make(self) -> None:
        """Ask for a task of some sort."""
        mark = self._mark()
        path, body, kind, expected = self._task(mark)
        keyed = self._random.random() < 0.25
        headers = {"Idempotency-Key": secrets.token_hex(16)} if keyed else {}
        for _ in range(_AGAIN if keyed and self._replays else 1):
            answer = self._ask("POST", path, kind, json=body, headers=headers)
            if answer is not None and answer.status_code in {200, 201, 202}:
                told = answer.json()
                id_ = told.get("job_id") or told["id"]
                self._record.accept(Accepted(id=id_, kind=kind, expected=expected, at=time.monotonic()))
                return
            self._check(answer, kind)
            if self._stop_now.wait(_AGAIN_AFTER_S if keyed and self._replays else 0):
                return

    def _task(self, mark: str) -> Sent:
        content = f"Crate {mark} has been unloaded."
        echo = {"echo": content}
        short = round(self._random.uniform(0.02, 0.3), 2)
        number = self._random.randrange(1000)
        sorts: Mapping[Callable[[], Sent], float] = {
            lambda: ("messages", {"text": content, "delivery": "queued"}, "message", content): 22,
            lambda: ("tasks", {"content": content}, "process", content): 14,
            lambda: ("tasks", {"content": content, "kind": "once"}, "once", echo): 22,
            lambda: ("tasks", {"content": content, "kind": "once_cpu"}, "once_cpu", echo): 14,
            lambda: ("tasks", {"content": content, "kind": "nap", "args": {"seconds": 4 * short}}, "nap", echo): 9,
            lambda: ("tasks", {"content": content, "kind": "burn", "args": {"seconds": short / 3}}, "burn", echo): 7,
            lambda: ("tasks", {"content": content, "kind": "shaky"}, "shaky", EITHER): 3,
            lambda: ("tasks", {"content": content, "kind": "poison"}, "poison", FAILS): 0.15,
            lambda: ("tasks", {"content": content, "kind": "hang"}, "hang", EITHER): 0.15,
            lambda: ("api/sum", {"n": number}, "sum", number * (number + 1) // 2): 5,
            lambda: ("api/wait_and_return", {"seconds": short, "value": mark}, "wait_and_return", mark): 4,
        }
        return self._random.choices(list(sorts), weights=list(sorts.values()))[0]()

    def _forward(self) -> None:
        content = f"Crate {self._mark()} has been unloaded."
        answer = self._ask("POST", "messages", "forward", json={"text": content, "delivery": "sync"})
        if answer is None or answer.status_code != 200:
            self._check(answer, "forward")
        elif answer.json()["result"]["text"] != content:
            self._record.complain("a forwarded message was answered with another's result")

    def _cancel(self) -> None:
        recent = self._record.newest(_RECENT)
        if not recent:
            return
        task = self._random.choice(recent)
        answer = self._ask("PATCH", f"tasks/{task.id}/cancel", "cancel")
        if answer is not None and answer.status_code == 200:
            self._record.canceled.add(task.id)
        elif answer is None or answer.status_code != 400 or answer.json().get("code") != "task_already_finished":
            self._check(answer, "cancel")

    def _look(self) -> None:
        recent = self._record.newest(50 * _RECENT)
        if not recent:
            return
        task = self._random.choice(recent)
        answer = self._ask("GET", f"tasks/{task.id}", "look")
        if answer is None or answer.status_code != 200:
            self._check(answer, "look")
        elif (told := answer.json())["status"] in ENDED:
            self._record.ended(task.id, told["status"], told["result"])

    def _personal(self) -> None:
        """Send what the policy holds or redacts."""
        value = self._random.choice((_an_address, _a_token))()
        self.personal.append(value)
        body = {"text": f"Please write to {value} soon.", "delivery": self._random.choice(("sync", "queued"))}
        redacted = "@" in value and self._random.random() < 0.3
        answer = self._ask("POST", "messages", "personal", json=body | ({"kind": "support"} if redacted else {}))
        if answer is not None and value in answer.text:
            self._record.complain("an answer repeats a finding")
        if redacted and answer is not None and answer.status_code == 202:
            task = Accepted(id=answer.json()["id"], kind="support", expected=EITHER, at=time.monotonic())
            self._record.accept(task)
        elif answer is None or answer.status_code not in ({200} if redacted else {422}):
            self._check(answer, "personal")

    def _mark(self) -> str:
        """Return a word that no other request has."""
        mark = "".join(secrets.choice(_LETTERS) for _ in range(9))
        self._record.requests.add(mark)
        return mark

    def _ask(self, method: str, path: str, what: str, **options: Any) -> requests.Response | None:
        fresh = self._random.random() < 0.2
        session = _session() if fresh else self._session
        started = time.monotonic()
        try:
            answer = session.request(method, f"{self._url}/producer/{path}", timeout=TIMEOUT_S, **options)
        except requests.RequestException as error:
            self._record.broke(error)
            self._stop_now.wait(_REFUSED_PAUSE_S)
            return None
        finally:
            if fresh:
                session.close()
        self._record.answered(what, answer.status_code, time.monotonic() - started)
        return answer

    def _check(self, answer: requests.Response | None, what: str) -> None:
        """Complain of a refusal that is not of the sort that a client can work with."""
        if answer is None:
            return
        status, kind = answer.status_code, answer.headers.get("Content-Type")
        code = answer.json().get("code") if kind == PROBLEM else ""
        lost = status == 502 and code == "outcome_unknown"  # the process that had it was killed
        busy = status == 409 and what not in {"cancel", "look"}
        if kind != PROBLEM or not (status in HONEST or lost or busy):
            self._record.complain(f"{what}: {status} {code}")
        elif status in {429, 503} and "Retry-After" not in answer.headers:
            self._record.complain(f"{what}: {status} {code} without Retry-After")


def replays(url: str) -> bool:
    """Tell whether the mesh knows the Idempotency-Key header."""
    headers = {"Idempotency-Key": secrets.token_hex(16)}
    body = {"content": "Is this one asked for twice?"}
    with _session() as session:
        answers = [
            session.post(f"{url}/producer/tasks", json=body, headers=headers, timeout=TIMEOUT_S) for _ in range(2)
        ]
    return answers[1].headers.get("Idempotent-Replayed") == "true"


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    return session


def _an_address() -> str:
    return f"kim.{secrets.token_hex(6)}@mail.acme-widgets.com"


def _a_token() -> str:
    return "ghp_" + secrets.token_hex(18)
