"""The programs of the mesh: how each is started, and how one sees that it is up."""

import shlex
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import redis
import requests

from gateway.errors import InvalidSetting
from gateway.native.ports import answers, listen_address
from gateway.native.programs import tool
from gateway.settings import CHECKOUT, Settings

#: Every program, in the order of their start.
NAMES: Final = ("broker", "service_1", "service_2", "worker-io", "worker-cpu", "monitor", "flower", "locust", "gate")
INNER_PORTS: Final = ("service_1", "service_2", "worker-io", "worker-cpu", "monitor", "flower", "locust")
_LOOPBACK: Final = "127.0.0.1"
_PROBE_TIMEOUT_S: Final = 2
_OK: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One program under supervision."""

    name: str
    command: tuple[str, ...]
    priority: int  #: started from the lowest to the highest, stopped the other way round
    is_up: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    stop_within_s: int = 15

    @property
    def command_line(self) -> str:
        """The command as supervisor reads it."""
        return shlex.join(self.command).replace("%", "%%")

    @property
    def environment_line(self) -> str:
        """
        The environment as supervisor reads it.

        Raises:
            InvalidSetting: a value has a quote or a backslash.
        """
        for name, value in self.environment.items():
            if set("\"'\\\n").intersection(value):
                raise InvalidSetting(f"{name}: no quotes, backslashes and line breaks, please")
        return ",".join(f'{name}="{value}"' for name, value in self.environment.items()).replace("%", "%%")


def programs(
    settings: Settings, *, gate_port: int, inner: Mapping[str, int], redis_server: Path | None
) -> tuple[Program, ...]:
    """Return what to start, in this order; the broker only if *redis_server* is given."""
    broker = [_broker(settings, redis_server)] if redis_server else []
    services = [_service_1(settings, inner), *([] if has_own_service_2(settings) else [_service_2(settings, inner)])]
    shared = _shared(settings, inner)
    pools = [_pool(settings, name, inner, shared) for name in ("io", "cpu")]
    found = {**shared, "GATEWAY_SERVICE_1_URL": f"http://{_LOOPBACK}:{inner['service_1']}"}
    monitor = _ours(
        settings, "monitor", inner, (tool("portcullis"), "monitor"), priority=40, environment=found, stop_within_s=20
    )
    gate = _gate(settings, gate_port=gate_port, inner=inner)
    return (*broker, *services, *pools, monitor, _flower(inner), _locust(settings, gate_port, inner), gate)


def has_own_service_2(settings: Settings) -> bool:
    """Whether the settings name a service_2 that runs elsewhere."""
    return "service_2_url" in settings.model_fields_set


def metrics_folder(settings: Settings, name: str) -> Path:
    """Where a program's processes put their metrics together; shared with another program they would mix."""
    return settings.var / "metrics" / name


def _shared(settings: Settings, inner: Mapping[str, int]) -> dict[str, str]:
    if has_own_service_2(settings):
        return {}
    return {"GATEWAY_SERVICE_2_URL": f"http://{_LOOPBACK}:{inner['service_2']}"}


def _broker(settings: Settings, redis_server: Path) -> Program:
    return Program(
        name="broker",
        command=(str(redis_server), str(settings.var / "broker.conf")),
        priority=10,
        is_up=lambda: _broker_answers(settings),
    )


def _service_1(settings: Settings, inner: Mapping[str, int]) -> Program:
    binds = (f"unix:{settings.run_dir / 'service_1.sock'}", f"{_LOOPBACK}:{inner['service_1']}")
    return Program(
        name="service_1",
        command=_gunicorn("service_1", binds),
        priority=20,
        is_up=lambda: _http(f"http://{_LOOPBACK}:{inner['service_1']}/health"),
        environment={**_shared(settings, inner), **_metrics(settings, "service_1")},
        stop_within_s=40,
    )


def _service_2(settings: Settings, inner: Mapping[str, int]) -> Program:
    return Program(
        name="service_2",
        command=_gunicorn("service_2", (f"{_LOOPBACK}:{inner['service_2']}",)),
        priority=20,
        is_up=lambda: _http(f"http://{_LOOPBACK}:{inner['service_2']}/health"),
        environment=_metrics(settings, "service_2"),
        stop_within_s=40,
    )


def _pool(settings: Settings, pool: str, inner: Mapping[str, int], shared: Mapping[str, str]) -> Program:
    command = (sys.executable, "-m", "workers.pools", pool)
    return _ours(settings, f"worker-{pool}", inner, command, priority=30, environment=shared, stop_within_s=60)


def _ours(
    settings: Settings,
    name: str,
    inner: Mapping[str, int],
    command: tuple[str, ...],
    *,
    priority: int,
    environment: Mapping[str, str],
    stop_within_s: int,
) -> Program:
    """Return a program that nobody calls; it is up when it serves its metrics."""
    return Program(
        name=name,
        command=(*command, "--metrics-port", str(inner[name])),
        priority=priority,
        is_up=lambda: answers(inner[name]),
        environment={**environment, **_metrics(settings, name)},
        stop_within_s=stop_within_s,
    )


def _flower(inner: Mapping[str, int]) -> Program:
    port = str(inner["flower"])
    return Program(
        name="flower",
        command=_quiet(port, sys.executable, "-m", "workers.flower", "--port", port, "--bind", _LOOPBACK),
        priority=50,
        is_up=lambda: _http(f"http://{_LOOPBACK}:{port}/dashboard/healthcheck", any_status=True),
    )


def _locust(settings: Settings, gate_port: int, inner: Mapping[str, int]) -> Program:
    port = str(inner["locust"])
    own = ("--web-host", _LOOPBACK, "--web-port", port, "--web-base-path", "/load-test")
    target = ("--host", gate_url(settings.bind, gate_port))
    return Program(
        name="locust",
        command=_quiet(port, tool("locust"), "-f", str(CHECKOUT / "loadtest" / "locustfile.py"), *own, *target),
        priority=50,
        is_up=lambda: _http(f"http://{_LOOPBACK}:{port}/load-test/", any_status=True),
        environment={
            "GATEWAY_LOADTEST_KEY": settings.loadtest_key.get_secret_value(),
            "GATEWAY_MESH_TOKEN": settings.mesh_token.get_secret_value(),
        },
    )


def _gate(settings: Settings, *, gate_port: int, inner: Mapping[str, int]) -> Program:
    upstreams = {
        "service-1": f"unix:{settings.run_dir / 'service_1.sock'}",
        "flower": f"{_LOOPBACK}:{inner['flower']}",
        "locust": f"{_LOOPBACK}:{inner['locust']}",
        "listen": listen_address(settings.bind, gate_port),
    }
    options = (part for name, value in upstreams.items() for part in (f"--{name}", value))
    return Program(
        name="gate",
        command=(tool("portcullis"), "gate", *options),
        priority=60,
        is_up=lambda: _http(f"{gate_url(settings.bind, gate_port)}/producer/ready"),
        stop_within_s=35,
    )


def gate_url(bind: str, port: int) -> str:
    """Return the address under which this machine reaches the gate."""
    host = {"0.0.0.0": _LOOPBACK, "::": "::1", "localhost": _LOOPBACK}.get(bind, bind)  # noqa: S104 - compared only
    return "http://" + (listen_address(host, port) if port != 80 else listen_address(host, port).removesuffix(":80"))  # noqa: PLR2004 - HTTP's own


def _gunicorn(service: str, binds: tuple[str, ...]) -> tuple[str, ...]:
    options = (part for bind in binds for part in ("--bind", bind))
    configuration = str(CHECKOUT / service / "gunicorn.conf.py")
    return (tool("gunicorn"), "-c", configuration, *options, f"{service}.wsgi:app")


def _quiet(port: str, *command: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "gateway.native.quiet", "--port", port, "--", *command)


def _metrics(settings: Settings, name: str) -> dict[str, str]:
    return {"PROMETHEUS_MULTIPROC_DIR": str(metrics_folder(settings, name))}


def _broker_answers(settings: Settings) -> bool:
    client = redis.Redis(unix_socket_path=str(settings.run_dir / "broker.sock"), socket_timeout=_PROBE_TIMEOUT_S)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def _http(url: str, *, any_status: bool = False) -> bool:
    with requests.Session() as session:
        session.trust_env = False  # a proxy of the user's is not on the way to this machine
        try:
            answer = session.get(url, timeout=_PROBE_TIMEOUT_S, allow_redirects=False)
        except requests.RequestException:
            return False
    return any_status or answer.status_code == _OK
