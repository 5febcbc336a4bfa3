"""One run: a mesh, callers, havoc, and the verdict."""

import shutil
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import requests
from chaos import harms as chaos_harms
from chaos.harms import Havoc
from chaos.load import Caller, replays
from chaos.record import Record
from chaos.sampler import Sampler
from chaos.site import Site, running_site
from chaos.verdict import Verdict, judge, rows_of, told_in_files
from harness.api import Api

CALLERS: Final = 8
_LEAST_PAUSE_S: Final = 0.03
_MORE: Final = 1.6  #: a run may take this many times its seconds to reach what it has to
_CALM_S: Final = 8.0  #: after an outage of the monitor, before it can be expected to have put things right
_LEAST_LIMIT_S: Final = 10.0  #: for what is overdue: a short lease makes no machine faster
_QUIET_WITHIN_S: Final = 240
_QUIET_LEASES: Final = 20
_HANG_UP_S: Final = 2.0  #: around an outage of NGINX, in which connections may break


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is asked for."""

    seconds: float
    seed: str
    database: str = "sqlite"
    broker: str = "redis"
    tasks: int = 0  #: that have to be accepted
    kills: int = 0  #: harms that have to be done
    first: Sequence[str] = ()  #: the names of those that have to happen; none: all
    lease_s: float = 10.0
    keep: Path | None = None  #: where the logs are copied to at the end
    only: Sequence[str] = ()  #: words of the harms that are done; none: all


@dataclass
class Outcome:
    """All that a run has shown."""

    plan: Plan
    verdict: Verdict
    harms: Counter[str]
    answers: Counter[str]
    faults: list[str]
    longest_s: dict[str, float]
    longest_sighted_s: dict[str, float]
    slowest_answer_s: float
    quiet_after_s: float
    seconds: float
    not_shown: list[str] = field(default_factory=list)  #: what this mesh or this machine could not


def run(plan: Plan) -> Outcome:
    """Break a mesh as planned."""
    with running_site(database=plan.database, broker=plan.broker, lease_s=plan.lease_s) as site:
        try:
            return _Run(plan, site).go()
        finally:
            if plan.keep:
                shutil.copytree(site.home / "logs", plan.keep, dirs_exist_ok=True)


class _Run:
    def __init__(self, plan: Plan, site: Site) -> None:
        self._plan = plan
        self._site = site
        self._record = Record()
        self._not_shown: list[str] = []
        self._replays = replays(site.mesh.url)
        if not self._replays:
            self._not_shown.append("Idempotency-Key: this mesh does not know it; no request was repeated under one")
        self._before = rows_of(site.settings.ledger_url).keys()  # samples, which no caller knows of
        found = chaos_harms.harms(site, lease_s=plan.lease_s)
        chosen = [harm for harm in found if not plan.only or any(word in harm.name for word in plan.only)]
        pause_s = plan.seconds / max(plan.kills, len(plan.first or chosen), 1) / 3
        self._havoc = Havoc(chosen, seed=plan.seed, pause_s=pause_s, first=plan.first)
        self._callers: list[Caller] = []

    def go(self) -> Outcome:
        began = time.monotonic()
        with self._sampled() as sampler, self._loaded(began):
            self._havoc.run(lambda: self._enough(time.monotonic() - began))
        chaos_harms.heal(self._site)
        quiet_after_s = self._wait_until_quiet()
        seconds = time.monotonic() - began
        rows = {id_: row for id_, row in rows_of(self._site.settings.ledger_url).items() if id_ not in self._before}
        verdict = judge(self._record, rows, self._shown(), self._site.effects())
        faults = [*verdict.faults, *self._record.dishonest, *self._hung_up(), *self._told(), *self._late(sampler)]
        if not self._havoc.has_done_each:
            self._not_shown.append("some harms: the time was too short for all of them")
        return Outcome(
            plan=self._plan,
            verdict=verdict,
            harms=Counter(done.harm.name for done in self._havoc.done),
            answers=self._record.answers,
            faults=faults,
            longest_s=sampler.longest,
            longest_sighted_s=sampler.longest_sighted,
            slowest_answer_s=self._record.slowest_s,
            quiet_after_s=quiet_after_s,
            seconds=seconds,
            not_shown=self._not_shown,
        )

    def _enough(self, passed: float) -> bool:
        if self._record.failure:
            raise self._record.failure
        plan = self._plan
        short = (
            len(self._record.accepted) < plan.tasks
            or len(self._havoc.done) < plan.kills
            or not self._havoc.has_done_each
        )
        return passed > plan.seconds and (not short or passed > plan.seconds * _MORE)

    @contextmanager
    def _loaded(self, began: float) -> Iterator[None]:
        def pause_s() -> float:
            """Keep to the pace that reaches the number of tasks in time; about 7 requests in 10 make one."""
            behind = (
                len(self._record.accepted) / max(time.monotonic() - began, 1) < self._plan.tasks / self._plan.seconds
            )
            return _LEAST_PAUSE_S if behind else 0.5 * CALLERS * self._plan.seconds / max(self._plan.tasks, 1)

        for number in range(CALLERS):
            seed = f"{self._plan.seed} {number}"
            caller = Caller(self._site.mesh.url, self._record, seed=seed, pause_s=pause_s, replays=self._replays)
            self._callers.append(caller)
            caller.start()
        try:
            yield
        finally:
            for caller in self._callers:
                caller.stop()
            for caller in self._callers:
                caller.join(90)

    @contextmanager
    def _sampled(self) -> Iterator[Sampler]:
        sampler = Sampler(self._site.settings.ledger_url, now_ms=self._now_ms, blind=self._blind)
        sampler.start()
        try:
            yield sampler
        finally:
            sampler.stop()

    def _now_ms(self) -> int:
        off = 0.0
        with suppress(OSError, ValueError):
            off = float(self._site.clock.read_text())
        return int((time.time() + off) * 1000)

    def _blind(self, at: float) -> bool:
        return any(done.harm.blinds and done.began <= at <= done.over + _CALM_S for done in self._havoc.done)

    def _wait_until_quiet(self) -> float:
        """Wait until nothing is live any more, and return how long that took."""
        began = time.monotonic()
        limit_s = max(_QUIET_WITHIN_S, _QUIET_LEASES * self._plan.lease_s)
        with requests.Session() as session:
            session.trust_env = False
            url = f"{self._site.mesh.url}/producer/tasks"
            key = self._site.mesh.key("operator")
            while time.monotonic() - began < limit_s:
                live = 0
                for status in ("pending", "processing"):
                    answer = session.get(
                        url, params={"status": status, "limit": 1}, headers={"X-API-Key": key}, timeout=30
                    )
                    live += len(answer.json()["items"]) if answer.ok else 1
                if not live:
                    break
                time.sleep(0.5)
        return time.monotonic() - began

    def _shown(self) -> dict[str, dict[str, Any]]:
        """Return every task as the API shows it to an operator."""
        api = Api(self._site.mesh.url, self._site.mesh.key("operator"))
        found: dict[str, dict[str, Any]] = {}
        cursor: str | None = ""
        while cursor is not None:
            page = api.look(f"/producer/tasks?limit=200{f'&cursor={cursor}' if cursor else ''}")
            found |= {task["id"]: task for task in page["items"]}
            cursor = page["next_cursor"]
        return found

    def _hung_up(self) -> list[str]:
        """Return the connections that broke while nothing was done to NGINX."""
        may = [(d.began - _HANG_UP_S, d.over + _HANG_UP_S) for d in self._havoc.done if d.harm.hangs_up]
        broken = Counter(
            f"{name}, during {self._during(at, at)}"
            for at, name in self._record.broken
            if not any(began <= at <= over for began, over in may)
        )
        return [f"a connection broke, {times} times: {what}" for what, times in broken.items()]

    def _during(self, began: float, over: float) -> str:
        names = [d.harm.name for d in self._havoc.done if d.began <= over and began <= d.over + _HANG_UP_S]
        return ", ".join(names) or "nothing"

    def _told(self) -> list[str]:
        values = [value for caller in self._callers for value in caller.personal]
        return [f"a finding stands in {file}" for file in told_in_files(self._site.folder, values)]

    def _late(self, sampler: Sampler) -> list[str]:
        limit_s = max(self._plan.lease_s, _LEAST_LIMIT_S)
        return [
            f"{task_id}: {one.status}, and overdue for {one.sighted_s:.1f} s during {self._during(one.since, one.seen)}"
            for (task_id, *_), one in sampler.late.items()
            if one.sighted_s > limit_s
        ]
