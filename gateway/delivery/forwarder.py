"""The forwarder's contract."""

from collections.abc import Sequence
from typing import Any, Protocol

from gateway.errors import GatewayError
from gateway.message.message import Message


class Forwarder(Protocol):
    """Hands a message to the processing service and waits for its answer."""

    def forward(self, message: Message) -> Any:
        """
        Return what the service answered, any JSON value.

        Raises:
            ServiceUnavailable: it did not take the message, or cannot do its part now; nothing was done.
            OutcomeUnknown: it took the message, and what became of it is not known.
            ProcessingFailed: it took the message, and failed on it.
        """

    def forward_all(self, messages: Sequence[Message]) -> list[Any | GatewayError]:
        """
        Return what `forward` would return or raise for each, in their order; they go together, in one request.

        Meant for messages that are quickly done: the wait for all of them is as long as that for one.
        """

    def ping(self) -> None:
        """
        Do the least that shows that the service answers.

        Raises:
            ServiceUnavailable: it does not.
        """
