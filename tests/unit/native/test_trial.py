import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from harness.service import Service, answer, answering, running_service

from gateway.native.trial import TrialFailed, send_samples

FOUND = [{"entity_type": "CREDIT_CARD"}, {"entity_type": "CREDIT_CARD"}]


@pytest.fixture
def gate() -> Iterator[Service]:
    with running_service() as service:
        yield service


def mesh_that_is_well(gate: Service, *, held_as: str = "personal_data"):
    def behave(handler: BaseHTTPRequestHandler) -> None:
        command, _, _, body = gate.requests[-1]
        if command == "GET":
            answer(handler, 200, b'{"status": "completed"}')
        elif b"queued" in body:
            answer(handler, 202, b'{"outcome": "queued", "findings": []}', Location="/producer/tasks/7")
        elif b"card" in body:
            answer(handler, 422, json.dumps({"code": held_as, "findings": FOUND}).encode())
        else:
            answer(handler, 200, b'{"outcome": "forwarded", "findings": []}')

    return behave


def refusing(status: int, told: Any):
    return answering(status, json.dumps(told).encode())


@pytest.mark.parametrize("held_as", ["personal_data", "secret"])
def test_the_samples_are_told_with_what_became_of_them(gate: Service, held_as: str):
    gate.behave = mesh_that_is_well(gate, held_as=held_as)

    verdicts = send_samples(gate.url)

    assert [(one.status, one.words) for one in verdicts] == [
        (200, "forwarded, nothing found"),
        (202, "queued, nothing found, its task completed"),
        (422, "held, found CREDIT_CARD"),
    ]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "malformed_body"),
        (401, "unauthenticated"),
        (408, "request_timeout"),
        (413, "body_too_large"),
        (415, "unsupported_media_type"),
        (422, "unknown_kind"),
        (429, "backlog_full"),
        (503, "ledger_unavailable"),
    ],
)
def test_a_refusal_for_another_reason_is_no_verdict_and_told_with_its_code(gate: Service, status: int, code: str):
    gate.behave = refusing(status, {"code": code, "status": status})

    with pytest.raises(TrialFailed, match=f"a plain one of the sample messages got {status} {code}$"):
        send_samples(gate.url)


@pytest.mark.parametrize("told", [[], "", None, 7, {}, {"code": []}])
@pytest.mark.parametrize("status", [200, 422, 502])
def test_what_no_mesh_would_answer_is_one_line(gate: Service, status: int, told: Any):
    gate.behave = refusing(status, told)

    with pytest.raises(TrialFailed, match=r"^the mesh runs, but .*\Z"):
        send_samples(gate.url)
