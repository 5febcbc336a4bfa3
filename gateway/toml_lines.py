"""
Where in a TOML file a value stands; `tomllib` does not tell.

The scanner reads documents that `tomllib` has taken, so it knows where names and values begin and end, and leaves
their meaning alone. Source: TOML 1.0.
"""

import re
import tomllib
from collections.abc import Sequence
from typing import Final, TypeAlias

TomlPath: TypeAlias = tuple[str | int, ...]  #: names of tables and keys, and places in arrays from 0

_BLANK: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_NAME: Final = re.compile(r"""[ \t]*([A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')[ \t]*""")
_STRING: Final = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_OTHER: Final = re.compile(r"[^,\]}#\n]*")


def line_of(document: str, path: Sequence[str | int]) -> int:
    """Return the line, from 1, on which *path* stands, or what of it is there: at least its table or its array."""
    lines = _Scanner(document).lines
    steps = tuple(path)
    return next((lines[steps[:length]] for length in range(len(steps), 0, -1) if steps[:length] in lines), 1)


class _Scanner:
    """Goes through a document once, and notes the line of everything with a name or a place."""

    def __init__(self, document: str) -> None:
        self._text = document
        self._at = 0
        self._sizes: dict[TomlPath, int] = {}  #: of arrays of tables
        self.lines: dict[TomlPath, int] = {}
        table: TomlPath = ()
        while self._skip_blank() < len(document):
            if self._takes("["):
                table = self._header(is_array=self._takes("["))
            else:
                self._member(table)

    def _header(self, *, is_array: bool) -> TomlPath:
        start = self._at
        names = self._names()
        path: TomlPath = ()
        for number, name in enumerate(names):
            path = (*path, name)
            if is_array and number == len(names) - 1:
                self._sizes[path] = self._sizes.get(path, 0) + 1
                self._note(path, start)
            if path in self._sizes:
                path = (*path, self._sizes[path] - 1)
        self._note(path, start)
        self._takes("]")
        self._takes("]")
        return path

    def _member(self, table: TomlPath) -> None:
        start = self._at
        path = (*table, *self._names())
        for length in range(len(table) + 1, len(path) + 1):
            self._note(path[:length], start)
        self._takes("=")
        self._value(path)

    def _value(self, path: TomlPath) -> None:
        self._skip_blank()
        if self._takes("["):
            number = 0
            while self._skip_blank() < len(self._text) and not self._takes("]"):
                self._note((*path, number), self._at)
                self._value((*path, number))
                number += 1
                self._skip_blank()
                self._takes(",")
        elif self._takes("{"):
            while self._skip_blank() < len(self._text) and not self._takes("}"):
                self._member(path)
                self._skip_blank()
                self._takes(",")
        else:
            found = _STRING.match(self._text, self._at) or _OTHER.match(self._text, self._at)
            self._at = found.end() if found else len(self._text)

    def _names(self) -> list[str]:
        names = []
        while found := _NAME.match(self._text, self._at):
            self._at = found.end()
            names.append(_plain(found[1]))
            if not self._takes("."):
                break
        return names

    def _takes(self, character: str) -> bool:
        taken = self._text.startswith(character, self._at)
        self._at += taken
        return taken

    def _skip_blank(self) -> int:
        found = _BLANK.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return self._at

    def _note(self, path: TomlPath, at: int) -> None:
        self.lines.setdefault(path, self._text.count("\n", 0, at) + 1)


def _plain(name: str) -> str:
    return str(tomllib.loads(f"name = {name}")["name"]) if name[0] in "\"'" else name
