"""What `nginx/nginx.conf.j2` is rendered with: the addresses, and the fixed lists of names that the gate knows."""

import base64
import os
import resource
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from gateway.message.decoding import MAX_BATCH_BYTES, MAX_BODY_BYTES
from gateway.native.templates import render
from gateway.settings import CHECKOUT, Settings

TEMPLATE: Final = CHECKOUT / "nginx" / "nginx.conf.j2"

#: What the house may read of a request. All else stays outside, a client's own X-Portcullis-… above all.
HOUSE_HEADERS: Final = (
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Access-Control-Request-Headers",
    "Access-Control-Request-Method",
    "Authorization",
    "Content-Encoding",
    "Content-Type",
    "Cookie",
    "Idempotency-Key",
    "If-Match",
    "If-Modified-Since",
    "If-None-Match",
    "Last-Event-ID",
    "Origin",
    "Sec-Fetch-Dest",
    "Sec-Fetch-Mode",
    "Sec-Fetch-Site",
    "X-API-Key",
)
#: What Flower and Locust may read: no key and no cookie.
TOOL_HEADERS: Final = (
    "Accept",
    "Accept-Encoding",
    "Accept-Language",
    "Content-Type",
    "If-Modified-Since",
    "If-None-Match",
    "Range",
    "X-Requested-With",
)
#: Signs that the request came through somebody's proxy, as names of NGINX's variables.
FORWARDING_HEADERS: Final = (
    *("x_forwarded", "x_forwarded_for", "x_forwarded_host", "x_forwarded_proto", "x_forwarded_port"),
    *("x_forwarded_server", "x_forwarded_prefix", "x_forwarded_ssl", "x_forwarded_scheme", "x_forwarded_protocol"),
    *("x_forwarded_by", "x_forwarded_uri", "x_forwarded_method", "x_forwarded_path", "x_forwarded_user"),
    *("x_forwarded_email", "x_forwarded_groups", "x_forwarded_preferred_username", "x_forwarded_access_token"),
    *("x_forwarded_client_cert", "x_forwarded_tls_client_cert", "forwarded", "forwarded_for", "via"),
    *("x_real_ip", "x_client_ip", "client_ip", "x_cluster_client_ip", "x_remote_ip", "x_remote_addr"),
    *("x_original_forwarded_for", "x_original_for", "x_original_host", "x_original_url", "x_original_proto"),
    *("x_host", "x_url_scheme", "x_scheme", "x_proxyuser_ip", "true_client_ip", "cf_connecting_ip"),
    *("cf_connecting_ipv6", "cf_ray", "cf_visitor", "cdn_loop", "fastly_client_ip", "fly_client_ip"),
    *("x_azure_clientip", "x_appengine_user_ip", "x_envoy_external_address", "x_amzn_trace_id"),
    *("x_vercel_forwarded_for", "tailscale_user_login"),
)
_ID: Final = "[^/]+"
_TASK_PATHS: Final = ("", "/{id}", "/{id}/events", "/{id}/cancel", "/{id}/retry")
_PLAIN_PATHS: Final = (
    *("/", "/docs", "/healthz", "/producer/", "/producer/messages", "/producer/messages/batch", "/producer/screen"),
    *("/producer/analyze", "/producer/anonymize", "/producer/deanonymize", "/producer/supportedentities"),
    *("/producer/recognizers", "/producer/anonymizers", "/producer/deanonymizers"),
    *("/producer/health", "/producer/ready", "/producer/alerts", "/producer/alerts/{id}", "/producer/events"),
    *("/producer/stats", "/producer/openapi.json"),
    *(f"/producer/{name}{path}" for name in ("tasks", "task") for path in _TASK_PATHS),
    *(f"/producer/api/{job}{path}" for job in ("wait_and_return", "sum", "recommendations") for path in ("", "/{id}")),
)
_TREES: Final = ("/docs/", "/dashboard/", "/load-test/", "/logs/", "/error_reports/")
#: Addresses as regular expressions, and what the access line calls each.
ROUTES: Final = (
    *((f"~^{path.replace('{id}', _ID)}$", path) for path in _PLAIN_PATHS),
    *((f"~^{tree}", f"{tree}*") for tree in _TREES),
)
METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
#: Status, code and detail of the answers that NGINX gives itself.
PROBLEMS: Final = (
    (400, "bad_request", "The request does not have the right form."),
    (401, "unauthenticated", "No key was given, or not one that is known."),
    (403, "forbidden", "This is not allowed here."),
    (404, "not_found", "There is nothing at this address."),
    (405, "method_not_allowed", "This address does not take this method."),
    (413, "body_too_large", "The body is larger than the gateway takes."),
    (416, "range_not_satisfiable", "The file does not have this range."),
    (429, "rate_limited", "Too many requests from this address."),
    (500, "internal_error", "Something went wrong inside the gateway."),
    (502, "$lost_answer", "$lost_detail"),
    (503, "service_unavailable", "The service is not available."),
    (504, "$lost_answer", "$lost_detail"),
)
#: The same for requests that could not be read.
UNREAD_PROBLEMS: Final = (
    (400, "invalid_request", "The request cannot be read as HTTP."),
    (408, "request_timeout", "The request did not arrive in time."),
    (414, "uri_too_long", "The address is longer than the gateway takes."),
    (431, "headers_too_large", "The headers are larger than the gateway takes."),
    (501, "not_implemented", "The gateway does not speak this form of HTTP."),
    (505, "http_version_not_supported", "The gateway speaks HTTP/1.1 and HTTP/1.0."),
)


#: Connections that a process of NGINX has for each request that one address may have in hand: two for the request, and
#: as many for everybody else, even where one process got all of the address's.
_CONNECTIONS_A_REQUEST: Final = 4
_OF_ITS_OWN: Final = 64  #: connections and files of a process itself: its doors, its logs, the way to the others


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstreams:
    """Who stands behind the gate: `host:port`, or `unix:/path`."""

    service_1: str
    flower: str
    locust: str
    resolver: str = ""  #: a name server that is asked again and again; none: names are looked up once, at the start

    def as_named(self) -> Mapping[str, str]:
        """Return the address of each name, for whoever has to tell them apart in an error line."""
        return {"service_1": self.service_1, "flower": self.flower, "locust": self.locust}


def render_nginx_conf(settings: Settings, upstreams: Upstreams, *, listen: str, body_folder: Path) -> str:
    """
    Return NGINX's configuration. It holds the tools' password: write it for the owner only.

    Args:
        listen: `address:port`, an IPv6 address in brackets.
        body_folder: takes bodies that do not fit their buffer; best in memory.

    Raises:
        InvalidSetting: a path has a character that NGINX would read as its own.
    """
    return render(
        TEMPLATE, {**_addresses(settings, upstreams), **_names(), "listen": listen, "body_folder": body_folder}
    )


def _addresses(settings: Settings, upstreams: Upstreams) -> dict[str, Any]:
    to_stdout = settings.log_to == "stdout"
    login = f"mesh:{settings.mesh_token.get_secret_value()}"
    return {
        "upstreams": upstreams.as_named(),
        "resolver": upstreams.resolver,
        "as_root": os.geteuid() == 0,
        "folder": settings.var / "nginx",
        "folders": (("logs", settings.logs), ("error_reports", settings.reports)),
        "access_log": "/dev/stdout" if to_stdout else settings.logs / "nginx-access.txt",
        "log_format": settings.log_format,
        "tool_login": base64.b64encode(login.encode()).decode(),
        "rate_limit": settings.rate_limit,
        **_limits(settings),
        "max_body_bytes": MAX_BODY_BYTES,
        "max_batch_bytes": MAX_BATCH_BYTES,
        "read_timeout_s": _read_timeout_s(settings),
    }


def _limits(settings: Settings) -> dict[str, int]:
    """Return how much NGINX takes on; where the system opens fewer files, less, so that it can still say 429."""
    most_files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    in_hand = settings.connection_limit
    if most_files != resource.RLIM_INFINITY:
        in_hand = max(1, min(in_hand, (most_files - 2 * _OF_ITS_OWN) // _CONNECTIONS_A_REQUEST))
    connections = in_hand * _CONNECTIONS_A_REQUEST + _OF_ITS_OWN
    return {
        "connection_limit": in_hand,
        "batch_limit": max(1, in_hand * MAX_BODY_BYTES // MAX_BATCH_BYTES),  # no more memory than other requests take
        "worker_connections": connections,
        "open_files": connections + _OF_ITS_OWN,
    }


def _read_timeout_s(settings: Settings) -> int:
    """Wait longer than service_1 may take, so that its own answer to a lost service_2 gets through."""
    return int(2 * settings.forward_timeout_s + settings.screening_budget_ms / 1000) + 5


def _titled(problems: tuple[tuple[int, str, str], ...]) -> list[tuple[int, str, str, str]]:
    """Add the status's own phrase, which RFC 9457 wants as the title."""
    return [(status, code, HTTPStatus(status).phrase, detail) for status, code, detail in problems]


def _names() -> dict[str, Any]:
    return {
        "house_header_names": HOUSE_HEADERS,
        "tool_header_names": TOOL_HEADERS,
        "passed_header_names": sorted({*HOUSE_HEADERS, *TOOL_HEADERS}),
        "forwarding_header_names": FORWARDING_HEADERS,
        "routes": ROUTES,
        "methods": METHODS,
        "problems": _titled(PROBLEMS),
        "unavailable": next(rest for status, *rest in _titled(PROBLEMS) if status == HTTPStatus.SERVICE_UNAVAILABLE),
        "unread_problems": _titled(UNREAD_PROBLEMS),
    }
