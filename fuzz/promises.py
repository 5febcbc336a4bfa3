"""What must hold for any text."""

import json
import re
from collections.abc import Iterable
from typing import Any, Final

from gateway.screening.detectors import shipped
from gateway.screening.finder import Finder
from gateway.screening.findings import Finding, Location
from gateway.screening.overlaps import SURE, Found
from gateway.screening.redaction import Keys, Operator, redact
from gateway.screening.screener import build_screener
from gateway.screening.walk import strings

_STAND_INS: Final = {
    Operator.REPLACE: "<{type}>",
    Operator.MASK: r"\*{{{length}}}",
    Operator.REMOVE: "",
    Operator.HASH: "<{type}:[b-t]{{16}}>",
    Operator.TOKEN: "<{type}:tok_[b-t]+>",
}


class Promises:
    """Screens a text in each place where one can stand, and raises if a promise is broken."""

    def __init__(self) -> None:
        families = shipped().values()
        keyed = [each for family in families for each in family.keyed]
        self._finder = Finder([pattern for family in families for pattern in family.patterns], keyed)
        self._screener = build_screener(budget_ms=5000)
        self._keys = Keys.throw_away()

    def check(self, text: str, operator: Operator) -> None:
        """
        Check *text* as it is, as a value and a key of an object, and inside a JSON string.

        Args:
            operator: what is put in the place of all that is found.
        Raises:
            AssertionError: a promise is broken.
        """
        for name in ("", "password"):
            self._check_coverage(text, name)
        self._check_value(text, operator)
        self._check_value({"metadata": {"note": text, "password": text}}, operator)
        self._check_value({text: "x"}, operator)
        self._check_value({"text": json.dumps({"first_name": text})}, operator)

    def _check_coverage(self, text: str, name: str) -> None:
        """Check that what a rule was sure of is in the findings, whichever of them won; digits may be misread."""
        opened = self._finder.open(text, name)
        candidates = self._finder.candidates(opened, lambda: None) if opened else []
        sure = _covered(each for each in candidates if each.score >= SURE)
        for at in sure - _covered(self._screener.find(text, name=name)):
            _promise(not text[at].isalpha(), f"no letter is let go that was found, as at {at}")

    def _check_value(self, value: Any, operator: Operator) -> None:
        """Check that all that was found is gone, nothing else is, and that a stand-in is no finding."""
        findings = self._screener.screen(value)
        redacted = redact(value, findings, dict.fromkeys(self._screener.supported, operator), self._keys)
        places: dict[tuple[Location, bool], list[tuple[int, int]]] = {}
        for (location, text, is_key), (at, after, _) in zip(strings(value), strings(redacted), strict=True):
            found = [each for each in findings if (each.location, each.key) == (location, is_key)]
            match = re.fullmatch(
                _redacted(text, found, operator) + ("(?:_[0-9]+)?" if is_key else ""), after, re.DOTALL
            )
            _promise(match is not None, f"what is redacted is what was found ({operator})", *found)
            places[at, is_key] = _joined(match.span(group) for group in range(1, len(found) + 1)) if match else []
        for again in self._screener.screen(redacted):
            inside = any(start <= again.start and again.end <= end for start, end in places[again.location, again.key])
            _promise(not inside, f"a stand-in is no finding ({operator})", again)


def _redacted(text: str, found: list[Finding], operator: Operator) -> str:
    """Return the expression for *text* without what was *found*, with a group for each that stands in."""
    expected, position = "", 0
    for finding in found:
        _promise(
            position <= finding.start < finding.end <= len(text), "findings are places in the text, apart", finding
        )
        _promise(0 < finding.score <= 1, "a score is a share of one", finding)
        stand_in = _STAND_INS[operator].format(type=finding.entity_type, length=finding.end - finding.start)
        expected += f"{re.escape(text[position : finding.start])}({stand_in})"
        position = finding.end
    return expected + re.escape(text[position:])


def _joined(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return *places*, in order; those that touch are one."""
    joined: list[tuple[int, int]] = []
    for start, end in places:
        if joined and joined[-1][1] == start:
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    return joined


def _covered(found: Iterable[Found]) -> set[int]:
    return {at for each in found for at in range(each.start, each.end)}


def _promise(kept: bool, promise: str, *findings: Finding) -> None:  # noqa: FBT001 - it reads like an assert
    if not kept:
        raise AssertionError(f"{promise}: {[(each.entity_type, each.start, each.end) for each in findings]}")
