"""What a processor sees of its task."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from gateway.errors import Canceled


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """
    One attempt at one task. A task may be attempted twice: *id* and *attempt* let a processor notice.

    A synchronous message is a job, too: its attempt is 1, and nobody looks at its progress.
    """

    id: str
    kind: str
    attempt: int
    content: str = field(repr=False)  #: screened text
    args: Mapping[str, Any] = field(default_factory=dict, repr=False)  #: of a task
    metadata: Mapping[str, Any] = field(default_factory=dict, repr=False)  #: of a message
    callback_url: str | None = field(default=None, repr=False)  #: who is told of its end; of a webhook: where it goes
    report: Callable[[float], None] = field(default=lambda _: None, repr=False)
    stopped: Callable[[], bool] = field(default=lambda: False, repr=False)

    def progress(self, done: float) -> None:
        """
        Tell how far the job is, from 0 to 1; cheap enough to call often.

        Raises:
            Canceled: the task was canceled, or is no longer this worker's; let it through.
        """
        self.check()
        self.report(done)

    def check(self) -> None:
        """
        Stop here if the task was canceled.

        Raises:
            Canceled: it was, or it is no longer this worker's; let it through.
        """
        if self.stopped():
            raise Canceled


Processor: TypeAlias = Callable[[Job], Any]  #: returns any JSON value
