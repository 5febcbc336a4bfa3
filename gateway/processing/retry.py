"""Whether and when a failed attempt is tried again, as a value."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gateway.errors import GatewayError, PermanentFailure, TryLater
from gateway.kinds import WEBHOOK


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Exponential back-off with full jitter."""

    max_attempts: int
    base_s: float = 2.0
    factor: float = 2.0  #: from one wait to the next
    longest_s: float = 300.0

    def delay_ms(self, failures: int, error: BaseException, *, attempts: int | None = None) -> int | None:
        """
        Return how long to wait before the next attempt, or None where there is none.

        Args:
            failures: how many attempts failed before this one.
            error: why this one did; a `PermanentFailure` is never tried again, a `TryLater` not before the time that
                it asks for, where that is not beyond the longest wait.
            attempts: how many there are for this kind, where it has a number of its own.
        Source: "full jitter" of the AWS Architecture Blog, 2015.
        """
        if isinstance(error, PermanentFailure) or failures + 1 >= (attempts or self.max_attempts):
            return None
        ceiling = min(self.longest_s, self.base_s * self.factor**failures)
        asked = min(self.longest_s, error.after_s) if isinstance(error, TryLater) else 0.0
        return int((asked + random.uniform(0, ceiling)) * 1000)  # noqa: S311 - spreads load, guards nothing


#: Of kinds whose other side may be away for hours: eight tries within eight hours, the second after seconds.
OWN_POLICIES: Final[Mapping[str, RetryPolicy]] = {
    WEBHOOK: RetryPolicy(max_attempts=8, base_s=5.0, factor=4.0, longest_s=21_600.0)
}


def error_code(error: BaseException) -> str:
    """Name an error for the ledger by its class and code; its text may quote the task."""
    kind = type(error).__name__
    return f"{kind}: {error.code}" if isinstance(error, GatewayError) else kind
