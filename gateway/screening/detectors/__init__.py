"""
The shipped detectors, one small file a family, and the way to a user's own.

A module in this folder, or in one below it, with a `DETECTOR` is shipped: nothing else has to be told about it.
"""

import importlib
import pkgutil
from collections.abc import Sequence
from functools import cache
from typing import TypeGuard

from gateway.errors import InvalidSetting
from gateway.plugins import load_attribute
from gateway.screening.patterns import Detector, KeyedValue, Pattern

ALL = "*"


@cache
def shipped() -> dict[str, Detector]:
    """Return the shipped detectors by name, in the order of their names."""
    found = pkgutil.walk_packages(__path__, f"{__name__}.")
    modules = (importlib.import_module(each.name) for each in found)
    detectors: list[Detector] = [module.DETECTOR for module in modules if hasattr(module, "DETECTOR")]
    return {detector.name: detector for detector in sorted(detectors, key=lambda each: each.name)}


def load_detectors(names: Sequence[str] = (ALL,)) -> tuple[Detector, ...]:
    """
    Return the detectors that *names* ask for, each once.

    Args:
        names: shipped names, `*` for all of the shipped ones, or `module:attribute` for a user's own.
    Raises:
        InvalidSetting: a name leads to no detector; the message names it.
    """
    found: dict[str, Detector] = {}
    for name in names:
        if name == ALL:
            found |= shipped()
        elif ":" in name:
            found[name] = _users_own(name)
        elif name in shipped():
            found[name] = shipped()[name]
        else:
            known = ", ".join(shipped())
            raise InvalidSetting(f"screening.detectors: there is no detector {name!r}; shipped ones are: {known}")
    return tuple(found.values())


def _users_own(name: str) -> Detector:
    target = load_attribute(name, setting="screening.detectors")
    try:
        detector: object = target if _is_detector(target) else target()
    except Exception as error:  # noqa: BLE001 -- a plug-in may fail in any way while it is made
        raise InvalidSetting(f"screening.detectors: {name!r} cannot be made ({type(error).__name__})") from None
    if not _is_detector(detector):
        raise InvalidSetting(f"screening.detectors: {name!r} is no detector: see gateway.screening.patterns.Detector")
    return detector


def _is_detector(target: object) -> TypeGuard[Detector]:
    if isinstance(target, type) or not isinstance(target, Detector):
        return False
    return all(isinstance(pattern, Pattern) for pattern in target.patterns) and all(
        isinstance(keyed, KeyedValue) for keyed in target.keyed
    )
