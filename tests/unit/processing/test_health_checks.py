import pytest
from harness.journal import Lines

from gateway.errors import ServiceUnavailable
from gateway.journal import Journal
from gateway.ledger.alert import AlertType
from gateway.processing.health_checks import Check, HealthChecks
from gateway.telemetry import metrics


class Mesh:
    """What a monitor looks at, with switches."""

    def __init__(self, works, clock) -> None:
        self.works = works
        self.clock = clock
        self.down: set[str] = set()
        self.asked: list[str] = []
        self.ledger_down = False

    def checks(self) -> HealthChecks:
        checks = [
            Check(name="ledger", probe=self.works.ledger.ping),
            Check(name="broker", probe=lambda: self.ask("broker")),
            Check(name="service_2", probe=lambda: self.ask("service_2")),
            Check(name="worker-io", probe=lambda: self.ask("worker-io"), behind="broker"),
        ]
        return HealthChecks(
            checks,
            ledger=self.works.ledger,
            alarm=self.works.alarm,
            journal=Journal(),
            wall=lambda: self.clock.now / 1000,
        )

    def ask(self, name: str) -> None:
        self.asked.append(name)
        if name in self.down:
            raise ServiceUnavailable

    def told(self) -> list[str]:
        alerts = self.works.ledger.alerts()
        assert {alert.type for alert in alerts} <= {AlertType.SERVICE_DOWN}
        return [alert.subject for alert in reversed(alerts)]


@pytest.fixture
def mesh(works, clock) -> Mesh:
    return Mesh(works, clock)


def rounds(mesh: Mesh, health: HealthChecks, number: int = 1, **given) -> None:
    for _ in range(number):
        mesh.clock.later(seconds=10)
        health.ask_all(**given)


def test_an_outage_is_told_once_and_once_more_when_it_is_over(mesh: Mesh):
    health = mesh.checks()
    rounds(mesh, health)

    mesh.down = {"service_2"}
    rounds(mesh, health, 10)
    during = mesh.told()
    mesh.down = set()
    rounds(mesh, health, 5)

    assert during == ["service_2"]
    assert mesh.told() == ["service_2", "service_2:over"]
    assert len(list(mesh.works.reports.rglob("*service_down*.txt"))) == 2


def test_one_answer_that_did_not_come_is_no_outage(mesh: Mesh):
    health = mesh.checks()
    rounds(mesh, health)

    for _ in range(3):
        mesh.down = {"service_2"}
        rounds(mesh, health)
        mesh.down = set()
        rounds(mesh, health)

    assert mesh.told() == []


def test_what_is_still_starting_is_not_down(mesh: Mesh):
    health = mesh.checks()
    mesh.down = {"worker-io"}

    rounds(mesh, health, 5)
    at_first = mesh.told()
    rounds(mesh, health, 2)

    assert (at_first, mesh.told()) == ([], ["worker-io"])


def test_workers_that_cannot_be_asked_are_not_called_down(mesh: Mesh):
    health = mesh.checks()
    rounds(mesh, health)

    mesh.down = {"broker", "worker-io"}
    rounds(mesh, health, 5)

    assert mesh.told() == ["broker"]


def test_the_gauge_tells_who_answers(mesh: Mesh):
    mesh.down = {"service_2"}

    rounds(mesh, mesh.checks())

    def gauge(name: str) -> float:
        return metrics.dependency_up.labels(name)._value.get()

    assert (gauge("ledger"), gauge("broker"), gauge("service_2")) == (1, 1, 0)


def test_a_monitor_that_does_not_lead_raises_nothing(mesh: Mesh):
    health = mesh.checks()
    rounds(mesh, health)
    mesh.down = {"service_2"}

    rounds(mesh, health, 5, leads=False)

    assert mesh.told() == []


def test_a_monitor_that_takes_over_neither_tells_an_outage_again_nor_forgets_its_end(mesh: Mesh):
    first = mesh.checks()
    rounds(mesh, first)
    mesh.down = {"service_2", "worker-io"}
    rounds(mesh, first, 3)
    mesh.down = {"service_2"}
    rounds(mesh, first)

    second = mesh.checks()
    rounds(mesh, second, 10)
    taken_over = mesh.told()
    mesh.down = set()
    rounds(mesh, second, 2)

    assert taken_over == ["service_2", "worker-io", "worker-io:over"]
    assert mesh.told() == [*taken_over, "service_2:over"]


def after_another_has_told_its_end(mesh: Mesh) -> HealthChecks:
    """Return a monitor that has told an outage, lost the lead, and leads again once another has told the end."""
    first, second = mesh.checks(), mesh.checks()
    rounds(mesh, first)
    mesh.down = {"service_2"}
    rounds(mesh, first, 3)
    rounds(mesh, first, leads=False)
    mesh.down = set()
    rounds(mesh, second, 2)
    rounds(mesh, first, 10, leads=False)
    assert mesh.told() == ["service_2", "service_2:over"]
    return first


def test_a_monitor_that_leads_again_tells_the_next_outage(mesh: Mesh):
    first = after_another_has_told_its_end(mesh)

    mesh.down = {"service_2"}
    rounds(mesh, first, 20)

    assert mesh.told() == ["service_2", "service_2:over", "service_2"]


def test_a_monitor_that_leads_again_tells_no_end_for_a_second_time(mesh: Mesh):
    first = after_another_has_told_its_end(mesh)

    rounds(mesh, first, 20)

    assert mesh.told() == ["service_2", "service_2:over"]


def test_what_stops_answering_while_the_mesh_is_stopped_raises_nothing(mesh: Mesh):
    health = mesh.checks()
    rounds(mesh, health)
    mesh.down = {"service_2"}
    rounds(mesh, health)

    rounds(mesh, health, until=lambda: True)

    assert mesh.told() == []


def test_an_outage_of_the_ledger_is_logged_at_once_and_recorded_once_it_is_back(mesh: Mesh, lines: Lines):
    health = mesh.checks()
    rounds(mesh, health)

    mesh.works.ledger._closed = True
    rounds(mesh, health, 4)
    logged = [line.split()[-1] for line in lines.of("service.down")]
    mesh.works.ledger._closed = False
    rounds(mesh, health)

    assert logged == ["name=ledger"]
    assert mesh.told() == ["ledger", "ledger:over"]


def test_it_asks_until_it_is_told_to_stop(mesh: Mesh):
    waited: list[float] = []

    mesh.checks().run(until=lambda: len(waited) >= 3, wait=waited.append, leads=lambda: True)

    assert waited == [10.0, 10.0, 10.0]
    assert mesh.asked.count("service_2") == 3
