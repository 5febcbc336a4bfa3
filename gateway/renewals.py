"""
Which process of a mesh works under which settings: a small file for each, in `var/renewals/`.

`portcullis reload` asks by a signal, which cannot be answered, and reads the answers here. `up` makes the folder: what
something else starts, as in containers, writes nothing. Times are those of the clock that all processes of a machine
share and nobody sets; they mean nothing after its next start, and `up` begins with an empty folder.
"""

import json
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gateway.settings import of_home


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a process said last of its settings."""

    began_ns: int  #: before it read them
    refused: bool  #: they were bad, and those of before are in force


def folder_of(home: Path) -> Path:
    """Return the folder of a home."""
    return home / "var" / "renewals"


def answer(*, began_ns: int, refused: bool = False) -> None:
    """Say under which settings this process works from now on; without a folder, or room on the disk, nobody hears."""
    file = folder_of(of_home().home) / str(os.getpid())
    draft = file.with_suffix(".new")
    with suppress(OSError):
        draft.write_text(json.dumps({"began_ns": began_ns, "refused": refused}))
        draft.replace(file)


def answers(home: Path) -> dict[int, Answer]:
    """Return the answers by process."""
    found = {}
    for file in folder_of(home).glob("[0-9]*"):
        with suppress(OSError, ValueError):  # a draft, or one that has just gone
            found[int(file.name)] = Answer(**json.loads(file.read_text()))
    return found


def now_ns() -> int:
    """Return the time by the clock of the answers."""
    return time.monotonic_ns()
