"""What the scorer of the corpora asks: the shipped screener, and what the shipped policy would act on."""

from functools import cache

from gateway.screening.screener import Screener, build_screener

_ACTED_UPON = 0.5


@cache
def _screener() -> Screener:
    return build_screener(budget_ms=60_000)


def find(text: str) -> list[tuple[int, int, str, float]]:
    """Return start, end, kind and score of what is found in *text*."""
    findings = _screener().screen(text)
    return [(each.start, each.end, each.entity_type, each.score) for each in findings if each.score >= _ACTED_UPON]
