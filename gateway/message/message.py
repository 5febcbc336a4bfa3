"""The message."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Delivery(StrEnum):
    """How the sender wants a message delivered."""

    AUTO = "auto"  #: the policy's routes decide
    SYNC = "sync"  #: answered at once by the processing service
    QUEUED = "queued"  #: as a task


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message as it arrived. Nothing in the house edits it: a redacted one is a new one."""

    id: str  #: UUIDv7
    request_id: str
    caller: str  #: name of the key it came with
    kind: str  #: one of the declared kinds
    delivery: Delivery
    text: str = field(repr=False)  #: may hold personal data
    metadata: Mapping[str, Any] = field(repr=False)  #: may hold personal data

    @property
    def content(self) -> dict[str, Any]:
        """What has to be screened, keyed as the findings' paths name it."""
        return {"text": self.text, "metadata": self.metadata} if self.metadata else {"text": self.text}
