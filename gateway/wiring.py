"""Where the parts are chosen and put together. Real ones here; tests give others by argument."""

import importlib.metadata
import os
import socket
from typing import Any

from gateway.access.keys import KeyStore
from gateway.alerts.alarm import Alarm
from gateway.alerts.files import ReportFolder
from gateway.batch import BatchIntake
from gateway.delivery.celery_queue import CeleryQueue, celery_app
from gateway.delivery.http_forwarder import HttpForwarder
from gateway.journal import Journal
from gateway.ledger.ledger import Ledger
from gateway.ledger.sql import SqlLedger
from gateway.policy.redactor import Redactor
from gateway.policy.rules import Policy
from gateway.presidio.analyzer import Analyzer
from gateway.processing.monitor import Duties, Monitor
from gateway.processing.processors import load_processors
from gateway.processing.retry import RetryPolicy
from gateway.processing.runner import Runner
from gateway.screening.detectors import load_detectors
from gateway.screening.screener import Screener, build_screener
from gateway.settings import Settings
from gateway.web.credentials import Credentials
from gateway.web.health import Dependency


def version() -> str:
    """Return the version of this distribution."""
    return importlib.metadata.version("portcullis")


def build_ledger(settings: Settings) -> SqlLedger:
    """Return the ledger; no connection is made before it is used."""
    return SqlLedger(settings.ledger_url)


def build_intake_parts(settings: Settings) -> dict[str, Any]:
    """Return what service_1 is made of, by the names of its parts."""
    ledger = build_ledger(settings)
    screener = _screener(settings)
    queue = CeleryQueue(celery_app(settings.celery_broker_url, publisher=True))
    forwarder = HttpForwarder(
        settings.service_2_url,
        token=settings.mesh_token.get_secret_value(),
        timeout_s=settings.forward_timeout_s,
        connections=settings.web_threads,
    )
    policy = _policy(settings)
    journal = Journal()
    intake = BatchIntake(
        screener=screener,
        policy=policy,
        redactor=_redactor(settings, screener, policy),
        kinds=settings.declared_kinds,
        ledger=ledger,
        queue=queue,
        forwarder=forwarder,
        alarm=_alarm(settings, ledger),
        journal=journal,
    )
    dependencies = (
        Dependency(name="ledger", check=ledger.ping),
        Dependency(name="screening", check=lambda: screener.screen("ready?")),
        Dependency(name="service_2", check=forwarder.ping),
        Dependency(name="broker", check=queue.ping, needed=False),  # tasks are accepted, and launched later
    )
    return {
        "intake": intake,
        "analyzer": _analyzer(settings, screener),
        "ledger": ledger,
        "journal": journal,
        "credentials": Credentials(KeyStore(settings.ledger_url), settings.anonymous),
        "dependencies": dependencies,
        "version": version(),
    }


def build_runner(settings: Settings, *, pool: str) -> Runner:
    """Return what a worker of *pool* runs its tasks with."""
    ledger = build_ledger(settings)
    return Runner(
        ledger,
        processors=load_processors(settings.processing.processors),
        clean_result=_redactor(settings, _screener(settings), _policy(settings)).clean,
        alarm=_alarm(settings, ledger),
        journal=Journal(),
        owner=f"{pool}@{socket.gethostname()}",
        lease_ms=int(settings.lease_s * 1000),
        retry=RetryPolicy(max_attempts=settings.max_attempts),
    )


def build_monitor(settings: Settings) -> Monitor:
    """Return the monitor."""
    ledger = build_ledger(settings)
    return Monitor(
        ledger,
        CeleryQueue(celery_app(settings.celery_broker_url, publisher=True)),
        alarm=_alarm(settings, ledger),
        reports=ReportFolder(settings.reports),
        logs=settings.logs if settings.log_to == "files" else None,
        journal=Journal(),
        holder=f"{socket.gethostname()}:{os.getpid()}",
        duties=Duties(
            max_attempts=settings.max_attempts,
            log_max_bytes=settings.log_max_bytes,
            report_retention_days=settings.report_retention_days,
            content_retention_days=settings.content_retention_days,
            task_retention_days=settings.task_retention_days,
        ),
    )


def _screener(settings: Settings) -> Screener:
    return build_screener(
        settings.screening.detectors, settings.screening.patterns, budget_ms=settings.screening_budget_ms
    )


def _analyzer(settings: Settings, screener: Screener) -> Analyzer:
    recognizers = {
        detector.name: sorted({p.entity_type for p in detector.patterns} | {k.entity_type for k in detector.keyed})
        for detector in load_detectors(settings.screening.detectors)
    }
    recognizers |= {spec.entity_type.lower(): [spec.entity_type] for spec in settings.screening.patterns}
    return Analyzer(screener, recognizers=recognizers, budget_ms=settings.screening_budget_ms)


def _policy(settings: Settings) -> Policy:
    return Policy(rules=settings.policy.rules, routes=settings.routes)


def _redactor(settings: Settings, screener: Screener, policy: Policy) -> Redactor:
    key = settings.secret_key.get_secret_value().encode()
    return Redactor(screener, policy, operators=settings.policy.operators, hash_key=key)


def _alarm(settings: Settings, ledger: Ledger) -> Alarm:
    return Alarm(ledger, ReportFolder(settings.reports), Journal())
