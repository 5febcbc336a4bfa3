"""What people write: made up, and found by the shipped detectors."""

from functools import cache
from typing import Any

from gateway.message.ids import new_id
from gateway.message.message import Delivery, Message
from gateway.screening.findings import Finding
from gateway.screening.patterns import Candidate, Family, Pattern
from gateway.screening.screener import Screener, build_screener

EMAIL = "anna.schmidt@fastmail.com"
CARD = "4111 1111 1111 1111"
SECRET = "AKIAQYLPMN5HFIQR7XYA"
CLEAN = "The parcel arrives on Tuesday."
WITH_EMAIL = f"Please write to {EMAIL} soon."
WITH_SECRET = f"The key is {SECRET} for now."


@cache
def screener() -> Screener:
    """The shipped one; it keeps nothing, so that all tests may share it."""
    return build_screener()


def broken_screener() -> Screener:
    """One whose detector fails, with the text in its exception."""

    def fail(candidate: Candidate) -> Candidate | None:
        raise RuntimeError(candidate.data.decode())

    pattern = Pattern(name="any", entity_type="ANYTHING", regex=r"\w+", score=0.9, check=fail)
    return Screener([Family(name="broken", patterns=(pattern,))])


def message(text: str = CLEAN, **fields: Any) -> Message:
    usual: dict[str, Any] = {
        "id": new_id(),
        "request_id": "0" * 32,
        "caller": "shop",
        "kind": "message",
        "delivery": Delivery.AUTO,
        "metadata": {},
    }
    return Message(**{**usual, "text": text, **fields})


def finding(entity_type: str = "EMAIL_ADDRESS", score: float = 0.9, **fields: Any) -> Finding:
    usual: dict[str, Any] = {"location": ("text",), "path": "/text", "start": 3, "end": 9}
    return Finding(**{**usual, "entity_type": entity_type, "score": score, **fields})
