"""`make chaos`, short: everything is broken once, and nothing that was accepted is lost, stuck or done twice."""

import secrets
import sys

import pytest
from chaos import report
from chaos.run import Plan, run

FIRST = (
    "kill a process of the cpu pool",
    "kill the io pool",
    "kill a process of service_1",
    "kill service_2",
    "kill the monitor",
    "kill the broker and remove its file",
    "kill NGINX",
    "freeze the cpu pool",
    "cut off the broker",
    "no room on the disk for service_1",
    "set the clock forward or back",
)
SECONDS = 45
TASKS = 300


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the harms look into /proc")
@pytest.mark.timeout(600)
def test_nothing_accepted_is_lost_stuck_or_done_twice_whatever_is_broken():
    plan = Plan(seconds=SECONDS, tasks=TASKS, seed=secrets.token_hex(4), lease_s=3, first=FIRST)
    print(f"make chaos SECONDS={SECONDS} TASKS={TASKS} SEED={plan.seed} ARGS='--lease 3'")  # noqa: T201 - shown where it fails

    outcome = run(plan)

    print(report.table(outcome))  # noqa: T201 - as above
    assert outcome.faults == []
    assert set(FIRST) <= outcome.harms.keys()
    assert outcome.verdict.counts["accepted"] >= TASKS
