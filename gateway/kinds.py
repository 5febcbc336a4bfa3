"""The kinds of messages and tasks that are declared, and the pool that runs each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from gateway.errors import InvalidRequest, UnknownKind

DEFAULT_MESSAGE_KIND: Final = "message"
PROCESS: Final = "process"  #: what service_2 does with a text; kinds without a processor of their own run it
WAIT_AND_RETURN: Final = "wait_and_return"
SUM: Final = "sum"
RECOMMENDATIONS: Final = "recommendations"
WEBHOOK: Final = "webhook"  #: telling a `callback_url` that its task has ended; nobody can ask for one


class Pool(StrEnum):
    """The two worker pools; each has a queue of its own name."""

    IO = "io"  #: threads, for jobs that wait
    CPU = "cpu"  #: processes, for jobs that count


READY_MADE: Final[Mapping[str, Pool]] = {
    PROCESS: Pool.CPU,
    WAIT_AND_RETURN: Pool.IO,
    SUM: Pool.CPU,
    RECOMMENDATIONS: Pool.IO,
}
FOR_ADMINS: Final = frozenset({RECOMMENDATIONS})  #: of the kinds of tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinds:
    """Every name that a client may give as a kind."""

    messages: frozenset[str]  #: what a message may be
    pools: Mapping[str, Pool] = field(default_factory=dict)  #: of the user's own processors; the rest is ready-made

    @property
    def all(self) -> frozenset[str]:
        """Every kind that a task may be of."""
        return self.messages | self.pools.keys() | READY_MADE.keys()

    def check_message(self, kind: str) -> str:
        """
        Return *kind* if a message may be of it.

        Raises:
            InvalidRequest: it is not declared; the name itself is not repeated, a client chose it.
        """
        if kind not in self.messages:
            raise InvalidRequest("not one of the declared kinds", field="/kind")
        return kind

    def check_task(self, kind: str) -> str:
        """
        Return *kind* if a task may be of it.

        Raises:
            UnknownKind: neither ready-made, nor a processor's, nor a declared kind of message.
        """
        if kind not in self.all:
            raise UnknownKind("not one of the declared kinds", field="/kind")
        return kind

    def runs_process(self, kind: str) -> bool:
        """Tell whether a message of *kind* is done by the shipped `process`, which is quick."""
        return PROCESS not in self.pools and kind not in self.pools and READY_MADE.keys().isdisjoint({kind} - {PROCESS})

    def pool(self, kind: str) -> Pool:
        """Return the pool that runs tasks of *kind* where no route names one."""
        return self.pools.get(kind) or READY_MADE.get(kind, Pool.CPU)
