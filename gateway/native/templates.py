"""Rendering of the configuration files, and the paths that may stand in them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import jinja2

from gateway.errors import InvalidSetting

_SPECIAL: Final = frozenset("\"'\\;#$%\n\r\t")  #: means something to NGINX, supervisor or the broker, even in quotes


def render(template: Path, values: Mapping[str, Any]) -> str:
    """
    Fill in *template*. A name that it uses and nobody gives is an error, and so is a path with a special character.

    Raises:
        InvalidSetting: a path among the *values* cannot be written into a configuration file.
    """
    for value in values.values():
        if isinstance(value, Path):
            check_path(value)
    environment = jinja2.Environment(  # noqa: S701 - configuration files, not HTML
        loader=jinja2.FileSystemLoader(template.parent), undefined=jinja2.StrictUndefined, keep_trailing_newline=True
    )
    return environment.get_template(template.name).render(values)


def check_path(path: Path) -> None:
    """
    Let a path pass that every configuration file can hold between double quotes.

    Raises:
        InvalidSetting: it cannot.
    """
    if _SPECIAL.intersection(str(path)):
        raise InvalidSetting("GATEWAY_HOME: the path has a quote, backslash or one of ; # $ %, choose another")
