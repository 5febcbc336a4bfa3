import socket
import struct
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import orjson
import pytest
from harness.samples import WITH_EMAIL, message
from harness.service import Service, answer, answering, running_service

from gateway.delivery.http_forwarder import HttpForwarder
from gateway.errors import GatewayError, OutcomeUnknown, ProcessingFailed, ServiceUnavailable

TOKEN = "mesh-token"


@pytest.fixture
def service() -> Iterator[Service]:
    with running_service() as service:
        yield service


def forwarder_to(url: str, *, timeout_s: float = 10.0) -> HttpForwarder:
    return HttpForwarder(url, token=TOKEN, timeout_s=timeout_s, connections=8)


@pytest.fixture
def forwarder(service: Service) -> HttpForwarder:
    return forwarder_to(service.url)


def refused_url() -> str:
    """Return an address on which nobody listens, and nobody can begin to: it is bound, without a listener."""
    return f"http://127.0.0.1:{_bound.getsockname()[1]}"


_bound = socket.socket()
_bound.bind(("127.0.0.1", 0))


def reset(handler: BaseHTTPRequestHandler) -> None:
    """Hang up as a killed service does: with a reset."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


def cut_off(handler: BaseHTTPRequestHandler) -> None:
    """Promise more than is sent."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"words":')
    handler.wfile.flush()
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def test_the_message_is_sent_with_the_meshs_token_and_its_request_id(service: Service, forwarder: HttpForwarder):
    sent = message("hello", kind="chat", metadata={"a": [1]}, request_id="a" * 32)

    forwarder.forward(sent)

    ((method, path, headers, body),) = service.requests
    assert (method, path) == ("POST", "/process")
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    assert headers["X-Request-ID"] == "a" * 32
    assert headers["Content-Type"] == "application/json"
    assert orjson.loads(body) == {"id": sent.id, "kind": "chat", "text": "hello", "metadata": {"a": [1]}}


@pytest.mark.parametrize("value", [{"words": 2}, [1, None], "text", None, 0])
def test_what_the_service_answers_comes_back(service: Service, forwarder: HttpForwarder, value: object):
    service.behave = answering(200, orjson.dumps(value))

    assert forwarder.forward(message()) == value


def test_connections_are_used_again(service: Service, forwarder: HttpForwarder):
    for _ in range(5):
        forwarder.forward(message())

    assert len(service.requests) == 5
    assert len(service.connections) == 1


def test_where_nobody_listens_nothing_was_forwarded():
    with pytest.raises(ServiceUnavailable):
        forwarder_to(refused_url()).forward(message())


def test_a_service_that_answers_too_late_leaves_the_outcome_unknown(service: Service):
    release = threading.Event()
    service.behave = lambda handler: (release.wait(30), answer(handler, 200, b"{}"))[1]

    try:
        with pytest.raises(OutcomeUnknown):
            forwarder_to(service.url, timeout_s=0.2).forward(message())
    finally:
        release.set()

    assert len(service.requests) == 1


@pytest.mark.parametrize("behave", [reset, cut_off])
def test_a_connection_lost_after_sending_leaves_the_outcome_unknown_and_is_never_tried_again(service: Service, behave):
    service.behave = behave

    with pytest.raises(OutcomeUnknown):
        forwarder_to(service.url).forward(message())

    assert len(service.requests) == 1


def test_a_service_that_says_it_is_busy_did_nothing(service: Service, forwarder: HttpForwarder):
    service.behave = answering(503, b"{}")

    with pytest.raises(ServiceUnavailable):
        forwarder.forward(message())

    assert len(service.requests) == 1


@pytest.mark.parametrize("status", [201, 204, 500, 502, 504])
def test_any_other_status_leaves_the_outcome_unknown(service: Service, forwarder: HttpForwarder, status: int):
    service.behave = answering(status, b"" if status == 204 else b"{}")

    with pytest.raises(OutcomeUnknown):
        forwarder.forward(message())


@pytest.mark.parametrize("status", [400, 401, 404, 413, 422])
def test_what_the_service_refused_was_not_acted_on(service: Service, forwarder: HttpForwarder, status: int):
    service.behave = answering(status, b"{}")

    with pytest.raises(ServiceUnavailable):
        forwarder.forward(message())


@pytest.mark.parametrize("status", [302, 307, 308])
def test_a_redirect_is_not_followed(service: Service, forwarder: HttpForwarder, status: int):
    service.behave = answering(status, b"", Location="/elsewhere")

    with pytest.raises(OutcomeUnknown):
        forwarder.forward(message())

    assert len(service.requests) == 1


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a": 1', b"\xff\xfe"])
def test_an_answer_that_is_no_json_leaves_the_outcome_unknown(service: Service, forwarder: HttpForwarder, body: bytes):
    service.behave = answering(200, body)

    with pytest.raises(OutcomeUnknown):
        forwarder.forward(message())


def test_no_error_repeats_the_message_or_keeps_the_library_error_that_does(service: Service, forwarder: HttpForwarder):
    service.behave = answering(500, WITH_EMAIL.encode())

    with pytest.raises(GatewayError) as caught:
        forwarder.forward(message(WITH_EMAIL))

    assert WITH_EMAIL not in repr(caught.value) + str(caught.value)
    assert caught.value.__cause__ is None


def test_after_five_failures_in_a_row_the_service_is_left_alone(service: Service, forwarder: HttpForwarder):
    service.behave = reset

    for _ in range(5):
        with pytest.raises(OutcomeUnknown):
            forwarder.forward(message())
    with pytest.raises(ServiceUnavailable):
        forwarder.forward(message())

    assert len(service.requests) == 5


def test_answers_that_are_errors_do_not_open_the_breaker(service: Service, forwarder: HttpForwarder):
    service.behave = answering(500, b"{}")

    for _ in range(8):
        with pytest.raises(OutcomeUnknown):
            forwarder.forward(message())

    assert len(service.requests) == 8


def test_calls_of_many_threads_run_beside_each_other(service: Service, forwarder: HttpForwarder):
    inside = threading.Barrier(6)  # passed only if six calls are in the service at once

    def meet(handler: BaseHTTPRequestHandler) -> None:
        inside.wait(timeout=30)
        answer(handler, 200, b"{}")

    service.behave = meet
    answers: list[object] = []
    threads = [threading.Thread(target=lambda: answers.append(forwarder.forward(message()))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [{}] * 6


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_does_not_stand_between(
    service: Service, forwarder: HttpForwarder, monkeypatch: pytest.MonkeyPatch, variable: str
):
    monkeypatch.setenv(variable, refused_url())

    forwarder.forward(message())

    assert len(service.requests) == 1


def test_a_ping_asks_for_the_health_and_shows_no_token(service: Service, forwarder: HttpForwarder):
    forwarder.ping()

    ((method, path, headers, _),) = service.requests
    assert (method, path) == ("GET", "/health")
    assert "Authorization" not in headers


@pytest.mark.parametrize("status", [401, 500, 503])
def test_a_ping_of_a_service_that_is_not_well_fails(service: Service, forwarder: HttpForwarder, status: int):
    service.behave = answering(status)

    with pytest.raises(ServiceUnavailable):
        forwarder.ping()


def test_a_ping_where_nobody_listens_fails():
    with pytest.raises(ServiceUnavailable):
        forwarder_to(refused_url()).ping()


def test_a_slash_at_the_end_of_the_address_makes_no_difference(service: Service):
    forwarder_to(f"{service.url}/").forward(message())

    assert service.requests[0][1] == "/process"


def test_pings_use_one_connection(service: Service, forwarder: HttpForwarder):
    for _ in range(5):
        forwarder.ping()

    assert len(service.connections) == 1


def ndjson(*answers: object) -> bytes:
    return b"\n".join(orjson.dumps(each) for each in answers)


def test_messages_go_together_as_lines_of_one_request(service: Service, forwarder: HttpForwarder):
    service.behave = answering(200, ndjson({"status": 200, "result": {"n": 1}}, {"status": 200, "result": None}))
    sent = [message("one", request_id="a" * 32), message("two", kind="chat", metadata={"a": 1})]

    assert forwarder.forward_all(sent) == [{"n": 1}, None]

    ((method, path, headers, body),) = service.requests
    assert (method, path) == ("POST", "/process/batch")
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    assert (headers["Content-Type"], headers["X-Request-ID"]) == ("application/x-ndjson", "a" * 32)
    assert [orjson.loads(line) for line in body.split(b"\n")] == [
        {"id": sent[0].id, "kind": "message", "text": "one", "metadata": {}},
        {"id": sent[1].id, "kind": "chat", "text": "two", "metadata": {"a": 1}},
    ]


def test_each_line_has_the_end_that_its_status_would_mean_alone(service: Service, forwarder: HttpForwarder):
    statuses = (200, 500, 422, 503, 401)
    service.behave = answering(200, ndjson(*({"status": status, "result": 1} for status in statuses)))

    ends = forwarder.forward_all([message()] * 5)

    assert ends[0] == 1
    assert [type(end) for end in ends[1:]] == [
        ProcessingFailed,
        ServiceUnavailable,
        ServiceUnavailable,
        ServiceUnavailable,
    ]


@pytest.mark.parametrize(
    ("status", "body", "end"),
    [
        (503, b"", ServiceUnavailable),
        (401, b"", ServiceUnavailable),
        (500, b"", ProcessingFailed),
        (502, b"", OutcomeUnknown),
        (200, b"", OutcomeUnknown),
        (200, b'{"status": 200', OutcomeUnknown),
        (200, b"[]\n[]", OutcomeUnknown),
        (200, b'{"status": 200}', OutcomeUnknown),
        (200, b'{"status": "200"}\n{"status": 200}', OutcomeUnknown),
        (200, b'{"result": 1}\n{"result": 2}', OutcomeUnknown),
    ],
)
def test_an_answer_that_does_not_tell_of_each_line_tells_of_none(
    service: Service, forwarder: HttpForwarder, status: int, body: bytes, end: type[GatewayError]
):
    service.behave = answering(status, body)

    assert [type(each) for each in forwarder.forward_all([message(), message()])] == [end] * 2


@pytest.mark.parametrize(("behave", "end"), [(reset, OutcomeUnknown), (cut_off, OutcomeUnknown)])
def test_what_became_of_a_lost_batch_is_not_known(service: Service, forwarder: HttpForwarder, behave, end):
    service.behave = behave

    assert [type(each) for each in forwarder.forward_all([message(), message()])] == [end] * 2


def test_batches_that_nobody_takes_open_the_breaker_of_single_messages_too():
    forwarder = forwarder_to(refused_url())

    for _ in range(5):
        assert [type(end) for end in forwarder.forward_all([message()])] == [ServiceUnavailable]

    assert not forwarder._breaker.allows()


def test_no_messages_make_no_request(service: Service, forwarder: HttpForwarder):
    assert forwarder.forward_all([]) == []
    assert service.requests == []
