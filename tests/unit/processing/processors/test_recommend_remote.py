"""Recommendations of a language model behind an OpenAI-compatible API, which is unsteady."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from gateway.errors import Canceled
from gateway.ledger.task import Status
from gateway.processing.job import Job
from gateway.processing.processors.recommend.remote import (
    RecommenderRefused,
    RecommenderUnavailable,
    RemoteRecommender,
)

KEY = "sk-zebra7731"
SONGS = {"matched": "Dreams", "recommendations": [{"title": "Kids", "artist": "MGMT", "score": 0.75}] * 7}


class Api(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, self.headers["Authorization"], body))
        self.server.answer(self)

    def reply(self, content, status=200, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass


def says(text):
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]}).encode()


@pytest.fixture
def api():
    with Server(("127.0.0.1", 0), Api) as server:
        server.asked, server.answer = [], lambda call: call.reply(says(json.dumps(SONGS)))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def recommender(api):
    url = f"http://127.0.0.1:{api.server_address[1]}/v1/"
    return RemoteRecommender(url, model="small-1", key=KEY, timeout_s=2)


def a_job(**fields):
    return Job(
        **{
            "id": "1",
            "kind": "recommendations",
            "attempt": 1,
            "content": "",
            "args": {"song": "Dreams", "limit": 3},
            **fields,
        }
    )


def test_the_model_is_asked_and_what_it_says_comes_back_in_our_form(api, recommender):
    told = recommender(a_job())

    ((path, authorization, body),) = api.asked
    assert told == {"song": "Dreams", "matched": "Dreams", "recommendations": SONGS["recommendations"][:3]}
    assert (path, authorization, body["model"]) == ("/v1/chat/completions", f"Bearer {KEY}", "small-1")
    assert json.loads(body["messages"][-1]["content"]) == {"song": "Dreams", "limit": 3}


def test_the_key_is_the_one_that_was_set_whatever_the_user_keeps_in_netrc(api, recommender, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login kim password other\n")
    monkeypatch.setenv("NETRC", str(netrc))

    recommender(a_job())

    assert api.asked[0][1] == f"Bearer {KEY}"


@pytest.mark.parametrize("status", [429, 408, 409, 500, 502, 503, 504])
def test_a_service_that_is_busy_or_broken_is_asked_again_when_it_says(api, recommender, status):
    api.answer = lambda call: call.reply(b"{}", status, Retry_After="30")

    with pytest.raises(RecommenderUnavailable) as unavailable:
        recommender(a_job())

    assert unavailable.value.after_s == 30


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 302, 204])
def test_a_service_that_refuses_is_not_asked_again(api, recommender, status):
    api.answer = lambda call: call.reply(b"", status, Location="/elsewhere")

    with pytest.raises(RecommenderRefused):
        recommender(a_job())

    assert len(api.asked) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"choices": []}',
        b'{"choices": [{"message": {"content": null}}]}',
        says("I like Dreams."),
        says("{}"),
        says('{"recommendations": "many"}'),
        says('{"recommendations": [{"title": "Kids"}]}'),
        says('{"recommendations": [{"title": "Kids", "artist": "MGMT", "score": 2}]}'),
        says('{"recommendations": [{"title": "Kids", "artist": "MGMT", "score": NaN}]}'),
        says('{"recommendations": [{"title": "%s", "artist": "MGMT", "score": 0.5}]}' % ("x" * 201)),
        says("x" * 300_000),
    ],
)
def test_an_answer_that_cannot_be_used_is_asked_for_again(api, recommender, content):
    api.answer = lambda call: call.reply(content)

    with pytest.raises(RecommenderUnavailable):
        recommender(a_job())


def test_a_service_that_is_not_there_is_asked_again_later():
    recommender = RemoteRecommender("http://127.0.0.1:9/v1", model="small-1", key=KEY, timeout_s=1)

    with pytest.raises(RecommenderUnavailable):
        recommender(a_job())


def test_an_answer_that_drips_is_not_waited_for(api, recommender):
    def drip(call):
        call.send_response(200)
        call.send_header("Content-Length", "1000")
        call.end_headers()
        for _ in range(300):
            call.wfile.write(b" ")
            time.sleep(0.1)

    api.answer = drip

    with pytest.raises(RecommenderUnavailable):
        recommender(a_job())


def test_a_canceled_job_asks_nobody(api, recommender):
    with pytest.raises(Canceled):
        recommender(a_job(stopped=lambda: True))

    assert api.asked == []


def test_a_task_gets_through_what_is_unsteady_and_nobody_learns_the_key(api, recommender, works, lines):
    answers = [
        lambda call: call.reply(KEY.encode(), 503),
        lambda call: call.reply(says(KEY)),
        lambda call: call.reply(says(json.dumps(SONGS))),
    ]

    def next_answer(call):
        answers.pop(0)(call)

    api.answer = next_answer
    runner = works.runner(processors={"recommendations": recommender})
    task_id = works.task("recommendations", payload={"args": {"song": "Dreams", "limit": 3}})

    errors = []
    while works[task_id].status is Status.PENDING:
        works.clock.now = max(works.clock.now, works[task_id].not_before or 0)
        runner.run([task_id])
        errors.append(works[task_id].error)

    assert errors == ["RecommenderUnavailable: recommender_unavailable"] * 2 + [None]
    assert works[task_id].result["recommendations"] == SONGS["recommendations"][:3]
    assert KEY not in lines.text + repr(recommender) + repr(works.ledger.events(task_id))
