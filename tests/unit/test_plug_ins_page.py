"""The examples of docs/plug-ins.md, run."""

import os
import re
import subprocess
import sys
import tomllib

import pytest
import spacy
from harness.samples import message

from gateway.checks import try_out
from gateway.errors import Canceled, InvalidSetting, PermanentFailure, TryLater
from gateway.settings import CHECKOUT, load
from gateway.testing import a_job
from gateway.wiring import build_intake_parts, build_screen, build_work

PAGE = (CHECKOUT / "docs" / "plug-ins.md").read_text(encoding="utf-8")
PATTERN, DETECTOR, OFFER, MODEL, PROCESSOR, OFFERED_PROCESSOR = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def configured(tmp_path, database_url, monkeypatch):
    """Where the page's modules and its package are installed: makes settings of a `gateway.toml`."""
    for name, code in re.findall(r"```python\n# (\w+\.py)\n(.*?)```", PAGE, re.DOTALL):
        (tmp_path / name).write_text(code, encoding="utf-8")
    package = tmp_path / "acme-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    lines = []
    for offer in (OFFER, OFFERED_PROCESSOR):
        ((group, offered),) = tomllib.loads(offer)["project"]["entry-points"].items()
        lines += [f"[{group}]", *(f"{name} = {target}" for name, target in offered.items())]
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


@pytest.mark.parametrize("name", ["acme_jobs:count_lines", "count-lines"])
def test_the_processor_of_the_page_runs_by_either_of_its_names(configured, name):
    work = build_work(configured(PROCESSOR.replace("acme_jobs:count_lines", name)))

    result = work.processors["invoice"](a_job("one\ntwo three"))

    assert result == {"lines": 2, "words": 3}


def test_the_processor_of_the_page_tells_its_progress_stops_and_says_whether_to_try_again(configured):
    invoice = build_work(configured(PROCESSOR)).processors["invoice"]
    told = []

    invoice(a_job("a\nb\nc\nd", report=told.append))

    assert told == [0, 0.25, 0.5, 0.75]
    with pytest.raises(Canceled):
        invoice(a_job("a", stopped=lambda: True))
    with pytest.raises(PermanentFailure):
        invoice(a_job(""))
    with pytest.raises(TryLater):
        invoice(a_job("to {{name}}"))


def test_a_processor_that_nobody_offers_stops_the_start_with_its_line(configured):
    with pytest.raises(InvalidSetting, match=r"^gateway.toml:2: processing.processors.invoice: .* no package offers"):
        configured('[processing.processors]\ninvoice = "count-lions"\n')


def test_the_tests_of_the_page_pass(configured, tmp_path):
    configured(PROCESSOR)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
        "test_acme.py",
    ]

    ran = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout
    assert "16 passed" in ran.stdout
