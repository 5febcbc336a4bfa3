"""Code of the user's own, named `module:attribute` in `gateway.toml`."""

import importlib
from typing import Any

from gateway.errors import InvalidSetting


def load_attribute(name: str, *, setting: str) -> Any:
    """
    Import what *name* (`module:attribute`) stands for.

    Raises:
        InvalidSetting: it cannot be had; the line names the *setting*.
    """
    module_name, _, attribute = name.partition(":")
    if not module_name or not attribute:
        raise InvalidSetting(f"{setting}: {name!r} is not of the form module:attribute")
    try:
        module = importlib.import_module(module_name)
    except Exception as error:  # noqa: BLE001 - a plug-in may fail in any way while it is imported
        raise InvalidSetting(f"{setting}: {module_name} cannot be imported ({type(error).__name__})") from None
    try:
        return getattr(module, attribute)
    except AttributeError:
        raise InvalidSetting(f"{setting}: {module_name} has no {attribute}") from None
