import uuid

import pytest
from harness.samples import EMAIL

from gateway.telemetry import metrics
from gateway.web.request_id import route_name


@pytest.mark.parametrize("given", ["0190c9a0-1111-7222-8333-444444444444", "A" * 32])
def test_a_good_request_id_comes_back(site, given: str):
    answer = site.client.get("/", headers={"X-Request-ID": given})

    assert answer.headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", [EMAIL, "", "1", "x" * 32, "0" * 64])
def test_any_other_is_replaced_by_one_of_ours(site, given: str):
    answer = site.client.get("/", headers={"X-Request-ID": given})

    assert answer.headers["X-Request-ID"] != given
    assert uuid.UUID(answer.headers["X-Request-ID"]).version == 7


def test_every_request_has_an_id_of_its_own(site):
    ids = {site.client.get("/").headers["X-Request-ID"] for _ in range(20)}

    assert len(ids) == 20


def labels() -> set[tuple[str, ...]]:
    (family,) = metrics.request_seconds.collect()
    return {tuple(sample.labels.get(name, "") for name in ("route", "status")) for sample in family.samples}


def test_metrics_name_the_route_and_never_the_address(site):
    site.app.add_url_rule("/probes/<probe_id>", view_func=lambda probe_id: probe_id)

    site.client.get(f"/probes/{EMAIL}?q={EMAIL}")
    site.client.get(f"/{EMAIL}")

    assert ("/producer/probes/{probe_id}", "200") in labels()
    assert ("none", "404") in labels()
    assert not [label for label in labels() if EMAIL in str(label)]


def test_routes_are_written_as_in_openapi():
    assert route_name("/tasks/<task_id>/events") == "/tasks/{task_id}/events"


@pytest.mark.parametrize("rule", ["/files/<path:name>", "/files/<any(a, b):name>", "/files/<name>"])
def test_a_converter_is_no_part_of_a_routes_name(rule: str):
    assert route_name(rule) == "/files/{name}"
