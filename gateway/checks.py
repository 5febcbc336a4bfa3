"""Trials at start-up: what is wrong with a configuration stops the start with one line."""

import difflib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from gateway.database_engine import new_engine
from gateway.errors import InvalidSetting, PermanentFailure, toml_path
from gateway.kinds import READY_MADE, WEBHOOK
from gateway.policy.rules import RouteWhen, RuleWhen
from gateway.processing.job import Job
from gateway.processing.processors import ARGUMENTS, load_processors
from gateway.screening.detectors import is_users_own, shipped, users_own
from gateway.screening.patterns import Detector, Family
from gateway.screening.screener import Screener, build_screener
from gateway.settings import LOOPBACK, Settings, located
from gateway.wiring import build_recommender, build_schedules

_When = TypeVar("_When", RuleWhen, RouteWhen)


def try_out(settings: Settings) -> list[str]:
    """
    Try what can be tried without starting anything, and return what is probably not meant, one line each.

    Raises:
        InvalidSetting: the first thing that is wrong, with its line if it stands in `gateway.toml`.
    """
    try:
        return [str(located(each, settings.home)) for each in _tried(settings)]
    except InvalidSetting as error:
        raise located(error, settings.home) from None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDetector:
    """A detector that was not shipped."""

    name: str
    at: tuple[str | int, ...]  #: where it stands in `gateway.toml`
    detector: Detector


def own_detectors(settings: Settings) -> Iterator[OwnDetector]:
    """
    Yield what `[[screening.patterns]]` and `[screening] detectors` name beyond the shipped ones.

    Raises:
        InvalidSetting: one of them does not compile.
    """
    for number, spec in enumerate(settings.screening.patterns):
        family = Family(name=spec.entity_type, patterns=(spec.as_pattern(),))
        yield _compiled(OwnDetector(name=spec.entity_type, at=("screening", "patterns", number), detector=family))
    for number, name in enumerate(settings.screening.detectors):
        if is_users_own(name):
            at = ("screening", "detectors", number)
            yield _compiled(OwnDetector(name=name, at=at, detector=users_own(name, at=at)))


def _compiled(own: OwnDetector) -> OwnDetector:
    try:
        Screener((own.detector,))
    except InvalidSetting as error:
        raise InvalidSetting(str(error), at=own.at) from None
    return own


def _tried(settings: Settings) -> list[InvalidSetting]:
    try_anonymous(settings, settings.bind)
    new_engine(settings.ledger_url).dispose()
    load_processors(settings.processing.processors)
    build_recommender(settings)
    list(own_detectors(settings))
    screening = settings.screening
    if not (screening.detectors or screening.patterns or screening.model):
        raise InvalidSetting(
            "nothing would be looked for; '*' stands for all shipped ones", at=("screening", "detectors")
        )
    screener = build_screener(
        screening.detectors, screening.patterns, budget_ms=settings.screening_budget_ms, model=screening.model
    )
    kinds = settings.declared_kinds
    warnings = [
        *_try_rules(settings, screener.supported),
        *_try_entity_types(("policy", "operators"), settings.policy.operators, screener.supported),
        *_unreachable(("routes",), [route.when for route in settings.routes]),
        *_stand_ins(settings.processing.processors),
    ]
    build_schedules(settings)
    _try_schedules(settings)
    for number, route in enumerate(settings.routes):
        _try_names(("routes", number, "when", "kinds"), route.when.kinds, kinds.messages)
    _try_names(("processing", "pools"), settings.processing.pools, settings.processing.processors)
    _try_names(("processing", "limits"), settings.processing.limits, kinds.all | {WEBHOOK})
    return warnings


def _try_schedules(settings: Settings) -> None:
    """What a ready-made job cannot do, it could not do at any due time."""
    for number, table in enumerate(settings.schedule):
        read = ARGUMENTS.get(table.kind)
        if read is None or table.kind in settings.processing.processors:
            continue
        try:
            read(Job(id="", kind=table.kind, attempt=1, content=table.content, args=table.args))
        except PermanentFailure:
            at = ("schedule", number, "args")
            raise InvalidSetting(f"{table.kind} takes no such args; /docs tells what it takes", at=at) from None


def _try_rules(settings: Settings, supported: Iterable[str]) -> Iterator[InvalidSetting]:
    rules = settings.policy.rules
    for number, rule in enumerate(rules):
        at = ("policy", "rules", number, "when")
        _try_names((*at, "kinds"), rule.when.kinds, settings.declared_kinds.all)
        yield from _try_entity_types((*at, "entity_types"), rule.when.entity_types, supported)
    yield from _unreachable(("policy", "rules"), [rule.when for rule in rules])


def _try_entity_types(
    at: tuple[str | int, ...], given: Iterable[str], supported: Iterable[str]
) -> Iterator[InvalidSetting]:
    """A mistyped name would let pass what it was meant to hold; one whose detector is left out may be meant."""
    families = shipped().values()
    known = {pattern.entity_type for family in families for pattern in family.patterns}
    known |= {keyed.entity_type for family in families for keyed in family.keyed}
    _try_names(at, given, known.union(supported))
    unused = sorted(set(given) - set(supported))
    if unused:
        yield InvalidSetting(f"no detector that is in use finds {', '.join(unused)}", at=at)


def _try_names(at: tuple[str | int, ...], given: Iterable[str], known: Iterable[str]) -> None:
    """A mistyped name would match nothing, and nobody would notice."""
    names = sorted(known)
    for name in sorted(set(given).difference(names)):
        close = difflib.get_close_matches(name, names, n=1)
        known = f"known: {', '.join(names)}" if names else "none is declared"
        hint = f"did you mean {close[0]}?" if close else known
        raise InvalidSetting(f"{name} is not known; {hint}", at=at)


def _stand_ins(processors: Iterable[str]) -> Iterator[InvalidSetting]:
    for kind in sorted(READY_MADE.keys() & set(processors)):
        yield InvalidSetting("this takes the place of a ready-made job", at=("processing", "processors", kind))


def _unreachable(at: tuple[str | int, ...], conditions: Sequence[_When]) -> Iterator[InvalidSetting]:
    for number, when in enumerate(conditions):
        earlier = next((n for n, each in enumerate(conditions[:number]) if each.covers(when)), None)
        if earlier is not None:
            taken = toml_path((*at, earlier))
            yield InvalidSetting(f"nothing comes as far as this: {taken} takes all of it", at=(*at, number))
