"""The strings of a JSON value, in the order of the document."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gateway.screening.findings import Location

_EXACT = 10**22  #: below it a whole float is printed without an exponent


def strings(value: Any) -> Iterable[tuple[Location, str, bool]]:
    """
    Return the keys, strings and numbers of *value* as `(location, text, is a key)`; a key comes before its value.

    The location of a key ends with the key itself.
    Raises:
        TypeError: something in it is no JSON.
    """
    return (((), value, False),) if isinstance(value, str) else _walk(value)


def _walk(value: Any) -> Iterator[tuple[Location, str, bool]]:
    waiting: list[tuple[Location, Any, bool]] = [((), value, False)]
    while waiting:
        location, current, is_key = waiting.pop()
        if isinstance(current, str):
            yield location, current, is_key
        elif is_key:
            raise TypeError("keys of JSON objects are strings")
        elif isinstance(current, Mapping):
            for key in reversed(current):
                waiting.append(((*location, key), current[key], False))
                waiting.append(((*location, key), key, True))
        elif isinstance(current, list | tuple):
            waiting.extend(((*location, at), current[at], False) for at in range(len(current) - 1, -1, -1))
        elif current is not None and not isinstance(current, bool):
            yield location, as_text(current), False


def as_text(value: Any) -> str:
    """
    Return a string as it is and a number as its shortest decimal text; a whole float has no `.0`.

    Raises:
        TypeError: *value* is neither.
    """
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT else str(value)
    if isinstance(value, str | int):
        return str(value)
    raise TypeError("only JSON values can be screened")
