"""Three messages through the gate, to see that the mesh does what it is for. The people in them are invented."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import requests

from gateway.errors import GatewayError

_TIMEOUT_S: Final = 15
_FOLLOW_S: Final = 60
_POLL_S: Final = 0.2
_QUEUED: Final = 202
_HELD: Final = frozenset({"personal_data", "secret"})  #: refusals for what was found; others are no verdict
_ENDED: Final = frozenset({"completed", "failed", "canceled"})
_SAMPLES: Final = (
    ("a plain one", {"text": "The ferry leaves at noon, and there will be soup on board.", "delivery": "sync"}),
    ("a queued one", {"text": "Please count these words when there is time for it.", "delivery": "queued"}),
    ("one with a card", {"text": "I am Mira Oldenkamp, mira@oldenkamp-boats.com, card 4111 1111 1111 1111."}),
)


class TrialFailed(GatewayError):
    """The mesh is up, but does not take messages."""

    code = "trial_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of a sample."""

    sample: str
    status: int
    words: str  #: outcome and findings; names of ours only


def send_samples(url: str, *, key: str | None = None) -> list[Verdict]:
    """
    Send the samples to the gate at *url*, with *key* where it does not take messages without one.

    Raises:
        TrialFailed: there was no answer, or one that is no verdict.
    """
    with requests.Session() as session:
        session.trust_env = False  # a proxy of the user's is not on the way to this machine
        if key:
            session.headers["Authorization"] = f"Bearer {key}"
        try:
            return [_send(session, url, sample, body) for sample, body in _SAMPLES]
        except (requests.RequestException, ValueError, KeyError, TypeError) as error:
            raise TrialFailed(
                f"the mesh runs, but a sample message got no proper answer: {type(error).__name__}"
            ) from None


def _send(session: requests.Session, url: str, sample: str, body: Mapping[str, Any]) -> Verdict:
    answer = session.post(f"{url}/producer/messages", json=body, timeout=_TIMEOUT_S)
    if not answer.ok and (code := _code_of(answer)) not in _HELD:
        got = f"{answer.status_code} {code}".rstrip()
        raise TrialFailed(f"the mesh runs, but {sample} of the sample messages got {got}")
    told = answer.json()
    outcome = told["outcome"] if answer.ok else "held"
    words = f"{outcome}, {_what_was_found(told)}"
    if answer.status_code == _QUEUED:
        words += f", its task {_follow(session, url + answer.headers['Location'])}"
    return Verdict(sample=sample, status=answer.status_code, words=words)


def _code_of(answer: requests.Response) -> str:
    try:
        return str(answer.json()["code"])
    except (ValueError, LookupError, TypeError):  # not of our making
        return ""


def _what_was_found(told: Mapping[str, Any]) -> str:
    kinds = sorted({str(finding["entity_type"]) for finding in told.get("findings", [])})
    return f"found {', '.join(kinds)}" if kinds else "nothing found"


def _follow(session: requests.Session, address: str) -> str:
    deadline = time.monotonic() + _FOLLOW_S
    while time.monotonic() < deadline:
        status = str(session.get(address, timeout=_TIMEOUT_S).json()["status"])
        if status in _ENDED:
            return status
        time.sleep(_POLL_S)
    raise TrialFailed(f"the mesh runs, but the queued sample message is still {status} after {_FOLLOW_S} s")
