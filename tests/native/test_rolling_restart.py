"""Every program can be restarted under load: whoever asks meanwhile is answered, or told to ask again."""

import time

import pytest
from chaos.load import Caller
from chaos.record import Record
from harness.api import Api
from harness.eventually import eventually
from harness.inside import pids, restart
from harness.mesh import running_mesh

CALLERS = 8
PAUSE_S = 0.02
BEFORE, AFTER = 20, 40  #: answers that are seen before the restart, and after it
PATIENCE_S = 120
PROGRAMS = ("broker", "service_1", "service_2", "worker-io", "worker-cpu", "monitor", "flower", "locust", "gate")
MAY_REFUSE = {"service_1", "service_2", "gate"}
ENDED = {"completed", "failed", "canceled"}


@pytest.fixture(scope="module")
def mesh(home):
    with running_mesh(home) as running:
        yield running


@pytest.fixture(scope="module")
def api(mesh):
    return Api(mesh.url, mesh.key("operator"))


class Sorts(Caller):
    """A caller that asks only for what every mesh can do."""

    def _task(self, mark):
        return self._random.choice(
            [
                (
                    "messages",
                    {"text": f"Crate {mark} is here.", "delivery": "queued"},
                    "message",
                    f"Crate {mark} is here.",
                ),
                ("api/wait_and_return", {"seconds": 0.2, "value": mark}, "wait_and_return", mark),
                ("api/sum", {"n": 10}, "sum", 55),
            ]
        )

    def _personal(self):
        self._forward()


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_restart_under_load_fails_no_request_but_with_503_and_retry_after(mesh, api, program):
    record = Record()
    callers = [
        Sorts(mesh.url, record, seed=f"{program} {number}", pause_s=lambda: PAUSE_S, replays=False)
        for number in range(CALLERS)
    ]
    eventually(lambda: _forwards(api), within_s=PATIENCE_S)  # the last breaker is closed again
    was = pids(mesh)[program]
    for caller in callers:
        caller.start()
    try:
        _has_answered(record, BEFORE)
        restart(mesh, program)
        time.sleep(0.5)
        _has_answered(record, AFTER)
    finally:
        for caller in callers:
            caller.stop()
        for caller in callers:
            caller.join(PATIENCE_S)

    assert record.failure is None
    assert pids(mesh)[program] != was
    assert record.dishonest == []
    refusals = {what: times for what, times in record.answers.items() if what.split()[-1] in {"502", "504"}}
    assert refusals == {}
    assert program in MAY_REFUSE or not [what for what in record.answers if what.endswith("503")]
    assert program == "gate" or record.broken == []
    for task in record.accepted:
        eventually(lambda task=task: api.look(f"/producer/tasks/{task}")["status"] in ENDED, within_s=PATIENCE_S)


def _forwards(api: Api) -> bool:
    return all(api.message("The crane is free.", delivery="sync").status_code == 200 for _ in range(16))


def _has_answered(record: Record, more: int) -> None:
    """Wait until *more* tasks have been accepted than now."""
    enough = len(record.accepted) + more
    eventually(lambda: record.failure or len(record.accepted) >= enough, within_s=PATIENCE_S)
