"""Where the parts are chosen and put together. Real ones here; tests give others by argument."""

import importlib.metadata
import os
import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from gateway.access.keys import KeyStore
from gateway.alerts.alarm import Alarm
from gateway.alerts.files import ReportFolder
from gateway.batch import BatchIntake
from gateway.delivery.backlog import Backlog
from gateway.delivery.callbacks import WebhookSender
from gateway.delivery.celery_queue import CeleryQueue, celery_app
from gateway.delivery.celery_workers import CeleryWorkers
from gateway.delivery.http_forwarder import HttpForwarder
from gateway.delivery.probe import HealthProbe
from gateway.errors import InvalidSetting
from gateway.journal import Journal
from gateway.kinds import RECOMMENDATIONS, WEBHOOK, Pool
from gateway.ledger.figures import Figures
from gateway.ledger.ledger import Ledger
from gateway.ledger.rows import to_json
from gateway.ledger.sql import SqlLedger
from gateway.policy.redactor import Redactor
from gateway.policy.rules import Policy
from gateway.presidio.analyzer import Analyzer
from gateway.processing.duties import Duties
from gateway.processing.health_checks import Check, HealthChecks
from gateway.processing.job import Processor
from gateway.processing.limits import Limit, Room
from gateway.processing.monitor import Monitor
from gateway.processing.processors import load_processors
from gateway.processing.processors.recommend.remote import RemoteRecommender
from gateway.processing.processors.webhook import deliverer
from gateway.processing.recovery import Recovery
from gateway.processing.retry import OWN_POLICIES, RetryPolicy
from gateway.processing.runner import Runner, Work
from gateway.processing.schedules import Schedule, Schedules
from gateway.processing.scribe import Scribe
from gateway.processing.timing import Timing
from gateway.screening.detectors import load_detectors
from gateway.screening.findings import Finding
from gateway.screening.redaction import Keys, Operator
from gateway.screening.screener import Screener, build_screener
from gateway.screening.tokens import TokenKeys
from gateway.settings import Settings
from gateway.web.credentials import Credentials
from gateway.web.health import Dependency
from gateway.web.idempotency import IdempotencyKeys

_FILE_BUDGET_MS: Final = 60_000  #: nobody waits for an answer: a piece of a file may take longer than a message
GATHER_S: Final = 0.003  #: about what the next requests need of those that were answered together


def version() -> str:
    """Return the version of this distribution."""
    return importlib.metadata.version("portcullis")


def build_ledger(settings: Settings, *, gather_s: float = 0) -> SqlLedger:
    """Return the ledger; no connection is made before it is used. `gather_s` is that of `SqlLedger`."""
    return SqlLedger(settings.ledger_url, gather_s=gather_s)


def build_intake_parts(settings: Settings) -> dict[str, Any]:
    """Return what service_1 is made of, by the names of its parts."""
    ledger = build_ledger(settings, gather_s=GATHER_S)
    rules = build_rules(settings)
    queue = CeleryQueue(celery_app(settings.celery_broker_url, publisher=True))
    forwarder = HttpForwarder(
        settings.service_2_url,
        token=settings.mesh_token.get_secret_value(),
        timeout_s=settings.forward_timeout_s,
        connections=settings.web_threads,
    )
    journal = Journal()
    intake = BatchIntake(
        **rules,
        ledger=ledger,
        queue=queue,
        forwarder=forwarder,
        alarm=_alarm(settings, ledger),
        journal=journal,
        backlog=Backlog(ledger, limit=settings.backlog),
        callback_hosts=settings.allowed_callback_hosts,
    )
    dependencies = (
        Dependency(name="ledger", check=ledger.ping),
        _screening(rules),
        Dependency(name="service_2", check=forwarder.ping),
        Dependency(name="broker", check=queue.ping, needed=False),  # tasks are accepted, and launched later
    )
    return {
        "intake": intake,
        "analyzer": _analyzer(settings, rules["screener"]),
        "ledger": ledger,
        "figures": Figures(ledger),
        "journal": journal,
        "idempotency": IdempotencyKeys(
            settings.secret_key.get_secret_value().encode(), lease_ms=_key_lease_ms(settings)
        ),
        "credentials": Credentials(KeyStore(settings.ledger_url), settings.anonymous),
        "dependencies": dependencies,
        "version": version(),
    }


def renewed_intake_parts(settings: Settings, intake: BatchIntake, dependencies: Sequence[Dependency]) -> dict[str, Any]:
    """
    Return those parts of service_1 that the rules make, by their names, under the rules of *settings*.

    Raises:
        InvalidSetting: something of them is wrong.
    """
    rules = build_rules(settings)
    screening = _screening(rules)
    return {
        "intake": intake.under(**rules),
        "analyzer": _analyzer(settings, rules["screener"]),
        "dependencies": tuple(screening if each.name == screening.name else each for each in dependencies),
    }


def build_runner(settings: Settings, *, pool: str, room: Room, rules: Mapping[str, Any] | None = None) -> Runner:
    """Return what this process runs the tasks of *pool* with, in *room*, under *rules*, as `build_work` takes them."""
    ledger, journal = build_ledger(settings), Journal()
    return Runner(
        ledger,
        queue=CeleryQueue(celery_app(settings.celery_broker_url, publisher=True)),
        work=build_work(settings, rules=rules),
        scribe=Scribe(ledger, alarm=_alarm(settings, ledger), journal=journal),
        journal=journal,
        owner=worker_name(pool, os.getpid()),
        lease_ms=int(settings.lease_s * 1000),
        retry=RetryPolicy(max_attempts=settings.max_attempts),
        room=room,
    )


def build_recovery(settings: Settings) -> Recovery:
    """Return what settles the affairs of worker processes that are gone."""
    journal = Journal()
    ledger = build_ledger(settings)
    return Recovery(
        ledger,
        queue=CeleryQueue(celery_app(settings.celery_broker_url, publisher=True)),
        scribe=Scribe(ledger, alarm=_alarm(settings, ledger), journal=journal),
        journal=journal,
        retry=RetryPolicy(max_attempts=settings.max_attempts),
        limits=_limits(settings),
    )


def worker_name(pool: str, process: int) -> str:
    """Return what the ledger calls a process of *pool* on this host."""
    return f"{pool}@{socket.gethostname()}:{process}"


def build_work(settings: Settings, *, rules: Mapping[str, Any] | None = None) -> Work:
    """
    Return what a worker does with a task, and with its result, under *rules*; without them, they are built.

    Raises:
        InvalidSetting: something of it is wrong.
    """
    return Work(
        processors={
            WEBHOOK: deliverer(build_webhook_sender(settings)),
            **load_processors(settings.processing.processors),
            **build_recommender(settings),
        },
        clean_result=(rules or build_rules(settings))["redactor"].clean,
        limits=_limits(settings),
    )


def build_recommender(settings: Settings) -> dict[str, Processor]:
    """
    Return the processor of `recommendations` by its kind, where the settings name a service outside for it.

    Raises:
        InvalidSetting: they do not say which model to ask.
    """
    if not settings.recommender_url or RECOMMENDATIONS in settings.processing.processors:
        return {}
    if not settings.recommender_model:
        raise InvalidSetting("GATEWAY_RECOMMENDER_MODEL is not set, and GATEWAY_RECOMMENDER_URL is")
    recommender = RemoteRecommender(
        settings.recommender_url,
        model=settings.recommender_model,
        key=settings.recommender_key.get_secret_value(),
        timeout_s=settings.recommender_timeout_s,
    )
    return {RECOMMENDATIONS: recommender}


def build_webhook_sender(settings: Settings) -> WebhookSender:
    """
    Return what delivers webhooks.

    Raises:
        InvalidSetting: they may go somewhere, and nothing is there to sign them with.
    """
    secrets = settings.webhook_secret.get_secret_value().split()
    if settings.allowed_callback_hosts and not secrets:
        raise InvalidSetting("GATEWAY_WEBHOOK_SECRET is not set, and webhooks need it")
    return WebhookSender(
        secrets=secrets,
        allowed_hosts=settings.allowed_callback_hosts,
        private_hosts=settings.private_callback_hosts,
    )


def _limits(settings: Settings) -> dict[str, Limit]:
    return {
        kind: Limit(seconds=given.seconds, attempts=given.attempts, at_once=given.at_once)
        for kind, given in settings.processing.limits.items()
    }


def build_monitor(settings: Settings) -> Monitor:
    """
    Return the monitor.

    Raises:
        InvalidSetting: something of a schedule is wrong.
    """
    ledger = build_ledger(settings)
    journal = Journal()
    alarm = _alarm(settings, ledger)
    app = celery_app(settings.celery_broker_url, publisher=True)
    queue = CeleryQueue(app)
    return Monitor(
        ledger,
        queue,
        alarm=alarm,
        reports=ReportFolder(settings.reports),
        logs=settings.logs if settings.log_to == "files" else None,
        journal=journal,
        holder=f"{socket.gethostname()}:{os.getpid()}",
        duties=build_duties(settings),
        schedules=Schedules(ledger, queue, journal, build_schedules(settings)),
        health=HealthChecks(
            _checks(settings, ledger, queue, CeleryWorkers(app)), ledger=ledger, alarm=alarm, journal=journal
        ),
    )


def build_duties(settings: Settings) -> Duties:
    """Return the numbers that the monitor works by."""
    limits = settings.processing.limits.items()
    attempts = {kind: policy.max_attempts for kind, policy in OWN_POLICIES.items()}
    return Duties(
        max_attempts=settings.max_attempts,
        attempts_by_kind=attempts | {kind: limit.attempts for kind, limit in limits if limit.attempts is not None},
        wait_ms=int(settings.wait_s * 1000),
        wait_ms_by_kind={kind: int(limit.wait_seconds * 1000) for kind, limit in limits if limit.wait_seconds},
        at_once={kind: limit.at_once for kind, limit in limits if limit.at_once is not None},
        lease_ms=int(settings.lease_s * 1000),
        log_max_bytes=settings.log_max_bytes,
        report_retention_days=settings.report_retention_days,
        content_retention_days=settings.content_retention_days,
        task_retention_days=settings.task_retention_days,
    )


def build_schedules(settings: Settings) -> tuple[Schedule, ...]:
    """
    Return the tasks that are made again and again.

    What they hold goes to workers like any task's, so it is screened like any task's, here, once.

    Raises:
        InvalidSetting: a name comes twice, a kind is not known, or something was found that the policy does not allow.
    """
    if not settings.schedule:
        return ()
    kinds = settings.declared_kinds
    screener = _screener(settings, budget_ms=_FILE_BUDGET_MS)
    policy = Policy(rules=settings.policy.rules, routes=settings.routes)
    made: dict[str, Schedule] = {}
    for number, table in enumerate(settings.schedule):
        at = ("schedule", number)
        if table.name in made:
            raise InvalidSetting(f"{table.name} is the name of another schedule, too", at=at)
        if table.kind not in kinds.all:
            raise InvalidSetting(
                f"not one of the declared kinds; known: {', '.join(sorted(kinds.all))}", at=(*at, "kind")
            )
        payload = {"content": table.content, "args": dict(table.args)}
        try:
            to_json(payload)
        except TypeError:
            raise InvalidSetting("no JSON value", at=(*at, "args")) from None
        for finding in policy.not_allowed(table.kind, screener.screen(payload)):
            raise InvalidSetting(f"{finding.entity_type} was found at {finding.path}, which may not go on", at=at)
        made[table.name] = Schedule(
            name=table.name,
            timing=Timing(every_ms=table.every or 0, cron=table.cron),
            kind=table.kind,
            pool=table.pool or kinds.pool(table.kind),
            payload=payload,
            priority=("low", "normal", "high").index(table.priority),
        )
    return tuple(made.values())


def _checks(settings: Settings, ledger: Ledger, queue: CeleryQueue, workers: CeleryWorkers) -> list[Check]:
    service_1 = [Check(name="service_1", probe=HealthProbe(settings.service_1_url))] if settings.service_1_url else []
    pools = [Check(name=f"worker-{pool}", probe=partial(workers.ping, pool.value), behind="broker") for pool in Pool]
    return [
        Check(name="ledger", probe=ledger.ping),
        Check(name="broker", probe=queue.ping),
        *service_1,
        Check(name="service_2", probe=HealthProbe(settings.service_2_url)),
        *pools,
    ]


def build_screen(settings: Settings, kind: str) -> Callable[[Any], Iterable[Finding]]:
    """Return what finds in a value all that the policy does not allow in messages of *kind*; it may take its time."""
    screener = _screener(settings, budget_ms=_FILE_BUDGET_MS)
    policy = Policy(rules=settings.policy.rules, routes=settings.routes)
    return lambda value: policy.not_allowed(kind, screener.screen(value))


def redaction_keys(settings: Settings) -> Keys:
    """
    Return the keys of hashes and tokens.

    Raises:
        InvalidSetting: one is not there, and an operator needs it.
    """
    keys = Keys(
        hash=settings.secret_key.get_secret_value().encode(),
        token=TokenKeys.from_setting(settings.token_key.get_secret_value()),
    )
    used = settings.policy.operators.values()
    for operator, name, key in ((Operator.HASH, "SECRET_KEY", keys.hash), (Operator.TOKEN, "TOKEN_KEY", keys.token)):
        if operator in used and not key:
            raise InvalidSetting(f"GATEWAY_{name} is not set, and the operator {operator} needs it")
    return keys


def build_rules(settings: Settings) -> dict[str, Any]:
    """
    Return what of the settings decides about a message, by the names that `Intake` gives it.

    Raises:
        InvalidSetting: something of it is wrong.
    """
    screener = _screener(settings, budget_ms=settings.screening_budget_ms)
    policy = Policy(rules=settings.policy.rules, routes=settings.routes)
    redactor = Redactor(screener, policy, operators=settings.policy.operators, keys=redaction_keys(settings))
    return {"screener": screener, "policy": policy, "redactor": redactor, "kinds": settings.declared_kinds}


def _key_lease_ms(settings: Settings) -> int:
    """Return how long a request under an idempotency key may last: a minute, with the shipped settings."""
    ledger_s = 36  # three writes, each of which may wait for 10 s, and some reading
    return int(1000 * (ledger_s + 2 * settings.forward_timeout_s) + 2 * settings.screening_budget_ms)


def _screener(settings: Settings, *, budget_ms: int) -> Screener:
    table = settings.screening
    return build_screener(table.detectors, table.patterns, budget_ms=budget_ms, model=table.model)


def _screening(rules: Mapping[str, Any]) -> Dependency:
    return Dependency(name="screening", check=lambda: rules["screener"].screen("ready?"))


def _analyzer(settings: Settings, screener: Screener) -> Analyzer:
    recognizers = {
        detector.name: sorted({p.entity_type for p in detector.patterns} | {k.entity_type for k in detector.keyed})
        for detector in load_detectors(settings.screening.detectors)
    }
    recognizers |= {spec.entity_type.lower(): [spec.entity_type] for spec in settings.screening.patterns}
    if by_model := set(screener.supported).difference(*recognizers.values()):
        recognizers["language_model"] = sorted(by_model)
    return Analyzer(screener, recognizers=recognizers, budget_ms=settings.screening_budget_ms)


def _alarm(settings: Settings, ledger: Ledger) -> Alarm:
    return Alarm(ledger, ReportFolder(settings.reports), Journal())
