"""
The whole journey of a message, on one screen. Read this file first.

Screened, decided, then held, queued or forwarded. Nothing goes on that was not screened, and nothing is told
about a finding but its kind and its place.
"""

import copy
import time
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final, Self

from gateway.alerts.alarm import Alarm
from gateway.delivery.backlog import Backlog
from gateway.delivery.callbacks import check_callback_url
from gateway.delivery.forwarder import Forwarder
from gateway.delivery.launch import Launch
from gateway.delivery.queue import Queue
from gateway.errors import (
    Forbidden,
    GatewayError,
    InvalidRequest,
    LedgerUnavailable,
    OutcomeUnknown,
    ScreeningUnavailable,
)
from gateway.journal import Journal
from gateway.kinds import Kinds, Pool
from gateway.ledger.idempotency import KeyLease
from gateway.ledger.ledger import Ledger
from gateway.ledger.task import NewTask, Task
from gateway.message.message import Delivery, Message
from gateway.policy.redactor import Redactor
from gateway.policy.rules import Decision, Policy
from gateway.screening.findings import Finding
from gateway.screening.screener import Screener
from gateway.telemetry import metrics
from gateway.telemetry.logs import error_fields

_ADDRESS: Final = "URL"  #: a finding that every callback is


class Outcome(StrEnum):
    """What became of a message."""

    FORWARDED = "forwarded"
    QUEUED = "queued"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the sender learns."""

    id: str
    outcome: Outcome
    findings: list[Finding]
    redacted: bool = False
    result: Any = field(default=None, repr=False)  #: service_2's answer, screened; of a forwarded message
    task: Task | None = None  #: of a queued one
    alert_id: str | None = None  #: of a held one


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderKey:
    """What a request's Idempotency-Key means for it."""

    lease: KeyLease | None = None  #: the right to take something in under it
    task: Task | None = None  #: what was accepted under it before: nothing is done again, only answered


NO_KEY: Final = UnderKey()


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """A value after screening and decision."""

    findings: list[Finding]
    decision: Decision
    value: Any = field(repr=False)  #: with what the policy wants redacted taken out; as it was where it is held


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would become of a message."""

    outcome: Outcome
    findings: list[Finding]
    redacted_text: str = field(repr=False)  #: with every finding taken out that the policy does not allow


class Intake:
    """Takes messages and tasks in."""

    def __init__(
        self,
        *,
        screener: Screener,
        policy: Policy,
        redactor: Redactor,
        kinds: Kinds,
        ledger: Ledger,
        queue: Queue,
        forwarder: Forwarder,
        alarm: Alarm,
        journal: Journal,
        backlog: Backlog,
        callback_hosts: Collection[str] = (),
    ) -> None:
        self._screener = screener
        self._policy = policy
        self._redactor = redactor
        self._kinds = kinds
        self._ledger = ledger
        self._queue = queue
        self._forwarder = forwarder
        self._alarm = alarm
        self._journal = journal
        self._backlog = backlog
        self._callback_hosts = callback_hosts

    def under(self, *, screener: Screener, policy: Policy, redactor: Redactor, kinds: Kinds) -> Self:
        """Return an intake over the same parts under other rules; what is on its way here ends as it began."""
        renewed = copy.copy(self)
        renewed._screener, renewed._policy = screener, policy  # noqa: SLF001 - of this very class
        renewed._redactor, renewed._kinds = redactor, kinds  # noqa: SLF001 - as above
        return renewed

    def receive(self, message: Message, *, under: UnderKey = NO_KEY) -> Receipt:
        """
        Take one message through the gate.

        Raises:
            BacklogFull: too many tasks wait already: nothing was kept.
            IdempotencyInFlight: another request has taken the key over.
            InvalidRequest: its kind is not declared.
            ScreeningUnavailable: it could not be screened: nothing was forwarded or kept.
            LedgerUnavailable: it could not be written down: nothing was forwarded or kept.
            ServiceUnavailable: service_2 did not take it: nothing was kept.
            OutcomeUnknown: service_2 took it and did not answer.
        """
        started = time.perf_counter()
        self._kinds.check_message(message.kind)
        if under.task is not None:
            message = replace(message, id=under.task.id)
        try:
            screened = self.screen(message.content, kind=message.kind)
            clean = replace(message, text=screened.value["text"], metadata=screened.value.get("metadata", {}))
            receipt = self._pass_on(clean, screened, under)
        except GatewayError as error:
            self._journal.error(
                "message.refused", request_id=message.request_id, message_id=message.id, code=error.code
            )
            raise
        metrics.messages.labels(receipt.outcome.value, message.kind).inc()
        self._journal.info(
            f"message.{receipt.outcome.value}",
            request_id=message.request_id,
            message_id=message.id,
            caller=message.caller,
            kind=message.kind,
            findings=len(receipt.findings),
            ms=(time.perf_counter() - started) * 1000,
        )
        return receipt

    def refuse(self, error: InvalidRequest, *, caller: str, request_id: str, alert: bool = True) -> bool:
        """
        Note that a message does not have the right form, with an alert; repeats of a minute become one.

        Args:
            alert: False where it is known that none can be recorded.
        Returns False where none was.
        """
        self._journal.warning("message.invalid", request_id=request_id, caller=caller, code=error.code)
        if not alert:
            return False
        try:
            self._alarm.message_invalid(error, caller=caller, request_id=request_id)
        except LedgerUnavailable:
            self._journal.error("alert.unrecorded", request_id=request_id, code=error.code)
            return False
        return True

    def forbid(self, *, caller: str, request_id: str) -> None:
        """Note that a caller asked for what only admins may do, with an alert; repeats of a minute become one."""
        self._journal.warning("task.forbidden", request_id=request_id, caller=caller)
        try:
            self._alarm.fraud_attempted(caller=caller, request_id=request_id)
        except LedgerUnavailable:
            self._journal.error("alert.unrecorded", request_id=request_id, code=Forbidden.code)

    def receive_task(self, task: NewTask, *, under: UnderKey = NO_KEY) -> Task | Receipt:
        """
        Take a task in; what it holds is screened like a message. A held one comes back as a receipt.

        Raises:
            InvalidRequest: its callback is no address that may be called.
            UnknownKind, ScreeningUnavailable, LedgerUnavailable, BacklogFull, IdempotencyInFlight: as in `receive`.
        """
        if under.task is not None:
            return under.task
        self._kinds.check_task(task.kind)
        if task.callback_url is not None:
            check_callback_url(task.callback_url, self._callback_hosts)
        told = {"request_id": task.request_id, "task_id": task.id, "caller": task.caller, "kind": task.kind}
        try:
            screened = self._screen_task(task)
            if screened.decision.held:
                self._journal.info("task.held", **told, findings=len(screened.findings))
                return self._hold(task.id, task.caller, task.request_id, screened.findings)
            pool = task.pool or self._kinds.pool(task.kind)
            taken = self._accept(replace(task, payload=screened.value, pool=pool, key=under.lease))
        except GatewayError as error:
            self._journal.error("task.refused", **told, code=error.code)
            raise
        self._journal.info("task.accepted", **told, pool=taken.pool)
        return taken

    def retry(self, task_id: str, *, by: str) -> Task:
        """
        Start a failed or canceled task again.

        Raises:
            TaskNotFound, TaskNotRetryable, LedgerUnavailable: as the ledger says.
        """
        task = self._ledger.retry(task_id, by=by)
        launch = Launch(self._queue)
        launch.now(task)
        self._note_unlaunched(launch)
        return task

    def preview(self, message: Message) -> Preview:
        """
        Say what would become of a message; nothing is forwarded, kept or alerted.

        Raises:
            InvalidRequest, ScreeningUnavailable: as in `receive`.
        """
        self._kinds.check_message(message.kind)
        findings, decision = self._decide_on(message.content, kind=message.kind)
        unwanted = self._policy.not_allowed(message.kind, findings)
        clean = self._redactor.show(message.content, unwanted)
        delivery, _ = self._policy.route(replace(message, text=clean["text"]))
        passed = Outcome.QUEUED if delivery is Delivery.QUEUED else Outcome.FORWARDED
        outcome = Outcome.HELD if decision.held else passed
        return Preview(outcome=outcome, findings=findings, redacted_text=clean["text"])

    def screen(self, value: Any, *, kind: str) -> Screened:
        """
        Screen any JSON value, decide and redact; nothing is forwarded, kept or alerted.

        Raises:
            ScreeningUnavailable: the value could not be screened.
        """
        findings, decision = self._decide_on(value, kind=kind)
        return Screened(findings=findings, decision=decision, value=self._redactor.redact(value, decision.to_redact))

    def _decide_on(self, value: Any, *, kind: str) -> tuple[list[Finding], Decision]:
        started = time.perf_counter()
        findings = self._screener.screen(value)
        metrics.screening_seconds.observe(time.perf_counter() - started)
        for finding in findings:
            metrics.findings.labels(finding.entity_type).inc()
        return findings, self._policy.decide(kind, findings)

    def _screen_task(self, task: NewTask) -> Screened:
        """Screen what the task holds and its callback, which has to be an address but may hold nothing else."""
        screened = self.screen(dict(task.payload), kind=task.kind)
        if task.callback_url is None or screened.decision.held:
            return screened
        found = [f for f in self._screener.screen({"callback_url": task.callback_url}) if f.entity_type != _ADDRESS]
        held = bool(self._policy.not_allowed(task.kind, found))  # an address that is redacted leads nowhere
        decision = Decision(held=True, to_redact=()) if held else screened.decision
        return replace(screened, findings=[*screened.findings, *found], decision=decision)

    def _pass_on(self, message: Message, screened: Screened, under: UnderKey) -> Receipt:
        findings, redacted = screened.findings, screened.decision.redacted
        if under.task is not None:  # whatever the rules say by now, it was accepted
            return Receipt(id=message.id, outcome=Outcome.QUEUED, findings=findings, redacted=redacted, task=under.task)
        if screened.decision.held:
            return self._hold(message.id, message.caller, message.request_id, screened.findings)
        delivery, pool = self._policy.route(message)
        if delivery is Delivery.QUEUED:
            task = self._accept(replace(self._task(message, pool), key=under.lease))
            return Receipt(id=message.id, outcome=Outcome.QUEUED, findings=findings, redacted=redacted, task=task)
        if under.lease is not None:
            self._ledger.note_sent(under.lease, message.id)
        with metrics.forward_seconds.time():
            answer = self._forwarder.forward(message)
        try:
            result = self._redactor.clean(message.kind, answer)
        except ScreeningUnavailable:
            raise OutcomeUnknown from None  # the message was forwarded: "nothing was" would not be true
        return Receipt(id=message.id, outcome=Outcome.FORWARDED, findings=findings, redacted=redacted, result=result)

    def _hold(self, message_id: str, caller: str, request_id: str, findings: list[Finding]) -> Receipt:
        alert = self._alarm.findings_held(findings, caller=caller, request_id=request_id)
        return Receipt(id=message_id, outcome=Outcome.HELD, findings=findings, alert_id=alert.id)

    def _task(self, message: Message, pool: Pool | None) -> NewTask:
        return NewTask(
            id=message.id,
            caller=message.caller,
            kind=message.kind,
            pool=pool or self._kinds.pool(message.kind),
            payload={"content": message.text, "metadata": dict(message.metadata)},
            request_id=message.request_id,
        )

    def _accept(self, new: NewTask) -> Task:
        """Write the task down first, then tell the broker; the monitor repairs the gap between the two."""
        self._backlog.admit(new.pool)
        return self._take_in(new)

    def _take_in(self, new: NewTask) -> Task:
        launch = Launch(self._queue)
        task = self._ledger.accept(new, follow=launch.begin)
        self._note_unlaunched(launch)
        return task

    def _note_unlaunched(self, launch: Launch) -> None:
        for task in launch.untold:
            ids = {"request_id": task.request_id, "task_id": task.id}
            self._journal.warning("task.unlaunched", **ids, **error_fields(launch.error))
