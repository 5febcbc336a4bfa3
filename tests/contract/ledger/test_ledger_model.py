"""
Every ledger against a model: workers, clients and the monitor in any order, late, twice and with the clock moved.

The model below is written from the contract (`gateway.ledger.ledger`, docs/task-states.md), not from the code: it knows
which moves are open to whom. What a ledger may choose (how long it backs off, which remark it writes) the model learns
from what the ledger says, and holds it to that. MODEL_LONGER=20 makes it look twenty times as long.
"""

import os
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from gateway.errors import TaskAlreadyFinished, TaskNotFound, TaskNotRetryable
from gateway.ledger.memory import MemoryLedger
from gateway.ledger.sql import SqlLedger
from gateway.ledger.task import GAVE_UP, Claim, Ending, NewTask, Status
from gateway.message.ids import first_id, new_id

LONGER = int(os.environ.get("MODEL_LONGER", "1"))  #: so many times the examples
LEASE = 10_000
GRACE = 2_000
MAX_ATTEMPTS = 3
DAY = 86_400_000
LONG = 400_000  #: longer than any back-off
MOST_LIVE = 4
OWNERS = ("worker-1", "worker-2", "worker-3")
LIVE = {"pending", "processing"}
# Who may bring about which change of state; None: it was accepted.
OPEN = {
    (None, "pending"): {"client"},
    ("pending", "processing"): {"worker"},
    ("pending", "canceled"): {"client"},
    ("pending", "pending"): {"monitor"},
    ("processing", "completed"): {"worker"},
    ("processing", "failed"): {"worker", "monitor"},
    ("processing", "canceled"): {"client"},
    ("processing", "pending"): {"worker", "monitor"},
    ("failed", "pending"): {"operator"},
    ("canceled", "pending"): {"operator"},
}
SIDES = {"shop": "client", "monitor": "monitor", "olga": "operator", **dict.fromkeys(OWNERS, "worker")}

ONE = st.integers(0, 5)  #: 0: the newest
SEVERAL = st.lists(ONE, min_size=1, max_size=4)


def recent(known, pick):
    """Return the newest of what is known, or one somewhat older: late and double deliveries are among them."""
    return known[-1 - pick % len(known)]


@dataclass
class Model:
    """What the contract says about one task."""

    not_before: int = 0
    status: str = "pending"
    attempt: int = 0
    failures: int = 0
    owner: str | None = None
    lease_until: int = 0  #: of the attempt that holds
    began: bool = False  #: whether it is known to have; of what is claimed with others it is not at first
    result: object = None
    ended_at: int = 0
    holds_content: bool = True
    moves: list[tuple[str | None, str, str]] = field(default_factory=lambda: [(None, "pending", "shop")])

    def move(self, to: str, by: str) -> None:
        self.moves.append((self.status, to, by))
        self.status = to
        if to != "processing":
            self.owner = None


@dataclass(frozen=True)
class Held:
    """What a worker remembers of a task that it took; it may be long out of date."""

    claim: Claim
    owner: str


class LedgerModel(RuleBasedStateMachine):
    """A machine that plays every part, and compares what the ledger does with what it promises."""

    make_ledger = None  #: set for each ledger below

    def __init__(self):
        super().__init__()
        self.now = 1_800_000_000_000
        self.ledger = type(self).make_ledger(lambda: self.now)
        self.tasks: dict[str, Model] = {}
        self.ids: list[str] = []  #: also of what has been wiped
        self.held: list[Held] = []  #: also what is held no longer

    def teardown(self):
        try:
            self.figures_are_those_of_the_rows()
            self.events_tell_the_same_story()
            self.everything_ends()
        finally:
            self.ledger.close()

    @precondition(lambda self: sum(model.status in LIVE for model in self.tasks.values()) < MOST_LIVE)
    @rule(delay=st.sampled_from([0, 0, 1, 5_000, 60_000]))
    def accept(self, delay):
        task_id = first_id(self.now)[:-12] + new_id()[-12:]
        while task_id in self.tasks:
            task_id = first_id(self.now)[:-12] + new_id()[-12:]
        not_before = self.now + delay if delay else None
        new = NewTask(
            id=task_id,
            caller="shop",
            kind="message",
            pool="io",
            payload={"n": 1},
            request_id="r",
            not_before=not_before,
        )
        self.ledger.accept(new)
        self.tasks[task_id] = Model(not_before=not_before or 0)
        self.ids.append(task_id)

    @precondition(lambda self: self.ids)
    @rule(picks=SEVERAL, owner=st.sampled_from(OWNERS))
    def claim(self, picks, owner):
        wanted = [recent(self.ids, pick) for pick in picks]
        taken = self.ledger.claim(wanted, owner=owner, lease_ms=LEASE)

        open_to_claim = dict.fromkeys(one for one in wanted if one in self.tasks and self._claimable(self.tasks[one]))
        assert [task.id for task in taken] == list(open_to_claim)
        for task in taken:
            self._started(task, owner, alone=len(wanted) == 1)
            self.held.append(Held(task.claim, owner))

    def _started(self, task, owner, *, alone):
        model = self.tasks[task.id]
        model.began = alone
        model.move("processing", owner)
        model.attempt += 1
        model.owner = owner
        model.lease_until = self.now + LEASE
        assert (task.attempt, task.owner, task.status) == (model.attempt, owner, "processing")

    @precondition(lambda self: self.held)
    @rule(picks=SEVERAL)
    def beat(self, picks):
        held = [recent(self.held, pick) for pick in picks]
        kept = self.ledger.beat([one.claim for one in held], lease_ms=LEASE)

        assert kept == {one.claim for one in held if self._holds(one)}
        for claim in kept:
            self.tasks[claim.task_id].lease_until = self.now + LEASE
            self.tasks[claim.task_id].began = True

    @precondition(lambda self: self.held)
    @rule(pick=ONE, share=st.sampled_from([0.0, 0.5, 1.0]))
    def report_progress(self, pick, share):
        held = recent(self.held, pick)
        assert self.ledger.progress(held.claim, share) is self._holds(held)

    @precondition(lambda self: self.held)
    @rule(
        picks=SEVERAL,
        status=st.sampled_from(["completed", "failed", "pending"]),
        delay=st.sampled_from([None, 1, 5_000]),
        counts=st.booleans(),
        result=st.integers(0, 9),
    )
    def end(self, picks, status, delay, counts, result):
        held = [recent(self.held, pick) for pick in picks]
        endings = [
            Ending(
                claim=one.claim,
                status=Status(status),
                result={"n": result} if status == "completed" else None,
                error="E" if status == "failed" else None,
                retry_at=self.now + delay if status == "pending" and delay else None,
                counts_as_failure=counts,
            )
            for one in held
        ]
        holding = {one.claim: one for one in held if self._holds(one)}

        assert self.ledger.end(endings) == set(holding)

        for claim, one in holding.items():
            model = self.tasks[claim.task_id]
            model.move(status, one.owner)
            if status == "pending":
                model.failures += counts
                model.not_before = self.now + delay if delay else 0
            else:
                model.ended_at = self.now
            model.result = {"n": result} if status == "completed" else None

    @precondition(lambda self: self.ids)
    @rule(pick=ONE)
    def cancel(self, pick):
        task_id = recent(self.ids, pick)
        model = self.tasks.get(task_id)
        if model is None:
            with pytest.raises(TaskNotFound):
                self.ledger.cancel(task_id, by="shop")
        elif model.status in {"completed", "failed"}:
            with pytest.raises(TaskAlreadyFinished):
                self.ledger.cancel(task_id, by="shop")
        else:
            assert self.ledger.cancel(task_id, by="shop").status == "canceled"
            if model.status != "canceled":
                model.move("canceled", "shop")
                model.ended_at = self.now
                model.result = None

    @precondition(lambda self: self.ids)
    @rule(pick=ONE)
    def retry(self, pick):
        task_id = recent(self.ids, pick)
        model = self.tasks.get(task_id)
        if model is None:
            with pytest.raises(TaskNotFound):
                self.ledger.retry(task_id, by="olga")
        elif model.status not in {"failed", "canceled"} or not model.holds_content:
            with pytest.raises(TaskNotRetryable):
                self.ledger.retry(task_id, by="olga")
        else:
            assert self.ledger.retry(task_id, by="olga").status == "pending"
            model.move("pending", "olga")
            model.failures = model.not_before = 0
            model.result = None

    @rule(after=st.sampled_from([0, GRACE, LEASE, LONG]), limit=st.sampled_from([1, 2, 500]))
    def sweep(self, after, limit):
        self.now += after
        self._swept(self.ledger.sweep(max_attempts=MAX_ATTEMPTS, limit=limit), limit)

    def _swept(self, relaunches, limit):
        lost = {
            task_id
            for task_id, model in self.tasks.items()
            if model.status == "processing" and model.lease_until <= self.now
        }
        seen = [relaunch.task.id for relaunch in relaunches]
        assert len(set(seen)) == len(seen) <= limit
        assert len(lost.intersection(seen)) == min(len(lost), limit), "what lost its worker goes first"
        for relaunch in relaunches:
            model = self.tasks[relaunch.task.id]
            assert model.status == "pending" or relaunch.task.id in lost
            began = model.status == "processing" and model.began
            spent = model.failures + began
            gives_up = began and spent >= MAX_ATTEMPTS
            assert (relaunch.reason == GAVE_UP) is gives_up
            model.failures = spent
            model.move("failed" if gives_up else "pending", "monitor")
            if gives_up:
                model.ended_at = self.now
            assert relaunch.task == self.ledger.get(relaunch.task.id)

    @rule(ms=st.sampled_from([1, GRACE, LEASE // 2, LEASE, LONG]))
    def later(self, ms):
        self.now += ms

    @precondition(lambda self: self.tasks)
    @rule(days=st.sampled_from([0, 1, 30]))
    def wipe(self, days):
        self.now += days * DAY
        contents, rows = self.now - 1, self.now - 60 * DAY
        self.ledger.wipe(contents_before=contents, tasks_before=rows)

        for task_id, model in list(self.tasks.items()):
            if model.status in LIVE:
                continue
            if model.ended_at < contents:
                model.holds_content, model.result = False, None
            if model.ended_at < rows:
                del self.tasks[task_id]

    @invariant()
    def rows_are_as_the_contract_says(self):
        listed = {task.id: task for task in self.ledger.tasks(limit=1_000)}
        assert set(listed) == set(self.tasks)
        for task_id, model in self.tasks.items():
            task = listed[task_id]
            found = (task.status, task.attempt, task.failures, task.owner, task.result, bool(task.payload))
            told = (model.status, model.attempt, model.failures, model.owner, model.result, model.holds_content)
            assert found == told
            assert (task.due_at is not None) == (model.status in LIVE)
            assert (task.finished_at is not None) == (model.status not in LIVE)
            if model.status == "processing":
                assert task.due_at == model.lease_until

    def events_tell_the_same_story(self):
        for task_id, model in self.tasks.items():
            events = self.ledger.events(task_id)
            assert [(event.from_status, event.to_status, event.by) for event in events] == model.moves
            assert [event.at for event in events] == sorted(event.at for event in events)
            for event in events:
                assert SIDES[event.by] in OPEN[event.from_status, event.to_status]
        assert not any(self.ledger.events(task_id) for task_id in self.ids if task_id not in self.tasks)

    def figures_are_those_of_the_rows(self):
        counts = dict.fromkeys((status.value for status in Status), 0)
        for model in self.tasks.values():
            counts[model.status] += 1
        assert {status.value: number for status, number in self.ledger.counts().items()} == counts
        depths = [(depth.pending, depth.processing) for depth in self.ledger.depths()]
        live = (counts["pending"], counts["processing"])
        assert depths == ([live] if any(live) else [])

    def everything_ends(self):
        """Nothing is stuck: with time, sweeps and a worker that works, whatever is live comes to an end."""
        for _ in range(4 * MAX_ATTEMPTS):
            live = [task_id for task_id, model in self.tasks.items() if model.status in LIVE]
            if not live:
                return
            self.now += LONG
            relaunches = self.ledger.sweep(max_attempts=MAX_ATTEMPTS)
            assert {one.task.id for one in relaunches} == set(live), "whatever is overdue is seen by the monitor"
            self._swept(relaunches, 500)
            for task in self.ledger.claim(live, owner="worker-1", lease_ms=LEASE):
                self._started(task, "worker-1", alone=len(live) == 1)
                assert self.ledger.end([Ending(claim=task.claim, status=Status.COMPLETED, result={"n": 0})])
                self.tasks[task.id].move("completed", "worker-1")
                self.tasks[task.id].result = {"n": 0}
                self.tasks[task.id].ended_at = self.now
            self.rows_are_as_the_contract_says()
            self.events_tell_the_same_story()
        raise AssertionError("something is stuck")

    def _claimable(self, model):
        return model.status == "pending" and model.not_before <= self.now

    def _holds(self, held):
        model = self.tasks.get(held.claim.task_id)
        return model is not None and model.status == "processing" and model.attempt == held.claim.attempt


def check(make_ledger, *, examples):
    machine = type("Machine", (LedgerModel,), {"make_ledger": staticmethod(make_ledger)})
    look = settings(
        max_examples=examples * LONGER,
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=set(Phase) - ({Phase.shrink} if LONGER == 1 else set()),  # the short look says at once that it is wrong
    )
    run_state_machine_as_test(machine, settings=look)


@pytest.mark.timeout(300 * LONGER)
def test_the_ledger_in_memory_is_as_the_model_says():
    check(lambda clock: MemoryLedger(clock=clock, launch_grace_ms=GRACE), examples=150)


@pytest.mark.timeout(300 * LONGER)
def test_the_ledger_in_sqlite_is_as_the_model_says(database_file, tmp_path):
    empty, file = database_file.read_bytes(), tmp_path / "model.db"

    def made(clock):
        file.write_bytes(empty)
        return SqlLedger(f"sqlite:///{file}", clock=clock, launch_grace_ms=GRACE)

    check(made, examples=40)


@pytest.mark.timeout(300 * LONGER)
def test_the_ledger_in_postgresql_is_as_the_model_says(postgres_url):
    def made(clock):
        ledger = SqlLedger(postgres_url, clock=clock, launch_grace_ms=GRACE)
        ledger._database.write(lambda connection: connection.exec_driver_sql("DELETE FROM tasks"))
        return ledger

    check(made, examples=25)
