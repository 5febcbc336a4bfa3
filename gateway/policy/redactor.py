"""Taking out what may not go on, with the operators and the key of this mesh."""

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.policy.rules import Policy
from gateway.screening.findings import Finding
from gateway.screening.redaction import Operator, redact
from gateway.screening.screener import Screener


class Redactor:
    """Redacts messages before they go on, and results before anybody sees them."""

    def __init__(
        self, screener: Screener, policy: Policy, *, operators: Mapping[str, Operator], hash_key: bytes
    ) -> None:
        self._screener = screener
        self._policy = policy
        self._operators = operators
        self._hash_key = hash_key

    def redact(self, value: Any, findings: Sequence[Finding], *, hash_key: bytes | None = None) -> Any:
        """Return *value* without these findings; with *hash_key*, hashed under that instead of the mesh's."""
        return redact(value, findings, self._operators, hash_key or self._hash_key) if findings else value

    def clean(self, kind: str, result: Any) -> Any:
        """
        Return a result for a message of *kind* without the findings that the policy does not allow.

        Raises:
            ScreeningUnavailable: it could not be screened, so it goes nowhere.
        """
        return self.redact(result, self._policy.not_allowed(kind, self._screener.screen(result)))
