import sys
from pathlib import Path

import pytest

from gateway.errors import InvalidSetting
from gateway.plugins import load_attribute


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(tmp_path)

    def write(name: str, source: str) -> str:
        (tmp_path / f"{name}.py").write_text(source, encoding="utf-8")
        return name

    before = set(sys.modules)
    yield write
    for name in set(sys.modules) - before:
        del sys.modules[name]


def refusal(name: str) -> str:
    with pytest.raises(InvalidSetting) as caught:
        load_attribute(name, at=("processing", "processors", "invoice"))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_plug_in_is_found_by_its_module_and_attribute(module):
    name = module("plug_in_found", "def render(job): return 7")

    assert load_attribute(f"{name}:render", at=("any",))(None) == 7


def test_a_plug_in_that_fails_while_it_is_imported_tells_its_class_and_not_its_text(module):
    name = module("plug_in_failing", "raise ValueError('hunter2')")

    told = refusal(f"{name}:render")

    assert told == "processing.processors.invoice: plug_in_failing cannot be imported (ValueError)"


@pytest.mark.parametrize("name", ["", ":", "json", "json:", ":dumps"])
def test_a_name_of_another_form_names_the_setting(name: str):
    assert refusal(name).startswith("processing.processors.invoice: ")


def test_an_attribute_that_is_missing_is_named():
    assert refusal("json:no_such") == "processing.processors.invoice: json has no no_such"
