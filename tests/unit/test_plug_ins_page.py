"""The examples of docs/plug-ins.md, run."""

import re
import sys
import tomllib

import pytest
import spacy
from harness.samples import message

from gateway.checks import try_out
from gateway.processing.job import Job
from gateway.settings import CHECKOUT, load
from gateway.wiring import build_intake_parts, build_screen, build_work

PAGE = (CHECKOUT / "docs" / "plug-ins.md").read_text(encoding="utf-8")
PATTERN, DETECTOR, OFFER, MODEL, PROCESSOR = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def configured(tmp_path, database_url, monkeypatch):
    """Where the page's modules and its package are installed: makes settings of a `gateway.toml`."""
    for name, code in re.findall(r"```python\n# (\w+\.py)\n(.*?)```", PAGE, re.DOTALL):
        (tmp_path / name).write_text(code, encoding="utf-8")
    package = tmp_path / "acme-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    ((group, offered),) = tomllib.loads(OFFER)["project"]["entry-points"].items()
    lines = [f"[{group}]", *(f"{name} = {target}" for name, target in offered.items())]
    (package / "entry_points.txt").write_text("\n".join(lines))
    monkeypatch.syspath_prepend(tmp_path)

    def configure(toml):
        (tmp_path / "gateway.toml").write_text(toml, encoding="utf-8")
        settings = load({"GATEWAY_HOME": str(tmp_path), "GATEWAY_DATABASE_URL": database_url})
        assert try_out(settings) == []
        return settings

    yield configure
    for name in ("acme_pii", "acme_jobs"):
        sys.modules.pop(name, None)


def found(settings, value):
    return [(each.entity_type, each.start, each.end) for each in build_screen(settings, "message")(value)]


def test_the_pattern_of_the_page_finds_with_its_context(configured):
    settings = configured(PATTERN)

    assert found(settings, "part STF-123456") == []
    assert found(settings, "badge STF-123456") == [("STAFF_ID", 6, 16)]


@pytest.mark.parametrize("name", ["acme_pii:BADGES", "badges"])
def test_the_detector_of_the_page_finds_by_either_of_its_names(configured, name):
    settings = configured(DETECTOR.replace("acme_pii:BADGES", name))

    assert found(settings, "BDG-1236 but not BDG-1234") == [("BADGE", 0, 8)]
    assert found(settings, {"badge": "four"}) == [("BADGE", 0, 4)]


def test_the_model_of_the_page_reads_plain_prose(configured, tmp_path):
    pipeline = spacy.blank("en")
    pipeline.add_pipe("entity_ruler").add_patterns([{"label": "PERSON", "pattern": "Oluwaseun Adeyemi"}])
    pipeline.to_disk(tmp_path / "small")
    settings = configured(MODEL.replace("en_core_web_sm", str(tmp_path / "small")))

    assert found(settings, {"text": "then Oluwaseun Adeyemi spoke"}) == [("PERSON", 5, 22)]
    parts = build_intake_parts(settings)
    assert parts["intake"].preview(message("then Oluwaseun Adeyemi spoke")).redacted_text == "then <PERSON> spoke"
    assert "language_model" in parts["analyzer"].recognizers


def test_the_processor_of_the_page_runs(configured):
    work = build_work(configured(PROCESSOR))

    result = work.processors["invoice"](Job(id="1", kind="invoice", attempt=1, content="one\ntwo"))

    assert result == {"lines": 2}
