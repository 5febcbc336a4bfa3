"""The page docs/settings.md, printed from the settings."""

import json
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from gateway.policy.rules import PolicyTable, Route, RouteWhen, Rule, RuleWhen
from gateway.screening.patterns import PatternSpec
from gateway.settings import CHECKOUT, PREFIX, SCALARS, Settings
from gateway.settings_tables import Limits, ProcessingTable, ScheduleTable, ScreeningTable

_HEAD = """# Settings

Printed by `portcullis settings`; a test checks that it is fresh.

Scalars come from the environment, over the home's `.env`, over `gateway.toml` (the home's, else the checkout's), over
the default. In `gateway.toml` a scalar has its name in small letters without the prefix. An unknown name or a bad value
stops the start with one line that names it; `portcullis check` tries a configuration without starting it.
"""

_TABLES: tuple[tuple[str, type[BaseModel]], ...] = (
    ("[policy]", PolicyTable),
    ("[[policy.rules]]", Rule),
    ("[[policy.rules]] when", RuleWhen),
    ("[[routes]]", Route),
    ("[[routes]] when", RouteWhen),
    ("[screening]", ScreeningTable),
    ("[[screening.patterns]]", PatternSpec),
    ("[processing]", ProcessingTable),
    ("[processing.limits.<kind>]", Limits),
    ("[[schedule]]", ScheduleTable),
)


def settings_page() -> str:
    """Return the page."""
    lines = [_HEAD, "## Environment", "", "| name | default | |", "|---|---|---|"]
    lines += [_row(f"{PREFIX}{name.upper()}", Settings.model_fields[name]) for name in SCALARS]
    lines += ["", "## Tables of `gateway.toml`", "", "`kinds`: " + (Settings.model_fields["kinds"].description or "")]
    for title, model in _TABLES:
        lines += ["", f"### `{title}`", "", "| name | default | |", "|---|---|---|"]
        lines += [_row(name, info) for name, info in model.model_fields.items()]
    return "\n".join(lines) + "\n"


def _row(name: str, info: FieldInfo) -> str:
    bounds = ", ".join(_bounds(info))
    text = " ".join(part for part in (info.description, f"({bounds})" if bounds else "") if part)
    return f"| `{name}` | {_default(info)} | {text} |"


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "required"
    value: Any = info.get_default(call_default_factory=True, validated_data={})
    if value == CHECKOUT:
        return "the checkout"
    if value is None or value == "" or str(value) == "":
        return "not set"
    if isinstance(value, BaseModel | tuple | frozenset | dict):
        return "see below" if value and not isinstance(value, tuple | frozenset) else _plain(value)
    return f"`{value}`"


def _plain(value: Any) -> str:
    if any(isinstance(item, BaseModel) for item in value):
        return "as shipped"
    return f"`{json.dumps(sorted(value))}`" if value else "none"


def _bounds(info: FieldInfo) -> Iterator[str]:
    for limit in info.metadata:
        for sign, word in (("ge", "at least"), ("gt", "more than"), ("le", "at most"), ("lt", "less than")):
            if hasattr(limit, sign):
                yield f"{word} {getattr(limit, sign)}"
