"""service_1 with real parts, but for what stands outside of it: the broker and service_2."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from harness.fakes import FakeForwarder, FakeQueue
from harness.samples import screener as shipped_screener

from gateway.access.keys import KeyStore
from gateway.access.roles import Role
from gateway.alerts.alarm import Alarm
from gateway.alerts.files import ReportFolder
from gateway.batch import BatchIntake
from gateway.delivery.backlog import Backlog
from gateway.journal import Journal
from gateway.kinds import Kinds
from gateway.ledger.figures import Figures
from gateway.ledger.ledger import Ledger
from gateway.ledger.memory import MemoryLedger
from gateway.ledger.task import Ending, Status, Task
from gateway.policy.redactor import Redactor
from gateway.policy.rules import DEFAULT_RULES, Policy, Rule
from gateway.presidio.analyzer import Analyzer
from gateway.screening.redaction import Keys, Operator
from gateway.screening.screener import Screener
from gateway.web.credentials import Anonymous, Credentials
from gateway.web.health import Dependency
from gateway.web.idempotency import IdempotencyKeys
from service_1.app import create_app
from service_1.parts import Parts

KINDS = Kinds(messages=frozenset({"message", "chat", "support"}))


@dataclass(frozen=True, kw_only=True)
class Door:
    """The intake API, and what lies behind it."""

    client: FlaskClient
    intake: BatchIntake
    backlog: Backlog
    ledger: Ledger
    queue: FakeQueue
    forwarder: FakeForwarder
    keys: KeyStore
    reports: Path

    def key(self, name: str, role: Role = Role.CLIENT) -> dict[str, str]:
        """Make a key, and return the header that shows it."""
        return {"Authorization": f"Bearer {self.keys.create(name, role)}"}

    def task(self, task_id: str) -> Task:
        return self.ledger.get(task_id)

    def run(self, task_id: str, status: Status = Status.COMPLETED, **ending: Any) -> None:
        """Do what a worker would have done."""
        (task,) = self.ledger.claim([task_id], owner="worker", lease_ms=30_000)
        self.ledger.end([Ending(claim=task.claim, status=status, **ending)])

    @property
    def report_texts(self) -> list[str]:
        return [file.read_text() for file in sorted(self.reports.rglob("*.txt"))]


@contextmanager
def open_door(
    folder: Path,
    database_url: str,
    *,
    anonymous: Anonymous = "none",
    rules: Sequence[Rule] = DEFAULT_RULES,
    operators: dict[str, Operator] | None = None,
    screener: Screener | None = None,
    ledger: Ledger | None = None,
    backlog: int = 100_000,
    callback_hosts: Collection[str] = (),
) -> Iterator[Door]:
    ledger, queue, forwarder, journal = ledger or MemoryLedger(), FakeQueue(), FakeForwarder(), Journal()
    screener = screener or shipped_screener()
    policy, room = Policy(rules=rules), Backlog(ledger, limit=backlog)
    keys = KeyStore(database_url)
    intake = BatchIntake(
        screener=screener,
        policy=policy,
        redactor=Redactor(screener, policy, operators=operators or {}, keys=Keys.throw_away()),
        kinds=KINDS,
        ledger=ledger,
        queue=queue,
        forwarder=forwarder,
        alarm=Alarm(ledger, ReportFolder(folder / "error_reports"), journal),
        journal=journal,
        backlog=room,
        callback_hosts=callback_hosts,
    )
    dependencies = (
        Dependency(name="ledger", check=ledger.ping),
        Dependency(name="screening", check=lambda: screener.screen("ready?")),
        Dependency(name="service_2", check=forwarder.ping),
        Dependency(name="broker", check=queue.ping, needed=False),
    )
    credentials = Credentials(keys, anonymous)
    parts = Parts(
        intake=intake,
        analyzer=Analyzer(screener, recognizers={"email": ["EMAIL_ADDRESS"]}, budget_ms=1000),
        ledger=ledger,
        figures=Figures(ledger),
        journal=journal,
        credentials=credentials,
        idempotency=IdempotencyKeys(b"k" * 43),
        dependencies=dependencies,
        version="1.2.3",
    )
    app = create_app(parts)
    try:
        yield Door(
            client=app.test_client(),
            intake=intake,
            backlog=room,
            ledger=ledger,
            queue=queue,
            forwarder=forwarder,
            keys=keys,
            reports=folder / "error_reports",
        )
    finally:
        ledger.close()
        keys.close()
