"""What must hold for any text."""

import json
from typing import Any

from gateway.screening.findings import Finding
from gateway.screening.redaction import Operator, redact
from gateway.screening.screener import build_screener


class Promises:
    """Screens a text in each place where one can stand, and raises if a promise is broken."""

    def __init__(self) -> None:
        self._screener = build_screener(budget_ms=5000)

    def check(self, text: str) -> None:
        """
        Check *text* as it is, as a value and a key of an object, and inside a JSON string.

        Raises:
            AssertionError: a promise is broken.
        """
        self._check_value(text)
        self._check_value({"metadata": {"note": text}})
        self._check_value({text: "x"})
        self._check_value({"text": json.dumps({"first_name": text})})

    def _check_value(self, value: Any) -> None:
        findings = self._screener.screen(value)
        for finding in findings:
            whole = str(finding.location[-1]) if finding.key else _at(value, finding)
            _promise(0 <= finding.start < finding.end <= len(whole), "offsets lie inside the text", finding)
            _promise(0 < finding.score <= 1, "a score is a share of one", finding)
        if isinstance(value, str):
            self._check_redaction(value, findings)
        redact(value, findings, {}, b"key")

    def _check_redaction(self, text: str, findings: list[Finding]) -> None:
        """Check that all that was found is gone, nothing else is, and that a stand-in is no finding."""
        operators = {finding.entity_type: Operator.REPLACE for finding in findings}
        redacted = redact(text, findings, operators, b"key")
        expected, stand_ins, position = "", [], 0
        for finding in sorted(findings, key=lambda each: each.start):
            _promise(finding.start >= position, "findings do not overlap", finding)
            expected += text[position : finding.start]
            stand_ins.append((len(expected), len(expected) + len(finding.entity_type) + 2))
            expected += f"<{finding.entity_type}>"
            position = finding.end
        expected += text[position:]
        _promise(redacted == expected, "what is redacted is what was found", *findings)
        for again in self._screener.screen(redacted):
            inside = any(start <= again.start and again.end <= end for start, end in stand_ins)
            _promise(not inside, "a stand-in is no finding", again)


def _at(value: Any, finding: Finding) -> str:
    for step in finding.location:
        value = value[step]
    return str(value)


def _promise(kept: bool, promise: str, *findings: Finding) -> None:  # noqa: FBT001 - it reads like an assert
    if not kept:
        raise AssertionError(f"{promise}: {[(each.entity_type, each.start, each.end) for each in findings]}")
