"""New rules for a mesh that runs, while messages come in."""

import json
import os
import re
import signal
import threading
import time
from typing import Self

import pytest
from harness.api import Api
from harness.eventually import eventually
from harness.inside import children, pids
from harness.mesh import Mesh, running_mesh

EMAIL = "kim.olsen@mail.acme-widgets.com"
STAFF = "the badge STF-123456"
CLEAN = "The ferry leaves at noon."
ALLOW_ALL = 'kinds = ["chat"]\n[[policy.rules]]\nthen = "allow"\n'
HOLD_ALL = ALLOW_ALL.replace('"allow"', '"hold"')
BAD = ALLOW_ALL + "[[screening.patterns]]\nentity_type = 'X'\nregex = '('\nscore = 1\n"
REFUSAL = "gateway.toml:6: screening.patterns[0].regex: missing ): ("
EVERYTHING = """
kinds = ["chat", "invoice"]
[policy.operators]
STAFF_ID = "token"
[[policy.rules]]
then = "redact"
[[screening.patterns]]
entity_type = "STAFF_ID"
regex = '\\bSTF-\\d{6}\\b'
score = 0.9
[processing.processors]
invoice = "acme_jobs:render"
"""
PROGRAMS = ("service_1", "service_2", "worker-io", "worker-cpu")


@pytest.fixture(scope="module")
def mesh(home):
    home.mkdir()
    code = home / "code"
    code.mkdir()
    (code / "acme_jobs.py").write_text(f"def render(job): return {{'rendered': {EMAIL!r}}}\n")
    (home / "gateway.toml").write_text(ALLOW_ALL)
    with running_mesh(home, PYTHONPATH=str(code)) as running:
        yield running


def write(mesh: Mesh, text: str) -> None:
    (mesh.home / "gateway.toml").write_text(text)


def reload(mesh: Mesh, text: str) -> None:
    """Have the mesh take these rules."""
    write(mesh, text)
    done = mesh.run("reload")
    assert done.returncode == 0, done.stderr


def lines_of(mesh: Mesh, program: str, event: str) -> list[str]:
    lines = (mesh.home / "logs" / f"{program}.txt").read_text().splitlines()
    return [line for line in lines if f" {event} " in line]


class Load:
    """A few clients that send clean messages one after the other, and note what they are answered."""

    def __init__(self, url: str) -> None:
        self.answers: list[tuple[int, str]] = []
        self._url = url
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._send, args=(number,)) for number in range(4)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _send(self, number: int) -> None:
        api = Api(self._url)
        while not self._stop.is_set():
            delivery = "queued" if number == 0 else "sync"
            try:
                answer = api.message(CLEAN, delivery=delivery)
                self.answers.append((answer.status_code, answer.text[:200]))
            except OSError as error:
                self.answers.append((0, type(error).__name__))
            self._stop.wait(0.05 if number == 0 else 0.01)

    @property
    def failed(self) -> list[tuple[int, str]]:
        return [answer for answer in self.answers if answer[0] not in {200, 202}]


def test_new_rules_are_taken_under_load_without_one_request_lost(mesh):
    client = Api(mesh.url)
    reload(mesh, ALLOW_ALL)
    eventually(lambda: all_answer(client, 200))

    with Load(mesh.url) as load_on_it:
        for text, status in ((HOLD_ALL, 422), (ALLOW_ALL, 200), (HOLD_ALL, 422)):
            reload(mesh, text)
            eventually(lambda: all_answer(client, status))  # noqa: B023 - asked within the loop
        time.sleep(0.5)

    assert len(load_on_it.answers) > 50
    assert load_on_it.failed == []


def all_answer(client: Api, status: int) -> bool:
    """Ask often enough that every process has been asked."""
    return {client.message(EMAIL, kind="chat", delivery="sync").status_code for _ in range(12)} == {status}


def test_once_reload_has_ended_the_new_rules_hold_for_every_request_and_every_task(mesh):
    api = Api(mesh.url)

    for _ in range(3):
        reload(mesh, HOLD_ALL)
        assert all_answer(api, 422)
        reload(mesh, EVERYTHING)
        assert all_answer(api, 200)
        assert result_of_task(api, CLEAN, "invoice") == {"rendered": "<EMAIL_ADDRESS>"}
        reload(mesh, EVERYTHING.replace('"redact"', '"allow"'))
        assert result_of_task(api, CLEAN, "invoice") == {"rendered": EMAIL}


def test_rules_that_a_program_cannot_take_end_reload_with_one_line(mesh, tmp_path):
    api = Api(mesh.url)
    reload(mesh, HOLD_ALL)
    (tmp_path / "only_here.py").write_text("def render(job): return {}\n")
    write(mesh, ALLOW_ALL + "[processing.processors]\ninvoice = 'only_here:render'\n")
    operator = Mesh(mesh.home, port=mesh.port, settings={"PYTHONPATH": str(tmp_path)})  # the mesh looks elsewhere

    done = operator.run("reload")

    assert done.returncode == 1
    assert re.fullmatch(
        r"portcullis: [a-z0-9_-]+ refused the new rules and works under the old ones: its log says why\n", done.stderr
    )
    assert all_answer(api, 422)
    write(mesh, HOLD_ALL)


def test_patterns_operators_kinds_and_processors_are_new_everywhere(mesh):
    api = Api(mesh.url)

    reload(mesh, EVERYTHING)

    eventually(lambda: answers_everywhere(api, "/screen", {"text": STAFF}, "<STAFF_ID:tok_"))
    eventually(lambda: rendered(api.message(CLEAN, kind="invoice", delivery="sync")) == "<EMAIL_ADDRESS>")
    eventually(lambda: result_of_task(api, STAFF, "invoice") == {"rendered": "<EMAIL_ADDRESS>"})
    assert api.task(STAFF, kind="invoice")["content"].startswith("the badge <STAFF_ID:tok_")


def test_results_of_tasks_are_redacted_by_the_new_rules(mesh):
    api = Api(mesh.url)
    reload(mesh, EVERYTHING)
    eventually(lambda: result_of_task(api, CLEAN, "invoice") == {"rendered": "<EMAIL_ADDRESS>"})

    reload(mesh, EVERYTHING.replace('"redact"', '"allow"'))

    eventually(lambda: result_of_task(api, CLEAN, "invoice") == {"rendered": EMAIL})


@pytest.mark.parametrize("way", ["reload", "SIGHUP"])
def test_bad_rules_are_refused_with_one_line_and_the_old_ones_stay_in_force(mesh, way):
    api = Api(mesh.url)
    reload(mesh, HOLD_ALL)
    eventually(lambda: all_answer(api, 422))
    programs = {name: pid for name, pid in pids(mesh).items() if name in PROGRAMS}
    told = {name: len(lines_of(mesh, name, "settings.refused")) for name in PROGRAMS}
    write(mesh, BAD)

    if way == "reload":
        done = mesh.run("reload")
        assert (done.returncode, done.stderr) == (1, f"portcullis: {REFUSAL}\n")
    else:
        for pid in programs.values():
            os.kill(pid, signal.SIGHUP)
        for name in PROGRAMS:
            eventually(lambda: len(lines_of(mesh, name, "settings.refused")) > told[name])  # noqa: B023
            (line,) = lines_of(mesh, name, "settings.refused")[told[name] :]
            assert json.dumps(REFUSAL) in line

    assert all_answer(api, 422)
    assert api.ended(api.job("sum", n=10))["result"] == 55
    write(mesh, HOLD_ALL)
    assert {name: pid for name, pid in pids(mesh).items() if name in PROGRAMS} == programs


def test_a_process_that_is_lost_while_the_rules_are_bad_is_replaced_under_the_old_ones(mesh):
    api = Api(mesh.url)
    reload(mesh, HOLD_ALL)
    eventually(lambda: all_answer(api, 422))
    masters = pids(mesh)
    victims = [child for name in ("service_1", "service_2", "worker-cpu") for child in children(masters[name])]
    write(mesh, BAD)

    for victim in victims:
        os.kill(victim, signal.SIGKILL)

    eventually(lambda: all_answer(api, 422), every_s=0.2)
    assert api.ended(api.job("sum", n=10))["result"] == 55
    write(mesh, HOLD_ALL)
    assert pids(mesh) == masters


def rendered(answer) -> str | None:
    return answer.json()["result"].get("rendered") if answer.status_code == 200 else None


def result_of_task(api: Api, content: str, kind: str):
    answer = api.post("/producer/tasks", json={"content": content, "kind": kind})
    return api.ended(answer.json()["id"])["result"] if answer.status_code == 201 else None


def answers_everywhere(api: Api, path: str, body: dict[str, str], words: str) -> bool:
    """Ask often enough that every process has been asked."""
    return all(words in api.post(f"/producer{path}", json=body).text for _ in range(12))
