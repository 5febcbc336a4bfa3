"""
JSON inside a string: its values, each with the key that it stands under.

It is not parsed but read from left to right, so that a text that is cut off or nearly JSON is read as well, and no
depth exhausts the stack.

Source: RFC 8259, sections 6 and 7.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from gateway.screening.normalise.reading import Edit, Layer

_BEGINNING = re.compile(r'\s*(?:[\[{]\s*[\[{"0-9-]|"\s*[\[{](?:\s|\\[nrt])*(?:\\"|[\[{0-9-]))')
_TOKEN = re.compile(
    # A string that is cut off goes on to the end: looking for its end again at each quote in it would be quadratic.
    r'"(?P<string>[^"\\]*+(?:\\.[^"\\]*+)*+)(?:"|\\?\Z)(?P<names>\s*+:)?|'
    r"(?P<number>-?[0-9][0-9.eE+-]*+)|(?P<opens>[\[{])|[\]}]",
    re.DOTALL,
)
_ESCAPE = re.compile(
    r'\\(?:u(?P<pair>[Dd][89ABab][0-9A-Fa-f]{2}\\u[Dd][C-Fc-f][0-9A-Fa-f]{2})|u(?P<unit>[0-9A-Fa-f]{4})|(?P<short>["\\/bfnrt]))'
)
_SHORT = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class Value(NamedTuple):
    """A string or a number in a text that is JSON."""

    text: str  #: without escapes
    key: str  #: the name that it stands under, directly or in a list; "" if it has none
    start: int  #: in code points of the text around it
    layer: Layer | None  #: what the escapes did, if there are any

    def __repr__(self) -> str:
        """Show the place, and nothing of the text."""
        return f"Value(start={self.start})"

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return where in the text around it the characters from *start* to *end* stand."""
        if self.layer is not None:
            start, end = self.layer.place(start, end)
        return self.start + start, self.start + end


def is_json(text: str) -> bool:
    """Tell whether *text* begins as a JSON object or array does, or a string of JSON that holds one."""
    return _BEGINNING.match(text) is not None


def values(text: str) -> Iterator[Value]:
    """Yield the strings and numbers of *text*, which `is_json`, other than its keys."""
    key, outer_keys = "", list[str]()
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "names":
            key = _unescaped(token["string"])[0]
        elif kind == "string":
            inner, layer = _unescaped(token["string"])
            yield Value(inner, key, token.start("string"), layer)
        elif kind == "number":
            yield Value(token[0], key, token.start(), None)
        elif kind == "opens":
            outer_keys.append(key)
        elif outer_keys:
            key = outer_keys.pop()


def _unescaped(string: str) -> tuple[str, Layer | None]:
    if "\\" not in string:
        return string, None
    layer = Layer(string, list(_edits(string)))
    return layer.text, layer


def _edits(string: str) -> Iterator[Edit]:
    for escape in _ESCAPE.finditer(string):
        if escape["short"]:
            character = _SHORT[escape["short"]]
        elif escape["unit"]:
            character = chr(int(escape["unit"], 16))
        else:
            character = _joined(escape["pair"])
        yield *escape.span(), character


def _joined(pair: str) -> str:
    return bytes.fromhex(pair.replace("\\u", "")).decode("utf-16-be")
