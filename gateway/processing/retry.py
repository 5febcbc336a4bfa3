"""Whether and when a failed attempt is tried again, as a value."""

import random
from dataclasses import dataclass

from gateway.errors import GatewayError, PermanentFailure


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Exponential back-off with full jitter."""

    max_attempts: int
    base_s: float = 2.0
    longest_s: float = 300.0

    def delay_ms(self, failures: int, error: BaseException) -> int | None:
        """
        Return how long to wait before the next attempt, or None where there is none.

        Args:
            failures: how many attempts failed before this one.
            error: why this one did; a `PermanentFailure` is never tried again.
        Source: "full jitter" of the AWS Architecture Blog, 2015.
        """
        if isinstance(error, PermanentFailure) or failures + 1 >= self.max_attempts:
            return None
        ceiling = min(self.longest_s, self.base_s * 2**failures)
        return int(random.uniform(0, ceiling) * 1000)  # noqa: S311 - spreads load, guards nothing


def error_code(error: BaseException) -> str:
    """Name an error for the ledger by its class and code; its text may quote the task."""
    kind = type(error).__name__
    return f"{kind}: {error.code}" if isinstance(error, GatewayError) else kind
