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
from gateway.plugins import load_attribute, load_entry_point
from gateway.screening.patterns import Detector, KeyedValue, Pattern

ALL = "*"
ENTRY_POINTS = "portcullis.detectors"  #: the group in which a package offers detectors


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
        names: shipped names, `*` for all of the shipped ones, names that a package offers, or `module:attribute`.
            A package's detector works only where it is named, and cannot take a shipped one's name: what is installed
            beside the gateway changes nothing by itself.
    Raises:
        InvalidSetting: a name leads to no detector; the message names it.
    """
    found: dict[str, Detector] = {}
    for number, name in enumerate(names):
        if name == ALL:
            found |= shipped()
        elif name in shipped():
            found[name] = shipped()[name]
        else:
            found[name] = users_own(name, at=("screening", "detectors", number))
    return tuple(found.values())


def is_users_own(name: str) -> bool:
    """Tell whether *name* stands for code that was not shipped."""
    return name != ALL and name not in shipped()


def users_own(name: str, *, at: Sequence[str | int]) -> Detector:
    """
    Return the detector that was not shipped and has this *name*.

    Raises:
        InvalidSetting: it leads to no detector; the message names the setting *at* which it stands.
    """
    target = load_attribute(name, at=at) if ":" in name else load_entry_point(ENTRY_POINTS, name, at=at)
    if target is None:
        raise InvalidSetting(f"there is no detector {name!r}; shipped ones are: {', '.join(shipped())}", at=at)
    try:
        detector: object = target if _is_detector(target) else target()
    except Exception as error:  # noqa: BLE001 -- a plug-in may fail in any way while it is made
        raise InvalidSetting(f"{name!r} cannot be made ({type(error).__name__})", at=at) from None
    if not _is_detector(detector):
        raise InvalidSetting(f"{name!r} is no detector: see gateway.screening.patterns.Detector", at=at)
    return detector


def _is_detector(target: object) -> TypeGuard[Detector]:
    if isinstance(target, type) or not isinstance(target, Detector):
        return False
    return all(isinstance(pattern, Pattern) for pattern in target.patterns) and all(
        isinstance(keyed, KeyedValue) for keyed in target.keyed
    )
