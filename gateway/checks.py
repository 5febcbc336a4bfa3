"""Trials at start-up: what is wrong with a configuration stops the start with one line."""

from collections.abc import Iterable

from gateway.errors import InvalidSetting
from gateway.ledger.database import new_engine
from gateway.processing.processors import load_processors
from gateway.screening.screener import build_screener
from gateway.settings import LOOPBACK, Settings


def try_out(settings: Settings) -> None:
    """
    Try what can be tried without starting anything.

    Raises:
        InvalidSetting: the first thing that is wrong.
    """
    try_anonymous(settings, settings.bind)
    new_engine(settings.ledger_url).dispose()
    load_processors(settings.processing.processors)
    screening = settings.screening
    screener = build_screener(screening.detectors, screening.patterns, budget_ms=settings.screening_budget_ms)
    kinds = settings.declared_kinds
    for at, rule in enumerate(settings.policy.rules):
        _try_names(f"policy.rules.{at}.when.entity_types", rule.when.entity_types, screener.supported)
        _try_names(f"policy.rules.{at}.when.kinds", rule.when.kinds, kinds.all)
    for at, route in enumerate(settings.routes):
        _try_names(f"routes.{at}.when.kinds", route.when.kinds, kinds.messages)
    _try_names("policy.operators", settings.policy.operators, screener.supported)
    _try_names("processing.pools", settings.processing.pools, settings.processing.processors)


def try_anonymous(settings: Settings, address: str) -> None:
    """
    Check that nobody else is let in by the rule that was made for this machine's user.

    Raises:
        InvalidSetting: anonymous callers are clients, and *address* is no loopback one.
    """
    if settings.anonymous == "client" and address.strip("[]") not in LOOPBACK:
        raise InvalidSetting(
            f"GATEWAY_ANONYMOUS is client, and GATEWAY_BIND is {address}: everybody who reaches it would get in. "
            "Set GATEWAY_ANONYMOUS=none, or client-anywhere if that is meant"
        )


def _try_names(setting: str, given: Iterable[str], known: Iterable[str]) -> None:
    """A mistyped name would match nothing, and nobody would notice."""
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise InvalidSetting(f"gateway.toml: {setting}: {unknown[0]} is not known; known: {', '.join(sorted(known))}")
