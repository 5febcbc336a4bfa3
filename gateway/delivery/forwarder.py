"""The forwarder's contract."""

from typing import Any, Protocol

from gateway.message.message import Message


class Forwarder(Protocol):
    """Hands a message to the processing service and waits for its answer."""

    def forward(self, message: Message) -> Any:
        """
        Return what the service answered, any JSON value.

        Raises:
            ServiceUnavailable: it did not take the message; nothing was done.
            OutcomeUnknown: it took the message, and what became of it is not known.
        """

    def ping(self) -> None:
        """
        Do the least that shows that the service answers.

        Raises:
            ServiceUnavailable: it does not.
        """
