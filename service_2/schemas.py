"""The bodies of the processing API."""

from typing import Any

from pydantic import ConfigDict, Field, StrictStr

from gateway.web.bodies import RequestModel


class ProcessIn(RequestModel):
    """A screened message."""

    model_config = ConfigDict(extra="forbid")

    id: StrictStr = Field(min_length=1, max_length=64)
    kind: StrictStr = Field(min_length=1, max_length=64)
    text: StrictStr
    metadata: dict[str, Any] = Field(default_factory=dict)
