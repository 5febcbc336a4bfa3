"""The page docs/metrics.md, printed from the metrics."""

from typing import Final

from prometheus_client.metrics import MetricWrapperBase

from gateway.telemetry import metrics

_HEAD: Final = """# Metrics

Printed by `portcullis metrics`; a test checks that it is fresh.

Each program answers Prometheus at `/metrics`, on an address of its own. NGINX lets none of them through, and no key is
asked for. No label holds what a client chose freely.

| program | in containers | what it tells |
|---|---|---|
| `service_1` | `service_1:8001` | requests, those about tasks apart; messages, findings, forwarding; alerts |
| `service_2` | `service_2:8002` | requests |
| `worker-io`, `worker-cpu` | `worker-io:9100`, `worker-cpu:9100` | attempts of tasks; alerts |
| `monitor` | `monitor:9100` | what waits, how long; what it put right; alerts; who answers |

- **Natively**, `var/ports.json` has the port of each on 127.0.0.1; a restart keeps them where it can.
- **In containers**, they are addresses of the network `inner`: put your Prometheus on it, in `compose.override.yaml`.

All processes of a program count together. Its numbers begin at 0 with each start.

## What is counted

A counter is shown as it is scraped; a histogram has `_bucket`, `_sum` and `_count` behind its name.

| name | labels | | |
|---|---|---|---|
"""


def metrics_page() -> str:
    """Return the page."""
    declared = [each for each in vars(metrics).values() if isinstance(each, MetricWrapperBase)]
    return _HEAD + "".join(f"{_row(each)}\n" for each in declared)


def _row(metric: MetricWrapperBase) -> str:
    (told,) = metric.describe()
    name = f"{told.name}_total" if told.type == "counter" else told.name
    labels = ", ".join(f"`{label}`" for label in metric._labelnames)  # noqa: SLF001 - it tells them nowhere else
    return f"| `{name}` | {labels} | {told.type} | {told.documentation} |"
