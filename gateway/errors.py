"""
What can go wrong, as types. The edge (`gateway.web.problems`) turns each into an answer.

A docstring is the message that a client reads, `code` is for machines and never changes. No error carries
the text of a message or the value of a finding.
"""

from collections.abc import Sequence
from typing import ClassVar


class GatewayError(Exception):
    """Something went wrong inside the gateway."""

    code: ClassVar[str] = "internal_error"
    retryable: ClassVar[bool] = False  #: the same request may succeed later

    def __str__(self) -> str:
        """Return the first line of the docstring, or the words given to the constructor."""
        return super().__str__() or (type(self).__doc__ or "").strip().splitlines()[0]


class InvalidSetting(GatewayError):
    """A setting is wrong; the program does not start."""

    code = "invalid_setting"

    def __init__(self, reason: str = "", *, at: Sequence[str | int] = ()) -> None:
        """Say what is wrong, and where in `gateway.toml`: names of tables and keys, and places in arrays from 0."""
        super().__init__(f"{toml_path(at)}: {reason}" if at else reason)
        self.at = tuple(at)


def toml_path(path: Sequence[str | int]) -> str:
    """Write the path of a value in a TOML file for people: `screening.patterns[1].regex`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


class InvalidRequest(GatewayError):
    """The request does not have the right form."""

    code = "invalid_request"

    def __init__(self, reason: str, *, field: str = "") -> None:
        """
        Name the *field* (a JSON pointer, already safe to print) and say what is wrong with it.

        Neither may hold what the client sent.
        """
        super().__init__(reason)
        self.field = field


class MalformedBody(InvalidRequest):
    """The body cannot be read as what its Content-Type says."""

    code = "malformed_body"


class UnsupportedMediaType(InvalidRequest):
    """The Content-Type is not one that this address takes."""

    code = "unsupported_media_type"


class UnsupportedContentEncoding(UnsupportedMediaType):
    """The body has a Content-Encoding."""


class BodyTooLarge(InvalidRequest):
    """The body is larger than the gateway takes."""

    code = "body_too_large"


class UnknownKind(InvalidRequest):
    """No such kind is declared."""

    code = "unknown_kind"


class Unauthenticated(GatewayError):
    """No key was given, or not one that is known."""

    code = "unauthenticated"


class Forbidden(GatewayError):
    """The key's role does not allow this."""

    code = "forbidden"


class NotFound(GatewayError):
    """There is nothing at this address."""

    code = "not_found"


class TaskNotFound(NotFound):
    """There is no task with this id."""

    code = "task_not_found"


class TaskDeleted(GatewayError):
    """What was taken in under this Idempotency-Key is deleted by now; it is not done again."""

    code = "task_deleted"


class AlertNotFound(NotFound):
    """There is no alert with this id."""

    code = "alert_not_found"


class IdempotencyInFlight(GatewayError):
    """Another request with this Idempotency-Key is under way."""

    code = "idempotency_in_flight"
    retryable = True


class IdempotencyKeyReused(GatewayError):
    """The Idempotency-Key was sent with another request before."""

    code = "idempotency_key_reused"


class BacklogFull(GatewayError):
    """Too many tasks wait already, so nothing was taken."""

    code = "backlog_full"
    retryable = True

    def __init__(self, reason: str = "", *, retry_after_s: int = 1) -> None:
        """Say when there may be room again."""
        super().__init__(reason)
        self.retry_after_s = retry_after_s


class TaskAlreadyFinished(GatewayError):
    """The task has ended already."""

    code = "task_already_finished"


class TaskNotFinished(GatewayError):
    """The task has not ended: cancel it first."""

    code = "task_not_finished"


class TaskNotRetryable(GatewayError):
    """Only a failed or canceled task can start again."""

    code = "task_not_retryable"


class ScreeningUnavailable(GatewayError):
    """The message could not be screened, so it was not taken."""

    code = "screening_unavailable"
    retryable = True


class LedgerUnavailable(GatewayError):
    """The ledger cannot be written, so nothing was taken."""

    code = "ledger_unavailable"
    retryable = True


class BrokerUnavailable(GatewayError):
    """The broker did not take a task's id; the ledger has the task, and the monitor launches it later."""

    code = "broker_unavailable"
    retryable = True


class WorkersSilent(GatewayError):
    """No worker of the pool answers."""

    code = "workers_silent"
    retryable = True


class ServiceUnavailable(GatewayError):
    """The processing service is not available; nothing was forwarded."""

    code = "service_unavailable"
    retryable = True


class OutcomeUnknown(GatewayError):
    """The processing service took the message and did not answer in time."""

    code = "outcome_unknown"


class ProcessingFailed(OutcomeUnknown):
    """The processing service failed on the message; what it did until then may stay."""

    code = "processing_failed"


class LedgerOutcomeUnknown(OutcomeUnknown, LedgerUnavailable):
    """The ledger did not answer in time: what was asked for may have been written down, or still be."""

    retryable = False  # it might be done twice


class PermanentFailure(GatewayError):
    """A processor says that trying again cannot help."""

    code = "permanent_failure"


class TryLater(GatewayError):
    """What a task depends on cannot do its part now."""

    code = "try_later"
    retryable = True

    def __init__(self, reason: str = "", *, after_s: float = 0) -> None:
        """Say how many seconds to wait at least, where the other side asks for it; within bounds it is heard."""
        super().__init__(reason)
        self.after_s = after_s


class Canceled(GatewayError):
    """The task was canceled, or is no longer this worker's; the processor should stop."""

    code = "canceled"
