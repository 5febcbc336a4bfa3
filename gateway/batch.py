"""
The same journey for many messages at once: they share hops and transactions, and nothing else.

What becomes of one of them does not depend on the others. See `gateway.intake` for the journey itself.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from gateway.delivery.launch import Launch
from gateway.errors import (
    BacklogFull,
    GatewayError,
    InvalidRequest,
    LedgerUnavailable,
    OutcomeUnknown,
    ScreeningUnavailable,
)
from gateway.intake import Intake, Outcome, Receipt, Screened
from gateway.kinds import Pool
from gateway.message.message import Delivery, Message
from gateway.policy.rules import Decision
from gateway.screening.findings import Finding
from gateway.telemetry import metrics
from gateway.telemetry.logs import error_fields

End: TypeAlias = Receipt | GatewayError  #: what `Intake.receive` would have returned or raised

_UNKNOWN: Final = OutcomeUnknown("It is not known what became of the message.")


@dataclass(slots=True)
class _Journey:
    """One message of many, and how far it is."""

    message: Message  #: once it is `screened`, without what the policy wants redacted
    screened: Screened | None = None
    delivery: Delivery | None = None  #: None where it goes nowhere
    pool: Pool | None = None
    end: End = _UNKNOWN  #: nothing is said to have gone well, or not to have been done, that may be otherwise

    @property
    def findings(self) -> list[Finding]:
        """What was found in the message."""
        return self.screened.findings if self.screened else []

    def arrived(self, outcome: Outcome, **more: Any) -> None:
        """End well."""
        redacted = self.screened is not None and self.screened.decision.redacted
        self.end = Receipt(id=self.message.id, outcome=outcome, findings=self.findings, redacted=redacted, **more)


_CLEAN: Final = Screened(findings=[], decision=Decision(held=False, to_redact=()), value=None)


class BatchIntake(Intake):
    """Takes messages in, one by one or many together."""

    def receive_all(self, messages: Sequence[Message]) -> list[End]:
        """
        Take messages of one caller through the gate; one that fails ends with what `receive` would raise.

        Those that are queued are written down in one transaction, those that are quickly done forwarded by one request.
        """
        started = time.perf_counter()
        journeys = [_Journey(message) for message in messages]
        suspects = self._suspects([each.message.content for each in journeys])
        metrics.screening_seconds.observe((time.perf_counter() - started) / max(1, len(journeys)))
        for at, journey in enumerate(journeys):
            self._decide(journey, is_suspect=at in suspects)
        self._hold_all([each for each in journeys if each.screened is not None and each.delivery is None])
        self._try(self._queue_all, *(each for each in journeys if each.delivery is Delivery.QUEUED))
        sync = [each for each in journeys if each.delivery is Delivery.SYNC]
        self._try(self._forward_all, *(each for each in sync if self._kinds.runs_process(each.message.kind)))
        for journey in sync:
            if not self._kinds.runs_process(journey.message.kind):
                self._try(self._forward_alone, journey)
        self._note(journeys, milliseconds=(time.perf_counter() - started) * 1000)
        return [each.end for each in journeys]

    def _suspects(self, values: Sequence[Any]) -> Collection[int]:
        """Screen the values together, and return the places of those that have to be screened one by one."""
        try:
            found = self._screener.screen(values)
        except ScreeningUnavailable:
            return range(len(values))  # one of them may be the reason
        return {int(finding.location[0]) for finding in found}

    def _decide(self, journey: _Journey, *, is_suspect: bool) -> None:
        """Screen the message if it is suspect, and say how it goes on, if it does."""
        message = journey.message
        try:
            self._kinds.check_message(message.kind)
            screened = self.screen(message.content, kind=message.kind) if is_suspect else _CLEAN
        except GatewayError as error:
            journey.end = error
            return
        journey.screened = screened
        if screened.decision.held:
            return
        if screened.decision.redacted:
            clean = screened.value
            journey.message = replace(message, text=clean["text"], metadata=clean.get("metadata", {}))
        journey.delivery, journey.pool = self._policy.route(journey.message)

    def _try(self, stage: Callable[..., None], *journeys: _Journey) -> None:
        """Take *journeys* through *stage*; what nobody expected there changes no end that one of them has by then."""
        if not journeys:
            return
        try:
            stage(*journeys)
        except Exception as error:  # noqa: BLE001 - what was done for the others has to be told
            self._note_unexpected(error, journeys[0].message)

    def _hold_all(self, journeys: Sequence[_Journey]) -> None:
        """Raise an alert for each; a ledger that does not answer is not asked again for the others."""
        failed: GatewayError | None = None
        for journey in journeys:
            message = journey.message
            if failed is None:
                try:
                    journey.end = self._hold(message.id, message.caller, message.request_id, journey.findings)
                except GatewayError as error:
                    failed = error
                except Exception as error:  # noqa: BLE001 - as in `_try`; but it is known that the message went nowhere
                    self._note_unexpected(error, message)
                    journey.end = GatewayError()
            journey.end = failed or journey.end

    def _queue_all(self, *journeys: _Journey) -> None:
        """Write all of them down for which there is room, then tell the broker of each."""
        admitted = [journey for journey in journeys if self._is_admitted(journey)]
        launch = Launch(self._queue)
        try:
            new = [self._task(each.message, each.pool) for each in admitted]
            written = self._ledger.accept_all(new, follow=launch.begin)
        except LedgerUnavailable as error:
            for journey in admitted:
                journey.end = error
        except GatewayError:  # it refuses one of them, and so all
            for journey in admitted:
                self._try(self._queue_alone, journey)
        else:
            self._note_unlaunched(launch)
            for journey, task in zip(admitted, written, strict=True):
                journey.arrived(Outcome.QUEUED, task=task)

    def _is_admitted(self, journey: _Journey) -> bool:
        try:
            self._backlog.admit(journey.pool or self._kinds.pool(journey.message.kind))
        except BacklogFull as error:
            journey.end = error
            return False
        return True

    def _queue_alone(self, journey: _Journey) -> None:
        try:
            task = self._take_in(self._task(journey.message, journey.pool))
        except GatewayError as error:
            journey.end = error
        else:
            journey.arrived(Outcome.QUEUED, task=task)

    def _forward_all(self, *journeys: _Journey) -> None:
        """Forward them together."""
        with metrics.forward_seconds.time():
            answers = self._forwarder.forward_all([each.message for each in journeys])
        self._forwarded(journeys, answers)

    def _forward_alone(self, journey: _Journey) -> None:
        """Forward one whose kind has a processor of its own: it may take its time, or fail."""
        try:
            with metrics.forward_seconds.time():
                answer = self._forwarder.forward(journey.message)
        except GatewayError as error:
            journey.end = error
        else:
            self._forwarded([journey], [answer])

    def _forwarded(self, sent: Sequence[_Journey], answers: Sequence[Any]) -> None:
        for journey, answer in zip(sent, self._clean_each(sent, answers), strict=True):
            if isinstance(answer, GatewayError):
                journey.end = answer
            else:
                journey.arrived(Outcome.FORWARDED, result=answer)

    def _clean_each(self, sent: Sequence[_Journey], answers: Sequence[Any]) -> Sequence[Any]:
        """Return the answers as they may be told: what is new in them is screened, and all of it where one is found."""
        if not self._suspects(_what_is_new(sent, answers)):
            return answers
        return [
            answer if isinstance(answer, GatewayError) else self._clean(each.message.kind, answer)
            for each, answer in zip(sent, answers, strict=True)
        ]

    def _clean(self, kind: str, answer: Any) -> Any:
        try:
            return self._redactor.clean(kind, answer)
        except ScreeningUnavailable:
            return OutcomeUnknown()  # it was forwarded

    def _note_unexpected(self, error: Exception, message: Message) -> None:
        self._journal.error("request.error", request_id=message.request_id, **error_fields(error))

    def _note(self, journeys: Sequence[_Journey], *, milliseconds: float) -> None:
        """Count the messages, and write each one's line."""
        lines: dict[str, list[dict[str, Any]]] = defaultdict(list)
        counts: Counter[tuple[str, str]] = Counter()
        for journey in journeys:
            message, end = journey.message, journey.end
            if isinstance(end, Receipt):
                counts[end.outcome.value, message.kind] += 1
                told = {"message_id": message.id, "kind": message.kind, "findings": len(end.findings)}
                lines[f"message.{end.outcome.value}"].append(told)
            elif not isinstance(end, InvalidRequest):
                ids = {"request_id": message.request_id, "message_id": message.id}
                self._journal.error("message.refused", **ids, code=end.code)
        for (outcome, kind), number in counts.items():
            metrics.messages.labels(outcome, kind).inc(number)
        for event, rows in lines.items():
            first = journeys[0].message
            self._journal.info_each(event, rows, request_id=first.request_id, caller=first.caller, ms=milliseconds)


def _what_is_new(sent: Sequence[_Journey], answers: Sequence[Any]) -> list[Any]:
    """
    Return the answers without the members that their own message had, or that an earlier answer has.

    Whether there is something in a member depends on its name and value alone, and a message that was forwarded has
    nothing in its text that may not go on.
    """
    seen: set[tuple[str, Any]] = set()
    new: list[Any] = []
    for journey, answer in zip(sent, answers, strict=True):
        if isinstance(answer, dict):
            own = (("id", journey.message.id), ("text", journey.message.text))
            fresh = {}
            for member in answer.items():
                if type(member[1]) not in _SCALARS:
                    fresh[member[0]] = member[1]
                elif member not in own and member not in seen:
                    seen.add(member)
                    fresh[member[0]] = member[1]
            new.append(fresh)
        elif not isinstance(answer, GatewayError):
            new.append(answer)
    return new


_SCALARS: Final = frozenset({str, int})  #: not `bool`, whose values equal numbers
