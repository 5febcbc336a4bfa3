"""Messages of our own, with what has to be found in them."""

import re
from pathlib import Path

import pytest
from harness.scored import find

MARKED = re.compile(r"⟦([A-Z_]+) (.*?)⟧")
LINES = (Path(__file__).parent / "messages.txt").read_text(encoding="utf-8").splitlines()
MESSAGES = [line.replace("\\n", "\n") for line in LINES if line and not line.startswith("#")]


def parsed(message: str) -> tuple[str, list[tuple[int, int, str]]]:
    """Return the text without its marks, and where they stood."""
    text, marks, position = "", [], 0
    for mark in MARKED.finditer(message):
        text += message[position : mark.start()]
        marks.append((len(text), len(text) + len(mark[2]), mark[1]))
        text += mark[2]
        position = mark.end()
    return text + message[position:], marks


def same_place(found: tuple[int, int], marked: tuple[int, int]) -> bool:
    """Tell whether two places share at least half of the longer one."""
    shared = min(found[1], marked[1]) - max(found[0], marked[0])
    return shared * 2 >= max(found[1] - found[0], marked[1] - marked[0])


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message[:40])
def test_what_is_marked_is_found_and_nothing_else(message):
    text, marks = parsed(message)

    found = find(text)

    missed = [
        mark for mark in marks if not any(each[2] == mark[2] and same_place(each[:2], mark[:2]) for each in found)
    ]
    too_much = [each for each in found if not any(same_place(each[:2], mark[:2]) for mark in marks)]
    assert (missed, too_much) == ([], [])
