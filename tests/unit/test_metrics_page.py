import re

from prometheus_client.parser import text_string_to_metric_families

from gateway.metrics_page import metrics_page
from gateway.native.plan import INNER_PORTS
from gateway.settings import CHECKOUT
from gateway.telemetry import metrics

NOT_OURS = ("python_", "process_")
NO_METRICS = {"flower", "locust"}


def test_the_page_about_metrics_is_fresh():
    written = (CHECKOUT / "docs" / "metrics.md").read_text(encoding="utf-8")

    assert written == metrics_page(), "refresh it: .venv/bin/portcullis metrics > docs/metrics.md"


def test_the_page_names_what_is_scraped():
    scraped = text_string_to_metric_families(metrics.exposition().decode())

    names = {f"{each.name}_total" if each.type == "counter" else each.name for each in scraped}
    rows = set(re.findall(r"^\| `(\w+)` \|.*\| (?:counter|gauge|histogram) \|", metrics_page(), re.MULTILINE))
    assert {name for name in names if not name.startswith(NOT_OURS) and not name.endswith("_created")} == rows


def test_the_page_tells_where_each_program_is_scraped():
    compose = (CHECKOUT / "compose.yaml").read_text(encoding="utf-8")

    page = metrics_page()

    assert set(INNER_PORTS) - NO_METRICS == set(re.findall(r"`([\w-]+):\d+`", page))
    assert all(f'"{port}"' in compose or f":{port}" in compose for port in re.findall(r"`[\w-]+:(\d+)`", page))
