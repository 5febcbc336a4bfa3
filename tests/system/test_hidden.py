"""What nobody may reach from outside, however the address is written."""

import pytest
from harness.api import send_raw

ADDRESSES = [
    "/metrics",
    "/internal/auth/admin",
    "/_gate/auth/admin",
    "/_gate/auth/operator",
    "/_gate/404",
    "/producer/metrics",
    "/producer/metrics/",
    "/producer/metrics?x=1",
    "/producer/metrics#x",
    "/producer/metrics%3Fx",
    "/producer/metrics%23x",
    "/producer/metrics;x",
    "/producer/metrics.",
    "/producer/metrics%20",
    "/producer/metrics%09",
    "/producer/metrics%00",
    "/producer/metrics%0a",
    "/producer/metrics%2f",
    "/producer/%6detrics",
    "/producer/%6D%65%74%72%69%63%73",
    "/producer/m%2565trics",
    "/producer/METRICS",
    "/producer//metrics",
    "/producer///metrics",
    "//producer/metrics",
    "//producer//metrics",
    "/producer/./metrics",
    "/producer/%2e/metrics",
    "/producer/x/../metrics",
    "/producer/x/%2e%2e/metrics",
    "/producer/x/..%2fmetrics",
    "/producer/x%2f..%2fmetrics",
    "/producer/../metrics",
    "/producer/%2e%2e/metrics",
    "/producer/%252e%252e/metrics",
    "/producer/..;/metrics",
    "/producer/..\\metrics",
    "/producer%2fmetrics",
    "/producer/%2fmetrics",
    "/producer\\metrics",
    "/%70roducer/metrics",
    "/docs/../metrics",
    "/docs/%2e%2e/metrics",
    "/docs/..%2fmetrics",
    "/docs/../producer/metrics",
    "/docs/%2fmetrics",
    "/producer/docs/../metrics",
    "/producer/docs/%2e%2e/metrics",
    "/logs/../producer/metrics",
    "/dashboard/../producer/metrics",
    "/dashboard/%2e%2e/producer/metrics",
    "/load-test/../producer/metrics",
    "/producer/internal/auth/admin",
    "/producer/internal/auth/client",
    "/producer/internal/",
    "/producer/internal",
    "/producer//internal/auth/admin",
    "/producer/internal//auth/admin",
    "/producer/%69nternal/auth/admin",
    "/producer/internal%2fauth%2fadmin",
    "/producer/%2finternal/auth/admin",
    "/producer/x/../internal/auth/admin",
    "/producer/x/%2e%2e/internal/auth/admin",
    "/producer/INTERNAL/auth/admin",
    "/docs/../internal/auth/admin",
    "/docs/%2e%2e/internal/auth/admin",
    "http://localhost/producer/metrics",
    "http://localhost/producer/%6detrics",
    "http://service_1/internal/auth/admin",
]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_metrics_and_inner_routes_are_not_reachable(url, admin, method, address):
    headers = [("X-API-Key", admin.key), ("Content-Length", "0")]

    answer = send_raw(url, method, address, headers=headers)

    assert answer.status_code in {400, 404, 405}
    assert "# HELP" not in answer.text


@pytest.mark.parametrize(
    "header",
    [
        ("X-Original-URL", "/metrics"),
        ("X-Rewrite-URL", "/metrics"),
        ("X-Forwarded-Prefix", "/metrics"),
        ("X-Accel-Redirect", "/internal/auth/admin"),
        ("X-Forwarded-Uri", "/metrics"),
    ],
    ids=": ".join,
)
def test_no_header_leads_there(url, admin, header):
    answer = send_raw(url, "GET", "/producer/health", headers=[("X-API-Key", admin.key), header])

    assert (answer.status_code, answer.text) == (200, '{"status":"ok"}')


@pytest.mark.parametrize(
    "header",
    [("X-HTTP-Method-Override", "DELETE"), ("X-HTTP-Method", "DELETE"), ("X-Method-Override", "DELETE")],
    ids=": ".join,
)
def test_no_header_changes_the_method(url, client, header):
    answer = send_raw(url, "GET", "/producer/health", headers=[("X-API-Key", client.key), header])

    assert answer.status_code == 200


def test_tools_own_ways_in_are_not_reachable_beside_their_place(admin):
    for path in ("/healthcheck", "/api/workers", "/swarm", "/stats/requests", "/static/css/flower.css"):
        assert admin.get(path).status_code == 404
