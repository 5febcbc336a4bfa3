"""Code of the user's own, named `module:attribute` in `gateway.toml`, or by an entry point of a package."""

import importlib
import importlib.metadata
from collections.abc import Sequence
from typing import Any

from gateway.errors import InvalidSetting


def load_attribute(name: str, *, at: Sequence[str | int]) -> Any:
    """
    Import what *name* (`module:attribute`) stands for.

    Raises:
        InvalidSetting: it cannot be had; the line names the setting *at* which it stands.
    """
    module_name, _, attribute = name.partition(":")
    if not module_name or not attribute:
        raise InvalidSetting(f"{name!r} is not of the form module:attribute", at=at)
    try:
        module = importlib.import_module(module_name)
    except Exception as error:  # noqa: BLE001 - a plug-in may fail in any way while it is imported
        raise InvalidSetting(f"{module_name} cannot be imported ({type(error).__name__})", at=at) from None
    try:
        return getattr(module, attribute)
    except AttributeError:
        raise InvalidSetting(f"{module_name} has no {attribute}", at=at) from None


def load_entry_point(group: str, name: str, *, at: Sequence[str | int]) -> Any | None:
    """
    Load what an installed package offers as *name* in *group*; None if none does.

    Raises:
        InvalidSetting: it cannot be had, or two packages offer it; the line names the setting *at* which it stands.
    """
    offered = {(each.value, each.dist.name if each.dist else ""): each for each in _entry_points(group, name)}
    if not offered:
        return None
    if len(offered) > 1:
        packages = " and ".join(sorted(package for _, package in offered))
        raise InvalidSetting(f"{name!r} is offered by {packages}", at=at)
    (entry,) = offered.values()
    try:
        return entry.load()
    except Exception as error:  # noqa: BLE001 - as above
        raise InvalidSetting(f"{name!r}: {entry.value} cannot be loaded ({type(error).__name__})", at=at) from None


def _entry_points(group: str, name: str) -> importlib.metadata.EntryPoints:
    return importlib.metadata.entry_points(group=group, name=name)
