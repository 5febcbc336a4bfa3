"""Taking out what may not go on, with the operators and the keys of this mesh."""

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.policy.rules import Policy
from gateway.screening.findings import Finding
from gateway.screening.redaction import Keys, Operator, redact
from gateway.screening.screener import Screener


class Redactor:
    """Redacts messages before they go on, and results before anybody sees them."""

    def __init__(self, screener: Screener, policy: Policy, *, operators: Mapping[str, Operator], keys: Keys) -> None:
        self._screener = screener
        self._policy = policy
        self._operators = operators
        self._keys = keys

    def redact(self, value: Any, findings: Sequence[Finding]) -> Any:
        """Return *value* without these findings."""
        return redact(value, findings, self._operators, self._keys) if findings else value

    def show(self, value: Any, findings: Sequence[Finding]) -> Any:
        """
        Return *value* without these findings for whoever asks what would become of it.

        The keys are used once: else values could be guessed by asking for their hashes.
        """
        return redact(value, findings, self._operators, Keys.throw_away()) if findings else value

    def clean(self, kind: str, result: Any) -> Any:
        """
        Return a result for a message of *kind* without the findings that the policy does not allow.

        Raises:
            ScreeningUnavailable: it could not be screened, so it goes nowhere.
        """
        return self.redact(result, self._policy.not_allowed(kind, self._screener.screen(result)))
